//! The port on top of the streams.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use aurora_bus::{
    Bus, Consumer, ConsumerInfo, ConsumerOptions, Error, Lease, Leases, MAX_MESSAGE_BYTES, Message,
    Peeked, Receipt, StreamInfo,
};
use aurora_clock::Clock;
use aurora_model::{BatchId, Stream};

use crate::consumer::{Handle, Part};
use crate::stream::{Kept, size};

/// Limits of a bus in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Headers and bodies of one stream, in bytes.
    pub max_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_bytes: 256 << 20,
        }
    }
}

/// A bus that forgets everything with the process. Clones are the same handle.
#[derive(Clone, Debug)]
pub struct MemoryBus {
    kept: Arc<Mutex<Store>>,
    clock: Arc<dyn Clock>,
    options: Options,
    /// Which opening this handle belongs to; those before it are closed.
    opening: u64,
}

#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) streams: BTreeMap<Stream, Kept>,
    leases: Leases,
    /// As if the device were full.
    is_full: bool,
    /// The opening that is in use; none of them after a close.
    opening: u64,
    open: bool,
}

impl MemoryBus {
    pub fn new(clock: Arc<dyn Clock>, options: Options) -> Self {
        let streams = Stream::ALL.map(|stream| (stream, Kept::new(stream))).into();
        let store = Store {
            streams,
            leases: Leases::default(),
            is_full: false,
            opening: 1,
            open: true,
        };
        Self {
            kept: Arc::new(Mutex::new(store)),
            clock,
            options,
            opening: 1,
        }
    }

    /// The bus as a process would find it that starts after this one: a new handle on the same
    /// messages; this one is closed.
    #[must_use]
    pub fn reopen(&self) -> Self {
        let mut store = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        store.opening += 1;
        store.open = true;
        let epochs: Vec<_> = store
            .leases
            .epochs()
            .map(|(n, e)| (n.to_owned(), e))
            .collect();
        store.leases = Leases::restore(epochs);
        for reading in store
            .streams
            .values_mut()
            .flat_map(|s| s.consumers.values_mut())
        {
            let cursor = &reading.cursor;
            reading.cursor = aurora_bus::Cursor::restore(cursor.next(), cursor.unacked());
            reading.wake.notify_waiters();
        }
        Self {
            opening: store.opening,
            ..self.clone()
        }
    }

    /// Behaves from now on as a bus on a full device does, or as one with room again.
    pub fn fill(&self, full: bool) {
        let mut store = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        store.is_full = full;
    }

    pub(crate) fn store(&self) -> Result<MutexGuard<'_, Store>, Error> {
        // Nothing under this lock panics half way through a change.
        let store = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let open = store.open && store.opening == self.opening;
        if open { Ok(store) } else { Err(Error::Closed) }
    }

    fn open(&self, options: ConsumerOptions, part: Part) -> Result<Handle, Error> {
        let (stream, name) = (options.stream, options.name.clone());
        let wake = self.store()?.stream(stream).consumer(options)?;
        Ok(Handle {
            bus: self.clone(),
            stream,
            name,
            part,
            wake,
        })
    }

    pub(crate) fn now(&self) -> Duration {
        self.clock.elapsed()
    }
}

/// What [`MemoryBus::fill`] brings about.
#[derive(Debug, thiserror::Error)]
#[error("the bus in memory was told to be full")]
struct Full;

impl Store {
    pub(crate) fn stream(&mut self, stream: Stream) -> &mut Kept {
        self.streams
            .entry(stream)
            .or_insert_with(|| Kept::new(stream))
    }

