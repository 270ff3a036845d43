//! The port on one connection.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::{self, Context};
use async_trait::async_trait;
use aurora_bus::{
    Bus, Consumer, ConsumerInfo, ConsumerOptions, Error, Lease, Message, Peeked, Receipt,
    StreamInfo,
};
use aurora_model::Stream;
use aurora_tasks::Tasks;

use crate::connection::{self, ANSWER, Losses};
use crate::consumer::Shared;
use crate::error::request;
use crate::{Options, Standing, alive, streams, wire};

/// The bus of a site on NATS JetStream, as one user. Clones are the same connection.
#[derive(Clone)]
pub struct NatsBus {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) options: Options,
    pub(crate) client: Client,
    pub(crate) jetstream: Context,
    pub(crate) losses: Losses,
    /// Tells this connection's leases from those of another process with the same holder.
    pub(crate) instance: String,
    pub(crate) fill: Fill,
    consumers: Mutex<BTreeMap<(Stream, String), Arc<Shared>>>,
    pub(crate) leases: Mutex<BTreeMap<String, Lease>>,
    pub(crate) tasks: Tasks,
}

/// How full each stream may be by now, in bytes.
#[derive(Debug, Default)]
pub(crate) struct Fill([AtomicU64; Stream::ALL.len()]);

impl Fill {
    fn of(&self, stream: Stream) -> &AtomicU64 {
        let at = Stream::ALL.iter().position(|s| *s == stream);
        &self.0[at.expect("the table has every stream")]
    }

    pub(crate) fn add(&self, stream: Stream, more: u64) -> u64 {
        self.of(stream).fetch_add(more, Ordering::Relaxed) + more
    }

    pub(crate) fn set(&self, stream: Stream, bytes: u64) {
        self.of(stream).store(bytes, Ordering::Relaxed);
    }
}

impl NatsBus {
    /// Connects; as the site, also makes the streams what they should be.
    ///
    /// # Errors
    /// [`crate::Error`] when the server is not there, is not ours, or refuses the streams.
    pub async fn connect(options: Options) -> Result<Self, crate::Error> {
        let (client, losses) = connection::connect(&options).await?;
        let found = client.server_info().max_payload;
        if found < wire::MAX_PAYLOAD {
            return Err(crate::Error::Payload {
                servers: options.servers,
                found,
                needed: wire::MAX_PAYLOAD,
            });
        }
        let mut jetstream = jetstream::new(client.clone());
        jetstream.set_timeout(ANSWER);
        if options.standing == Standing::Site {
            streams::reconcile(&jetstream, &options).await?;
        }
        let inner = Arc::new(Inner {
            options,
            client,
            jetstream,
            losses,
            instance: aurora_ids::random_token::<8>(),
            fill: Fill::default(),
            consumers: Mutex::default(),
            leases: Mutex::default(),
            tasks: Tasks::new(),
        });
        for stream in Stream::ALL {
            if let Ok(info) = inner.info(stream).await {
                inner.fill.set(stream, info.bytes);
            }
        }
        inner
            .tasks
            .spawn("bus-alive", alive::run(Arc::downgrade(&inner)));
        Ok(Self { inner })
    }
}

impl Inner {
    pub(crate) fn is_closed(&self) -> bool {
        self.tasks.shutdown().is_cancelled()
    }

    pub(crate) fn check_open(&self) -> Result<(), Error> {
        if self.is_closed() {
            Err(Error::Closed)
        } else {
            Ok(())
        }
    }

    pub(crate) fn consumers(&self) -> MutexGuard<'_, BTreeMap<(Stream, String), Arc<Shared>>> {
        // Nothing under this lock panics half way through a change.
        self.consumers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn info(&self, stream: Stream) -> Result<StreamInfo, Error> {
        self.check_open()?;
        streams::info(&self.jetstream, stream, self.options.max_bytes).await
    }

    async fn delete_consumer(&self, stream: Stream, name: &str) -> Result<(), Error> {
        let deleted = self
            .jetstream
            .delete_consumer_from_stream(wire::name(name), stream.name());
        match deleted.await {
            Ok(_) => self.trim(stream).await,
            Err(_) if self.consumer_info(stream, name).await?.is_none() => Ok(()),
            Err(error) => Err(request(&error)),
        }
    }

    /// As the site; a role leaves that to it.
    pub(crate) async fn trim(&self, stream: Stream) -> Result<(), Error> {
        if self.options.standing == Standing::Site {
            streams::trim(&self.jetstream, stream).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Bus for NatsBus {
    async fn publish(&self, messages: Vec<Message>) -> Result<Vec<Receipt>, Error> {
        self.inner.check_open()?;
        self.inner.publish(&messages).await
    }

    async fn consumer(&self, options: ConsumerOptions) -> Result<Box<dyn Consumer>, Error> {
        let open = || self.open_consumer(options.clone(), false);
        Ok(Box::new(self.inner.patiently(open).await?))
    }

    async fn header_consumer(&self, options: ConsumerOptions) -> Result<Box<dyn Consumer>, Error> {
        let open = || self.open_consumer(options.clone(), true);
        Ok(Box::new(self.inner.patiently(open).await?))
    }

    async fn delete_consumer(&self, stream: Stream, name: &str) -> Result<(), Error> {
        self.inner.consumers().remove(&(stream, name.to_owned()));
        let delete = || self.inner.delete_consumer(stream, name);
        self.inner.patiently(delete).await
    }

    async fn peek(&self, stream: Stream, from: u64, limit: usize) -> Result<Vec<Peeked>, Error> {
        let peek = || self.inner.peek(stream, from, limit);
        self.inner.patiently(peek).await
    }

    async fn stream(&self, stream: Stream) -> Result<StreamInfo, Error> {
        self.inner.patiently(|| self.inner.info(stream)).await
    }

    async fn consumer_info(
        &self,
        stream: Stream,
        name: &str,
    ) -> Result<Option<ConsumerInfo>, Error> {
        let info = || self.inner.consumer_info(stream, name);
        self.inner.patiently(info).await
    }

    async fn acquire(
        &self,
        name: &str,
        holder: &str,
        ttl: Duration,
    ) -> Result<Option<Lease>, Error> {
        let acquire = || self.inner.acquire(name, holder, ttl);
        self.inner.patiently(acquire).await
    }

    async fn holders(&self, names: &[String]) -> Result<Vec<Option<String>>, Error> {
        self.inner.patiently(|| self.inner.holders(names)).await
    }

    async fn release(&self, lease: &Lease) -> Result<(), Error> {
        self.inner.patiently(|| self.inner.release(lease)).await
    }

    async fn close(&self) -> Result<(), Error> {
        if self.inner.is_closed() {
            return Ok(());
        }
        self.inner.tasks.shutdown().cancel();
        self.inner.give_everything_back().await;
        // A connection that is gone has nothing to flush.
        let flushed = tokio::time::timeout(ANSWER, self.inner.client.flush()).await;
        if !matches!(flushed, Ok(Ok(()))) {
            tracing::debug!("the bus was closed without its server");
        }
        Ok(())
    }
}

impl fmt::Debug for NatsBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsBus")
            .field("servers", &self.inner.options.servers)
            .field("standing", &self.inner.options.standing)
            .finish_non_exhaustive()
    }
}
