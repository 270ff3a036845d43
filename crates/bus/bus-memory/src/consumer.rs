//! A handle on a durable consumer.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aurora_bus::{Consumer, Delivery, Error};
use aurora_model::Stream;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::MemoryBus;

#[derive(Debug)]
pub(crate) struct Handle {
    pub(crate) bus: MemoryBus,
    pub(crate) stream: Stream,
    pub(crate) name: String,
    pub(crate) part: Part,
    pub(crate) wake: Arc<Notify>,
}

/// What of a message a handle is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    Header,
}

#[async_trait]
impl Consumer for Handle {
    async fn fetch(&self, max: usize, wait: Duration) -> Result<Vec<Delivery>, Error> {
        let until = Instant::now() + wait;
        loop {
            // Before the look, so that what comes in between wakes it.
            let woken = self.wake.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            let now = self.bus.now();
            let (mut got, due) = self
                .bus
                .store()?
                .stream(self.stream)
                .take(&self.name, max, now);
            if self.part == Part::Header {
                got.iter_mut().for_each(|delivery| delivery.body.clear());
            }
            if !got.is_empty() || max == 0 || Instant::now() >= until {
                return Ok(got);
            }
            let next = due.map_or(until, |due| until.min(Instant::now() + due));
            tokio::select! {
                () = woken => {}
                () = sleep_until(next) => {}
            }
        }
    }

    async fn ack(&self, seqs: &[u64]) -> Result<(), Error> {
        let mut store = self.bus.store()?;
        let kept = store.stream(self.stream);
        if let Some(reading) = kept.consumers.get_mut(&self.name) {
            reading.cursor.ack(seqs);
        }
        kept.trim();
        self.wake.notify_waiters();
        Ok(())
    }

    async fn nak(&self, seqs: &[u64]) -> Result<(), Error> {
        let mut store = self.bus.store()?;
        if let Some(reading) = store.stream(self.stream).consumers.get_mut(&self.name) {
            reading.cursor.nak(seqs);
        }
        self.wake.notify_waiters();
        Ok(())
    }
}
