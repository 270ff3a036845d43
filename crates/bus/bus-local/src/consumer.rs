//! A handle on a durable consumer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aurora_bus::{Consumer, Delivery, Error};
use aurora_model::Stream;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::bus::{Inner, blocking};
use crate::message::Part;

/// Between two looks whether a full device has room again.
const ROOM: Duration = Duration::from_secs(1);

pub(crate) struct Handle {
    pub(crate) inner: Arc<Inner>,
    pub(crate) stream: Stream,
    pub(crate) name: String,
    pub(crate) part: Part,
    pub(crate) wake: Arc<Notify>,
}

/// What was taken and not handed over counts as never taken: reading it failed, or nobody waits for
/// the answer any more.
struct Taken<'h> {
    handle: &'h Handle,
    messages: Vec<(u64, u32)>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut state = self.handle.inner.stream(self.handle.stream).state();
        if let Some(reading) = state.consumers.get_mut(&self.handle.name) {
            reading.cursor.give_back(&self.messages);
        }
    }
}

impl Handle {
    async fn read(&self, messages: Vec<(u64, u32)>) -> Result<Vec<Delivery>, Error> {
        let (inner, stream, part) = (Arc::clone(&self.inner), self.stream, self.part);
        let wanted = messages.clone();
        let mut taken = Taken {
            handle: self,
            messages,
        };
        let read = blocking(self.inner.options.io, move || {
            inner.stream(stream).read(&wanted, part)
        });
        let read = read.await??;
        taken.messages.clear();
        Ok(read)
    }

    /// A broken memory would forget what is acknowledged now.
    fn check(&self) -> Result<(), Error> {
        self.inner.check_open()?;
        Ok(self.inner.memory.check()?)
    }
}

#[async_trait]
impl Consumer for Handle {
    async fn fetch(&self, max: usize, wait: Duration) -> Result<Vec<Delivery>, Error> {
        let until = Instant::now() + wait;
        self.inner.check_open()?;
        while !self.inner.keep_consumer(self.stream, &self.name).await? {
            if Instant::now() >= until {
                return Ok(Vec::new());
            }
            sleep_until(until.min(Instant::now() + ROOM)).await;
        }
        loop {
            // Before the look, so that what comes in between wakes it.
            let woken = self.wake.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            self.inner.check_open()?;
            let now = self.inner.clock.elapsed();
            let (taken, due) = self
                .inner
                .stream(self.stream)
                .state()
                .take(&self.name, max, now);
            if !taken.is_empty() {
                self.inner.changed(0);
                return self.read(taken).await;
            }
            if max == 0 || Instant::now() >= until {
                return Ok(Vec::new());
            }
            let next = due.map_or(until, |due| until.min(Instant::now() + due));
            tokio::select! {
                () = woken => {}
                () = sleep_until(next) => {}
            }
        }
    }

    async fn ack(&self, seqs: &[u64]) -> Result<(), Error> {
        self.check()?;
        let acked = self.inner.stream(self.stream).state().ack(&self.name, seqs);
        if acked > 0 {
            self.inner.changed(acked);
        }
        Ok(())
    }

    async fn nak(&self, seqs: &[u64]) -> Result<(), Error> {
        self.check()?;
        let mut state = self.inner.stream(self.stream).state();
        if let Some(reading) = state.consumers.get_mut(&self.name) {
            reading.cursor.nak(seqs);
            reading.wake.notify_waiters();
        }
        Ok(())
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("stream", &self.stream.name())
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
