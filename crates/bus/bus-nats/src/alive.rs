//! What goes on beside the calls: saying that this process still works on what it was given, and,
//! as the site, giving up what everybody has acknowledged.

use std::convert::Infallible;
use std::sync::Weak;
use std::sync::atomic::Ordering;

use aurora_model::Stream;

use crate::bus::Inner;
use crate::consumer::{NAK, WORKING};

/// Works until the bus is closed or gone.
pub(crate) async fn run(bus: Weak<Inner>) -> Result<(), Infallible> {
    let Some(inner) = bus.upgrade() else {
        return Ok(());
    };
    let (shutdown, every) = (inner.tasks.shutdown(), inner.options.heartbeat);
    drop(inner);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            () = tokio::time::sleep(every) => {}
        }
        let Some(inner) = bus.upgrade() else {
            return Ok(());
        };
        inner.say_working().await;
        inner.trim_acknowledged().await;
    }
}

impl Inner {
    async fn say_working(&self) {
        let shared: Vec<_> = self.consumers().values().cloned().collect();
        for reply in shared.iter().flat_map(|shared| shared.working()) {
            if self.client.publish(reply, WORKING).await.is_err() {
                return;
            }
        }
    }

    async fn trim_acknowledged(&self) {
        for stream in Stream::ALL {
            let acked: u64 = {
                let consumers = self.consumers();
                let here = consumers.iter().filter(|((of, _), _)| *of == stream);
                here.map(|(_, shared)| shared.acked.swap(0, Ordering::Relaxed))
                    .sum()
            };
            if acked == 0 {
                continue;
            }
            if let Err(error) = self.trim(stream).await {
                tracing::warn!(
                    stream = stream.name(),
                    error = &error as &dyn std::error::Error,
                    "cannot give up what is acknowledged"
                );
            }
        }
    }

    /// Others need not wait for what a closed bus was given or held.
    pub(crate) async fn give_everything_back(&self) {
        let shared: Vec<_> = self.consumers().values().cloned().collect();
        for reply in shared.iter().flat_map(|shared| shared.drain()) {
            if self.client.publish(reply, NAK).await.is_err() {
                return;
            }
        }
        let leases = std::mem::take(&mut *self.held_leases());
        for lease in leases.into_values() {
            if let Err(error) = self.end_lease(&lease).await {
                tracing::debug!(
                    lease = lease.name,
                    error = &error as &dyn std::error::Error,
                    "a lease was not given back"
                );
            }
        }
    }
}
