//! The port on top of the streams' logs.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use aurora_bus::{
    Bus, Consumer, ConsumerInfo, ConsumerOptions, Error, Lease, Leases, Message, Peeked, Receipt,
    StreamInfo,
};
use aurora_clock::Clock;
use aurora_disk::Disk;
use aurora_model::Stream;
use aurora_tasks::Tasks;
use tokio::sync::Notify;

use crate::consumer::Handle;
use crate::memory::Memory;
use crate::message::Part;
use crate::publish::Slot;
use crate::stream::StreamLog;
use crate::{Io, Options};

/// The bus of one site on one machine. Clones are the same bus.
#[derive(Clone)]
pub struct LocalBus {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) options: Options,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) streams: BTreeMap<Stream, Arc<StreamLog>>,
    pub(crate) memory: Memory,
    leases: Mutex<Leases>,
    closed: AtomicBool,
    pub(crate) tasks: Tasks,
    /// Acknowledgements that are not durable yet.
    pub(crate) acks: AtomicU64,
    /// Whether a task will make them so.
    pub(crate) keeping: AtomicBool,
    pub(crate) hurry: Notify,
}

impl LocalBus {
    /// Opens the bus on `disk`, which is its own directory, and repairs what a crash left.
    /// Blocks while it reads the streams once.
    ///
    /// # Errors
    /// [`crate::Error`] when what was durable is damaged, or of a newer format.
    pub fn open(
        disk: Arc<dyn Disk>,
        clock: Arc<dyn Clock>,
        options: Options,
    ) -> Result<Self, crate::Error> {
        let (memory, remembered) = Memory::open(Arc::clone(&disk))?;
        let mut streams = BTreeMap::new();
        for stream in Stream::ALL {
            streams.insert(stream, Arc::new(StreamLog::open(&disk, stream, &options)?));
        }
        for kept in remembered.consumers {
            if let Some(stream) = streams.get(&kept.stream) {
                stream.state().restore(kept.stream, kept)?;
            }
        }
        let inner = Inner {
            options,
            clock,
            streams,
            memory,
            leases: Mutex::new(Leases::restore(remembered.leases)),
            closed: AtomicBool::new(false),
            tasks: Tasks::new(),
            acks: AtomicU64::new(0),
            keeping: AtomicBool::new(false),
            hurry: Notify::new(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    async fn open_consumer(&self, options: ConsumerOptions, part: Part) -> Result<Handle, Error> {
        let (stream, name) = (options.stream, options.name.clone());
        let wake = self.stream_log(stream)?.state().consumer(options)?;
        if self.inner.keep_consumer(stream, &name).await? {
            self.inner.changed(0);
        }
        Ok(Handle {
            inner: Arc::clone(&self.inner),
            stream,
            name,
            part,
            wake,
        })
    }

    fn stream_log(&self, stream: Stream) -> Result<&Arc<StreamLog>, Error> {
        self.inner.check_open()?;
        Ok(self.inner.stream_arc(stream))
    }

    /// Queues the batch; when a stream is full, frees what it can and tries once more.
    async fn submit(&self, messages: &[Message]) -> Result<Vec<Slot>, Error> {
        let outcome = match self.inner.submit(messages) {
            Err(Error::Full { .. }) => {
                // When that fails too, for want of room, the answer is still "full, try again".
                if let Err(error) = self.inner.keep().await {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "cannot free a full stream"
                    );
                }
                self.inner.submit(messages)
            }
            outcome => outcome,
        };
        // A refusal by the second of two streams leaves what the first was given.
        outcome.inspect_err(|_| self.inner.streams.keys().for_each(|s| self.inner.drive(*s)))
    }
}

impl Inner {
    fn stream_arc(&self, stream: Stream) -> &Arc<StreamLog> {
        self.streams.get(&stream).expect("every stream was opened")
    }

    pub(crate) fn stream(&self, stream: Stream) -> &StreamLog {
        self.stream_arc(stream)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    pub(crate) fn check_open(&self) -> Result<(), Error> {
        if self.is_closed() {
            Err(Error::Closed)
        } else {
            Ok(())
        }
    }

    pub(crate) fn leases(&self) -> Result<MutexGuard<'_, Leases>, Error> {
        self.check_open()?;
        Ok(self.lock_leases())
    }

    fn lock_leases(&self) -> MutexGuard<'_, Leases> {
        // Nothing under this lock panics half way through a change.
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn epochs(&self) -> BTreeMap<String, u64> {
        self.lock_leases()
            .epochs()
            .map(|(name, epoch)| (name.to_owned(), epoch))
            .collect()
    }

    /// Has what is queued on a stream written, by this task or by the one that is at it.
    fn drive(&self, stream: Stream) {
        let stream = self.stream_arc(stream);
        if stream.committing.swap(true, Ordering::SeqCst) {
            return;
        }
        match self.options.io {
            Io::Inline => stream.drive(),
            Io::Pool => {
                let stream = Arc::clone(stream);
                // Not awaited: it serves others too, and outlives a publisher that gives up.
                drop(tokio::task::spawn_blocking(move || stream.drive()));
            }
        }
    }
}

/// Runs what blocks where the options say.
pub(crate) async fn blocking<T: Send + 'static>(
    io: Io,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    match io {
        Io::Inline => Ok(work()),
        Io::Pool => tokio::task::spawn_blocking(work)
            .await
            .map_err(Error::storage),
    }
}

#[async_trait]
impl Bus for LocalBus {
    async fn publish(&self, messages: Vec<Message>) -> Result<Vec<Receipt>, Error> {
        self.inner.check_open()?;
        let slots = self.submit(&messages).await?;
        drop(messages);
        for stream in Stream::ALL {
            if slots.iter().any(|slot| slot.is_waiting_for(stream)) {
                self.inner.drive(stream);
            }
        }
        let mut receipts = Vec::with_capacity(slots.len());
        for slot in slots {
            receipts.push(slot.receipt().await?);
        }
        Ok(receipts)
    }

