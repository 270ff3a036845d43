//! Makes acknowledgements durable a little later, many with one `fsync`, and frees what they
//! release.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use aurora_bus::Error;

use crate::bus::{Inner, blocking};
use crate::memory::Remembered;

/// How long an acknowledgement may wait for company.
const DELAY: Duration = Duration::from_millis(50);
/// So many do not wait any longer.
const ENOUGH: u64 = 256;

impl Inner {
    /// Notes that consumers' state has changed, by `acks` acknowledgements.
    pub(crate) fn changed(self: &Arc<Self>, acks: u64) {
        if self.acks.fetch_add(acks, Ordering::Relaxed) + acks >= ENOUGH {
            self.hurry.notify_one();
        }
        if !self.keeping.swap(true, Ordering::SeqCst) {
            let inner = Arc::clone(self);
            self.tasks.spawn(
                "bus-acknowledgements",
                async move { inner.keep_soon().await },
            );
        }
    }

    async fn keep_soon(self: Arc<Self>) -> Result<(), Infallible> {
        tokio::select! {
            () = tokio::time::sleep(DELAY) => {}
            () = self.hurry.notified() => {}
        }
        // Before the state is collected: what changes from here on asks for another turn.
        self.keeping.store(false, Ordering::SeqCst);
        if !self.is_closed()
            && let Err(error) = self.keep().await
        {
            // Not the end: a full device may have room later, and a failed one makes the next
            // acknowledgement fail.
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "cannot keep acknowledgements"
            );
        }
        Ok(())
    }

    /// Makes consumers and leases durable, then trims the streams.
    pub(crate) async fn keep(self: &Arc<Self>) -> Result<(), Error> {
        let inner = Arc::clone(self);
        blocking(self.options.io, move || inner.keep_now()).await?
    }

    /// The same. Blocks.
    pub(crate) fn keep_now(&self) -> Result<(), Error> {
        self.acks.store(0, Ordering::Relaxed);
        let kept = self.memory.keep(|| self.collect());
        // Even when that failed, for it may be for want of room: a consumer that is remembered
        // before the oldest message left goes on with that one.
        self.streams.values().try_for_each(|stream| stream.trim())?;
        Ok(kept?)
    }

    fn collect(&self) -> Remembered {
        let states = self.streams.values().map(|stream| stream.state());
        Remembered {
            consumers: states
                .flat_map(|s| s.remembered().collect::<Vec<_>>())
                .collect(),
            leases: self.epochs(),
            ..Remembered::default()
        }
    }
}
