//! The buffer as the feeds see it: a bus which is full only when the policy says so.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aurora_bus::{
    Bus, Consumer, ConsumerInfo, ConsumerOptions, Error, Lease, Message, Peeked, Receipt,
    StreamInfo,
};
use aurora_clock::Clock;
use aurora_model::Stream;
use tracing::warn;

use crate::WhenFull;
use crate::queue::Queue;

/// Freed at a time, as a part of the whole.
const PART: u64 = 16;

#[derive(Debug)]
pub(crate) struct Buffer {
    pub(crate) inner: Arc<dyn Bus>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) when_full: WhenFull,
    pub(crate) max_bytes: u64,
}

impl Buffer {
    /// Whether there is room now that was not there before; so many bytes wait.
    async fn make_room(&self, bytes: u64) -> Result<bool, Error> {
        if self.when_full == WhenFull::Block {
            return Ok(false);
        }
        // When others fill the disk, what waits here is not what has to go.
        if bytes < self.max_bytes / 2 {
            return Ok(false);
        }
        warn!("the buffer is full: the oldest records are dropped");
        let dropped = self
            .queue
            .drop_oldest(self.max_bytes / PART, self.clock.now());
        dropped.await.map_err(Error::storage)
    }
}

#[async_trait]
impl Bus for Buffer {
    async fn publish(&self, messages: Vec<Message>) -> Result<Vec<Receipt>, Error> {
        loop {
            match self.inner.publish(messages.clone()).await {
                Err(Error::Full { stream, bytes }) => {
                    if !self.make_room(bytes).await? {
                        return Err(Error::Full { stream, bytes });
                    }
                }
                done => return done,
            }
        }
    }

    async fn consumer(&self, options: ConsumerOptions) -> Result<Box<dyn Consumer>, Error> {
        self.inner.consumer(options).await
    }

    async fn header_consumer(&self, options: ConsumerOptions) -> Result<Box<dyn Consumer>, Error> {
        self.inner.header_consumer(options).await
    }

    async fn delete_consumer(&self, stream: Stream, name: &str) -> Result<(), Error> {
        self.inner.delete_consumer(stream, name).await
    }

    async fn peek(&self, stream: Stream, from: u64, limit: usize) -> Result<Vec<Peeked>, Error> {
        self.inner.peek(stream, from, limit).await
    }

    async fn stream(&self, stream: Stream) -> Result<StreamInfo, Error> {
        self.inner.stream(stream).await
    }

    async fn consumer_info(
        &self,
        stream: Stream,
        name: &str,
    ) -> Result<Option<ConsumerInfo>, Error> {
        self.inner.consumer_info(stream, name).await
    }

    async fn acquire(
        &self,
        name: &str,
        holder: &str,
        ttl: Duration,
    ) -> Result<Option<Lease>, Error> {
        self.inner.acquire(name, holder, ttl).await
    }

    async fn holders(&self, names: &[String]) -> Result<Vec<Option<String>>, Error> {
        self.inner.holders(names).await
    }

    async fn release(&self, lease: &Lease) -> Result<(), Error> {
        self.inner.release(lease).await
    }

    async fn close(&self) -> Result<(), Error> {
        self.inner.close().await
    }
}