    async fn consumer(&self, options: ConsumerOptions) -> Result<Box<dyn Consumer>, Error> {
        Ok(Box::new(self.open_consumer(options, Part::Whole).await?))
    }

    async fn header_consumer(&self, options: ConsumerOptions) -> Result<Box<dyn Consumer>, Error> {
        Ok(Box::new(self.open_consumer(options, Part::Header).await?))
    }

    async fn delete_consumer(&self, stream: Stream, name: &str) -> Result<(), Error> {
        let log = self.stream_log(stream)?;
        let Some(reading) = log.state().consumers.remove(name) else {
            return Ok(());
        };
        reading.wake.notify_waiters();
        // Before it is said to be gone: a crash must not bring it back to hold its stream.
        let kept = self.inner.keep().await;
        if kept.is_err() {
            let mut state = log.state();
            state.consumers.entry(name.to_owned()).or_insert(reading);
        }
        kept
    }

    async fn peek(&self, stream: Stream, from: u64, limit: usize) -> Result<Vec<Peeked>, Error> {
        let stream = Arc::clone(self.stream_log(stream)?);
        blocking(self.inner.options.io, move || stream.peek(from, limit)).await?
    }

    async fn stream(&self, stream: Stream) -> Result<StreamInfo, Error> {
        let log = &self.stream_log(stream)?.log;
        Ok(StreamInfo {
            first_seq: log.first(),
            last_seq: log.last(),
            bytes: log.used(),
            max_bytes: self.inner.options.max_bytes,
        })
    }

    async fn consumer_info(
        &self,
        stream: Stream,
        name: &str,
    ) -> Result<Option<ConsumerInfo>, Error> {
        Ok(self.stream_log(stream)?.state().info(name))
    }

    async fn acquire(
        &self,
        name: &str,
        holder: &str,
        ttl: Duration,
    ) -> Result<Option<Lease>, Error> {
        let now = self.inner.clock.elapsed();
        let (lease, new) = {
            let mut leases = self.inner.leases()?;
            let before = leases.epoch(name);
            let lease = leases.acquire(name, holder, now, ttl);
            (lease, leases.epoch(name) != before)
        };
        if !new {
            return Ok(lease);
        }
        // Before it is handed out: an epoch given twice would fence nobody off.
        let kept = self.inner.keep().await;
        if kept.is_err()
            && let Some(lease) = &lease
        {
            // Nobody has it. Whoever has taken it since has a later epoch.
            self.inner.leases()?.release(lease).ok();
        }
        kept.map(|()| lease)
    }

    async fn holders(&self, names: &[String]) -> Result<Vec<Option<String>>, Error> {
        let (leases, now) = (self.inner.leases()?, self.inner.clock.elapsed());
        let holder = |name: &String| leases.holder(name, now).map(str::to_owned);
        Ok(names.iter().map(holder).collect())
    }

    async fn release(&self, lease: &Lease) -> Result<(), Error> {
        self.inner.leases()?.release(lease)
    }

    async fn close(&self) -> Result<(), Error> {
        if self.inner.closed.swap(true, Ordering::SeqCst) {
            return Ok(());
        }
        let inner = Arc::clone(&self.inner);
        for stream in inner.streams.values() {
            stream
                .state()
                .consumers
                .values()
                .for_each(|reading| reading.wake.notify_waiters());
        }
        blocking(inner.options.io, move || {
            // What was queued before the door was shut is still written.
            inner.streams.values().for_each(|stream| stream.drive());
            inner.keep_now()
        })
        .await?
    }
}

impl fmt::Debug for LocalBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalBus")
            .field("options", &self.inner.options)
            .finish_non_exhaustive()
    }
}
