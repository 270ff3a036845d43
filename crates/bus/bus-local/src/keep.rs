//! Makes acknowledgements durable a little later, many with one `fsync`, and frees what they
//! release.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use aurora_bus::Error;
use aurora_model::Stream;

use crate::bus::{Inner, blocking};
use crate::memory::Remembered;
use crate::stream::State;

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

    /// Makes a consumer durable that is not; whether it is now. On a full device it waits to be: it gets
    /// no message before, so that a crash takes nothing from it.
    pub(crate) async fn keep_consumer(
        self: &Arc<Self>,
        stream: Stream,
        name: &str,
    ) -> Result<bool, Error> {
        let is_kept = |state: &mut State| {
            let reading = state.consumers.get(name);
            reading.is_none_or(|reading| reading.is_kept)
        };
        if is_kept(&mut self.stream(stream).state()) {
            return Ok(true);
        }
        match self.keep().await {
            Err(Error::NoRoom(_)) => {
                tracing::warn!(stream = stream.name(), name, "no room to note a consumer");
                return Ok(false);
            }
            kept => kept?,
        }
        if let Some(reading) = self.stream(stream).state().consumers.get_mut(name) {
            reading.is_kept = true;
        }
        Ok(true)
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
