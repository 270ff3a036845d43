use std::time::Duration;

use async_trait::async_trait;
use aurora_model::{BatchId, Stream, Subject};
use bytes::Bytes;

use crate::Error;

/// The longest header and body together: NATS's default limit.
pub const MAX_MESSAGE_BYTES: usize = 1 << 20;

/// A message to publish. Header and body together are at most [`MAX_MESSAGE_BYTES`].
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub subject: Subject,
    /// The same id within a stream's dedupe window is stored once.
    pub id: BatchId,
    /// `aurora_model::Header` as bytes; readable without the body.
    pub header: Bytes,
    pub body: Bytes,
    /// Refused when the lease has moved on.
    pub fence: Option<Fence>,
}

/// Proof of holding a lease at the time of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    pub lease: String,
    pub epoch: u64,
}

/// A durable publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub stream: Stream,
    /// The message's place in its stream, from 1, dense.
    pub seq: u64,
    /// It was there already; `seq` is the first one's, or 0 where that is no longer known.
    pub duplicate: bool,
}

/// How a durable consumer reads. The same name on the same stream with the same filters is the
/// same consumer; its limits may change with every opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerOptions {
    pub name: String,
    pub stream: Stream,
    /// Patterns in NATS's syntax; empty means the whole stream.
    pub filters: Vec<String>,
    /// Unacknowledged messages at a time.
    pub max_in_flight: usize,
    /// After this long without acknowledgement a message is delivered again.
    pub ack_wait: Duration,
}

/// A message handed to a consumer.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    pub seq: u64,
    pub subject: Subject,
    pub id: BatchId,
    pub header: Bytes,
    pub body: Bytes,
    /// From 1; more means that it was delivered before without acknowledgement.
    pub attempt: u32,
}

/// A message's header, read without consuming it.
#[derive(Clone, Debug, PartialEq)]
pub struct Peeked {
    pub seq: u64,
    pub subject: Subject,
    pub header: Bytes,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamInfo {
    /// The oldest message kept; `last_seq + 1` when empty.
    pub first_seq: u64,
    /// The newest message ever; 0 when there was none.
    pub last_seq: u64,
    pub bytes: u64,
    pub max_bytes: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConsumerInfo {
    /// Every message up to here is acknowledged.
    pub ack_floor: u64,
    /// Messages that match and are not acknowledged.
    pub pending: u64,
    pub redelivered: u64,
}

/// An exclusive right for a time; its epoch grows with every change of holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub name: String,
    pub holder: String,
    pub epoch: u64,
}

impl Lease {
    pub fn fence(&self) -> Fence {
        Fence {
            lease: self.name.clone(),
            epoch: self.epoch,
        }
    }
}

/// A durable, ordered message store. Everything it acknowledges survives a crash.
#[async_trait]
pub trait Bus: Send + Sync + std::fmt::Debug {
    /// Stores all messages, in order, and returns when all of them are durable.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Fenced`] and [`Error::TooLarge`] are found before anything is
    /// stored. After [`Error::Storage`] some may have been; publishing again is harmless.
    async fn publish(&self, messages: Vec<Message>) -> Result<Vec<Receipt>, Error>;

    /// Opens a durable consumer, made at the first call with the stream's oldest message.
    ///
    /// # Errors
    /// [`Error::OtherFilters`] when it exists and reads something else, or storage fails.
    async fn consumer(&self, options: ConsumerOptions) -> Result<Box<dyn Consumer>, Error>;

    /// As [`Bus::consumer`], for a reader of headers alone: deliveries to this handle have an
    /// empty body, and none is read or sent for them.
    ///
    /// # Errors
    /// As [`Bus::consumer`].
    async fn header_consumer(&self, options: ConsumerOptions) -> Result<Box<dyn Consumer>, Error>;

    /// Ends a durable consumer for good; what it alone held back is given up. Ending one that is
    /// not there is harmless. Handles on it are of no use any more; the same name opened later is
    /// a new consumer.
    ///
    /// # Errors
    /// When storage fails.
    async fn delete_consumer(&self, stream: Stream, name: &str) -> Result<(), Error>;

    /// Headers from `from` on, at most `limit`, whether acknowledged or not.
    ///
    /// # Errors
    /// When storage fails.
    async fn peek(&self, stream: Stream, from: u64, limit: usize) -> Result<Vec<Peeked>, Error>;

    /// # Errors
    /// When storage fails.
    async fn stream(&self, stream: Stream) -> Result<StreamInfo, Error>;

    /// # Errors
    /// When storage fails.
    async fn consumer_info(
        &self,
        stream: Stream,
        name: &str,
    ) -> Result<Option<ConsumerInfo>, Error>;

    /// Takes or renews a lease. `None` when another holder's has not run out.
    ///
    /// # Errors
    /// When storage fails.
    async fn acquire(
        &self,
        name: &str,
        holder: &str,
        ttl: Duration,
    ) -> Result<Option<Lease>, Error>;

    /// Who holds each of these leases now; none where it is free.
    ///
    /// # Errors
    /// When storage fails.
    async fn holders(&self, names: &[String]) -> Result<Vec<Option<String>>, Error>;

    /// Gives a lease back before it runs out.
    ///
    /// # Errors
    /// [`Error::Fenced`] when it is held by someone else by now.
    async fn release(&self, lease: &Lease) -> Result<(), Error>;

    /// Makes acknowledgements durable and closes; later calls fail with [`Error::Closed`].
    ///
    /// # Errors
    /// When storage fails.
    async fn close(&self) -> Result<(), Error>;
}

/// A handle on a durable consumer. Several handles of one name share its messages.
#[async_trait]
pub trait Consumer: Send + Sync + std::fmt::Debug {
    /// Up to `max` messages in stream order; waits up to `wait` for the first one.
    ///
    /// # Errors
    /// When storage fails or the bus is closed.
    async fn fetch(&self, max: usize, wait: Duration) -> Result<Vec<Delivery>, Error>;

    /// These need not be delivered again. Acknowledging twice is harmless. Durable within 50 ms
    /// and at close: a crash before that delivers again.
    ///
    /// # Errors
    /// When storage fails.
    async fn ack(&self, seqs: &[u64]) -> Result<(), Error>;

    /// These are to be delivered again, now.
    ///
    /// # Errors
    /// When storage fails.
    async fn nak(&self, seqs: &[u64]) -> Result<(), Error>;
}