    /// Finds every reason to refuse a batch before any of it is stored.
    fn check(&mut self, messages: &[Message], max_bytes: u64) -> Result<Vec<Stream>, Error> {
        let mut streams = Vec::new();
        let mut new = HashSet::<(Stream, BatchId)>::new();
        let mut more = BTreeMap::<Stream, u64>::new();
        for message in messages {
            let stream = Stream::of(&message.subject);
            let stream = stream.ok_or_else(|| Error::NoStream(message.subject.clone()))?;
            let bytes = message.header.len() + message.body.len();
            if bytes > MAX_MESSAGE_BYTES {
                return Err(Error::TooLarge {
                    bytes,
                    limit: MAX_MESSAGE_BYTES,
                });
            }
            if let Some(fence) = &message.fence {
                self.leases.check(fence)?;
            }
            if !self.stream(stream).knows(message.id) && new.insert((stream, message.id)) {
                *more.entry(stream).or_default() += size(message);
            }
            streams.push(stream);
        }
        for (stream, more) in more {
            let bytes = self.stream(stream).bytes();
            if bytes + more > max_bytes || self.is_full {
                return Err(Error::Full { stream, bytes });
            }
        }
        Ok(streams)
    }
}

#[async_trait]
impl Bus for MemoryBus {
    async fn publish(&self, messages: Vec<Message>) -> Result<Vec<Receipt>, Error> {
        let mut store = self.store()?;
        let streams = store.check(&messages, self.options.max_bytes)?;
        let stored = streams.into_iter().zip(messages);
        Ok(stored
            .map(|(stream, message)| store.stream(stream).store(message))
            .collect())
    }

    async fn consumer(&self, options: ConsumerOptions) -> Result<Box<dyn Consumer>, Error> {
        Ok(Box::new(self.open(options, Part::Whole)?))
    }

    async fn header_consumer(&self, options: ConsumerOptions) -> Result<Box<dyn Consumer>, Error> {
        Ok(Box::new(self.open(options, Part::Header)?))
    }

    async fn delete_consumer(&self, stream: Stream, name: &str) -> Result<(), Error> {
        let mut store = self.store()?;
        let kept = store.stream(stream);
        if let Some(reading) = kept.consumers.remove(name) {
            reading.wake.notify_waiters();
            kept.trim();
        }
        Ok(())
    }

    async fn peek(&self, stream: Stream, from: u64, limit: usize) -> Result<Vec<Peeked>, Error> {
        Ok(self.store()?.stream(stream).peek(from, limit))
    }

    async fn stream(&self, stream: Stream) -> Result<StreamInfo, Error> {
        let mut store = self.store()?;
        let kept = store.stream(stream);
        Ok(StreamInfo {
            first_seq: kept.first(),
            last_seq: kept.last(),
            bytes: kept.bytes(),
            max_bytes: self.options.max_bytes,
        })
    }

    async fn consumer_info(
        &self,
        stream: Stream,
        name: &str,
    ) -> Result<Option<ConsumerInfo>, Error> {
        Ok(self.store()?.stream(stream).info(name))
    }

    async fn acquire(
        &self,
        name: &str,
        holder: &str,
        ttl: Duration,
    ) -> Result<Option<Lease>, Error> {
        let (mut store, now) = (self.store()?, self.now());
        if !store.is_full {
            return Ok(store.leases.acquire(name, holder, now, ttl));
        }
        let mut after = store.leases.clone();
        let lease = after.acquire(name, holder, now, ttl);
        if after.epoch(name) != store.leases.epoch(name) {
            return Err(Error::no_room(Full));
        }
        store.leases = after;
        Ok(lease)
    }

    async fn holders(&self, names: &[String]) -> Result<Vec<Option<String>>, Error> {
        let (store, now) = (self.store()?, self.now());
        let holder = |name: &String| store.leases.holder(name, now).map(str::to_owned);
        Ok(names.iter().map(holder).collect())
    }

    async fn release(&self, lease: &Lease) -> Result<(), Error> {
        self.store()?.leases.release(lease)
    }

    async fn close(&self) -> Result<(), Error> {
        if let Ok(mut store) = self.store() {
            store.open = false;
            let consumers = store.streams.values().flat_map(|s| s.consumers.values());
            consumers.for_each(|reading| reading.wake.notify_waiters());
        }
        Ok(())
    }
}
