//! A durable pull consumer, and what this process was given through it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::Subject;
use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, Info, PullConsumer, pull};
use async_nats::jetstream::context::ConsumerInfoErrorKind;
use async_trait::async_trait;
use aurora_bus::{Consumer, ConsumerInfo, ConsumerOptions, Delivery, Error, Peeked};
use aurora_model::Stream;
use bytes::Bytes;
use futures_util::StreamExt as _;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::bus::Inner;
use crate::connection::{ANSWER, Life, PAUSE};
use crate::error::request;
use crate::order::Order;
use crate::{NatsBus, streams, wire};

pub(crate) const ACK: Bytes = Bytes::from_static(b"+ACK");
pub(crate) const NAK: Bytes = Bytes::from_static(b"-NAK");
pub(crate) const WORKING: Bytes = Bytes::from_static(b"+WPI");

/// How long one request for messages stands; then the connection is looked at again.
const SLICE: Duration = Duration::from_secs(10);
/// How long the server keeps a request that does not wait, should it have to: when all that may be
/// out is out, in other processes.
const BRIEF: Duration = Duration::from_millis(250);

/// Messages that come again, in one request.
const AGAIN: usize = 256;

/// What all handles of one consumer in this process share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    held: Mutex<BTreeMap<u64, Held>>,
    redelivered: AtomicU64,
    /// Acknowledged since the stream was last trimmed.
    pub(crate) acked: AtomicU64,
    /// Held by the one handle that asks for messages.
    order: tokio::sync::Mutex<Order>,
}

/// A delivery that is out.
#[derive(Clone, Debug)]
struct Held {
    reply: Subject,
    /// Until when this process says that it works on it.
    until: Instant,
}

impl Shared {
    fn held(&self) -> MutexGuard<'_, BTreeMap<u64, Held>> {
        // Nothing under this lock panics half way through a change.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whom to tell that the work goes on; forgets what has been out for too long.
    pub(crate) fn working(&self) -> Vec<Subject> {
        let now = Instant::now();
        let held = self.held();
        let current = held.values().filter(|held| held.until > now);
        current.map(|held| held.reply.clone()).collect()
    }

    /// Everything that is out, which is not out any more.
    pub(crate) fn drain(&self) -> Vec<Subject> {
        let held = std::mem::take(&mut *self.held());
        held.into_values().map(|held| held.reply).collect()
    }
}

pub(crate) struct Handle {
    inner: Arc<Inner>,
    stream: Stream,
    shared: Arc<Shared>,
    /// As the port knows it.
    name: String,
    consumer: PullConsumer,
    max_in_flight: usize,
    /// How long after its delivery this process keeps a message without saying anything final.
    keep: Duration,
}

impl NatsBus {
    pub(crate) async fn open_consumer(
        &self,
        options: ConsumerOptions,
        headers_only: bool,
    ) -> Result<Handle, Error> {
        let inner = Arc::clone(&self.inner);
        inner.check_open()?;
        let stream = options.stream;
        if let Some(known) = inner.known(stream, &options.name).await? {
            let known = filters(&known);
            if known != options.filters {
                return Err(Error::OtherFilters {
                    stream,
                    name: options.name,
                    known,
                    asked: options.filters,
                });
            }
        }
        // The server gives a message to others when nothing is heard for this long.
        let silence = options.ack_wait.min(inner.options.heartbeat * 3);
        let config = pull::Config {
            durable_name: Some(wire::name(&options.name)),
            filter_subjects: options.filters.clone(),
            ack_policy: AckPolicy::Explicit,
            ack_wait: silence,
            deliver_policy: DeliverPolicy::All,
            max_ack_pending: i64::try_from(options.max_in_flight).unwrap_or(i64::MAX),
            headers_only,
            ..pull::Config::default()
        };
        let made = inner
            .jetstream
            .create_consumer_on_stream(config, stream.name());
        let consumer = made.await.map_err(|error| request(&error))?;
        let key = (stream, options.name.clone());
        let shared = Arc::clone(inner.consumers().entry(key).or_default());
        Ok(Handle {
            max_in_flight: options.max_in_flight,
            keep: options.ack_wait - silence,
            inner,
            stream,
            shared,
            name: options.name,
            consumer,
        })
    }
}

impl Inner {
    pub(crate) async fn known(&self, stream: Stream, name: &str) -> Result<Option<Info>, Error> {
        let handle = self.jetstream.get_stream_no_info(stream.name()).await;
        let handle = handle.map_err(|error| request(&error))?;
        match handle.consumer_info(wire::name(name)).await {
            Ok(info) => Ok(Some(info)),
            Err(error) if error.kind() == ConsumerInfoErrorKind::NotFound => Ok(None),
            Err(error) => Err(request(&error)),
        }
    }

    pub(crate) async fn consumer_info(
        &self,
        stream: Stream,
        name: &str,
    ) -> Result<Option<ConsumerInfo>, Error> {
        let last = self.info(stream).await?.last_seq;
        let Some(known) = self.known(stream, name).await? else {
            return Ok(None);
        };
        let shared = self.consumers().get(&(stream, name.to_owned())).cloned();
        Ok(Some(ConsumerInfo {
            ack_floor: streams::floor(&known, last),
            pending: known.num_pending + known.num_ack_pending as u64,
            redelivered: shared.map_or(0, |s| s.redelivered.load(Ordering::Relaxed)),
        }))
    }

    pub(crate) async fn peek(
        &self,
        stream: Stream,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Peeked>, Error> {
        let info = self.info(stream).await?;
        let from = from.max(info.first_seq);
        if limit == 0 || from > info.last_seq {
            return Ok(Vec::new());
        }
        let name = format!("peek-{}", aurora_ids::random_token::<8>());
        let config = pull::Config {
            // Named, as the right to make consumers is one by stream and name.
            name: Some(name.clone()),
            deliver_policy: DeliverPolicy::ByStartSequence {
                start_sequence: from,
            },
            ack_policy: AckPolicy::None,
            headers_only: true,
            memory_storage: true,
            num_replicas: 1,
            inactive_threshold: SLICE,
            ..pull::Config::default()
        };
        let made = self
            .jetstream
            .create_consumer_on_stream(config, stream.name());
        let consumer = made.await.map_err(|error| request(&error))?;
        let messages = pull(&consumer, limit, None, self.losses.life()).await?;
        // It also goes alone, a little later.
        drop(
            self.jetstream
                .delete_consumer_from_stream(name, stream.name())
                .await,
        );
        let peeked = |message: &Message| {
            let delivery = delivery(stream, message)?;
            Ok(Peeked {
                seq: delivery.seq,
                subject: delivery.subject,
                header: delivery.header,
            })
        };
        messages.iter().map(peeked).collect()
    }
}

/// Those of a consumer as it is known to the server.
fn filters(known: &Info) -> Vec<String> {
    let config = &known.config;
    if config.filter_subject.is_empty() {
        config.filter_subjects.clone()
    } else {
        vec![config.filter_subject.clone()]
    }
}

/// Asks for messages: those that are there, or with `wait` the first ones that come.
async fn pull(
    consumer: &PullConsumer,
    max: usize,
    wait: Option<Duration>,
    mut life: Life,
) -> Result<Vec<Message>, Error> {
    let asked = async {
        match wait {
            None => {
                let fetch = consumer.fetch().max_messages(max).expires(BRIEF);
                fetch.messages().await
            }
            Some(wait) => {
                consumer
                    .batch()
                    .max_messages(max)
                    .expires(wait)
                    .messages()
                    .await
            }
        }
    };
    let mut batch = asked.await.map_err(|error| request(&error))?;
    let mut messages = Vec::new();
    let patience = wait.unwrap_or(BRIEF) + ANSWER;
    // What came before an error or a silence is ours all the same.
    while let Ok(Some(Some(next))) = timeout(patience, life.answer(batch.next())).await {
        match next {
            Ok(message) => messages.push(message),
            Err(error) => {
                tracing::debug!(%error, "a request for messages ended early");
                break;
            }
        }
    }
    Ok(messages)
}

/// Of the delivery, among all of its consumer.
fn number(message: &Message) -> Result<u64, Error> {
    let info = message.info().map_err(|error| request(&*error))?;
    Ok(info.consumer_sequence)
}

fn delivery(stream: Stream, message: &Message) -> Result<Delivery, Error> {
    let info = message.info().map_err(|error| request(&*error))?;
    let seq = info.stream_sequence;
    let attempt = u32::try_from(info.delivered).unwrap_or(1).max(1);
    let told = wire::told(stream, seq, &message.subject, message.headers.as_ref())?;
    Ok(told.delivery(seq, message.payload.clone(), attempt))
}

impl Handle {
    /// Messages that follow those that were given last, when there are any until then.
    async fn next(
        &self,
        order: &mut Order,
        max: usize,
        until: Instant,
    ) -> Result<Vec<Delivery>, Error> {
        let life = self.inner.losses.life();
        let consumer = (self.stream, self.name.as_str());
        let held = self.shared.held().keys().copied().collect();
        order.establish(&self.inner, consumer, &held, &life).await?;
        let here = order.take(max);
        if !here.is_empty() {
            return Ok(here);
        }
        // One at least, as what is out may be due again.
        let most = max
            .min(self.max_in_flight.saturating_sub(held.len()))
            .max(order.awaited().min(AGAIN))
            .max(1);
        let mut messages = pull(&self.consumer, most, None, life).await?;
        let left = until.saturating_duration_since(Instant::now());
        if messages.is_empty() && order.awaited() == 0 && !left.is_zero() {
            let (shutdown, life) = (self.inner.tasks.shutdown(), self.inner.losses.life());
            messages = tokio::select! {
                () = shutdown.cancelled() => return Err(Error::Closed),
                found = pull(&self.consumer, 1, Some(left.min(SLICE)), life) => found?,
            };
        }
        let numbers = messages.iter().map(number).collect::<Result<Vec<_>, _>>()?;
        if order.follows(numbers) {
            order.came(self.note(&messages)?);
        }
        // Otherwise they come again, with what is missing.
        Ok(order.take(max))
    }

    /// Notes what came, so that it can be acknowledged and kept alive.
    fn note(&self, messages: &[Message]) -> Result<Vec<Delivery>, Error> {
        let until = Instant::now() + self.keep;
        let mut taken = Vec::with_capacity(messages.len());
        for message in messages {
            let delivery = delivery(self.stream, message)?;
            if let Some(reply) = message.reply.clone() {
                self.shared
                    .held()
                    .insert(delivery.seq, Held { reply, until });
            }
            if delivery.attempt > 1 {
                self.shared.redelivered.fetch_add(1, Ordering::Relaxed);
            }
            taken.push(delivery);
        }
        Ok(taken)
    }

    /// Says something final about deliveries, and waits until the server has heard the last of it;
    /// it hears them in order.
    async fn settle(&self, seqs: &[u64], word: Bytes) -> Result<u64, Error> {
        self.inner.check_open()?;
        let replies: Vec<Subject> = {
            let mut held = self.shared.held();
            let seqs: BTreeSet<u64> = seqs.iter().copied().collect();
            let found = seqs.iter().filter_map(|seq| held.remove(seq));
            found.map(|held| held.reply).collect()
        };
        // What is not heard in the end is delivered again: harmless.
        if let Err(error) = self.tell(&replies, &word).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "acknowledgements may be lost"
            );
        }
        Ok(replies.len() as u64)
    }

    /// Tells the server about deliveries, again on the next connection when one goes meanwhile.
    async fn tell(&self, replies: &[Subject], word: &Bytes) -> Result<(), Error> {
        let Some((last, others)) = replies.split_last() else {
            return Ok(());
        };
        let tell = || async {
            for reply in others {
                let told = self.inner.client.publish(reply.clone(), word.clone()).await;
                told.map_err(|error| request(&error))?;
            }
            let heard = self.inner.client.request(last.clone(), word.clone()).await;
            heard.map(drop).map_err(|error| request(&error))
        };
        // Only a lost connection is a reason to say it again: a consumer that was deleted is silent.
        self.inner.patiently(|| async { Ok(tell().await) }).await?
    }
}

#[async_trait]
impl Consumer for Handle {
    async fn fetch(&self, max: usize, wait: Duration) -> Result<Vec<Delivery>, Error> {
        let until = Instant::now() + wait;
        self.inner.check_open()?;
        // Another handle that waits takes what comes, until then.
        let Ok(mut order) = timeout_at(until, self.shared.order.lock()).await else {
            return Ok(Vec::new());
        };
        loop {
            self.inner.check_open()?;
            if max == 0 {
                return Ok(Vec::new());
            }
            let found = self.next(&mut order, max, until).await;
            let failing = order.asked(&found);
            match found {
                Err(Error::Closed) => return Err(Error::Closed),
                Ok(messages) if !messages.is_empty() => return Ok(messages),
                Ok(_) => {}
                Err(error) if failing >= self.inner.options.patience => return Err(error),
                // The client connects again by itself, and whoever waits less than that asks again.
                Err(error) => {
                    tracing::debug!(error = &error as &dyn std::error::Error, "cannot fetch");
                    sleep(PAUSE.min(until.saturating_duration_since(Instant::now()))).await;
                }
            }
            if Instant::now() >= until {
                return Ok(Vec::new());
            }
        }
    }

    async fn ack(&self, seqs: &[u64]) -> Result<(), Error> {
        let acked = self.settle(seqs, ACK).await?;
        self.shared.acked.fetch_add(acked, Ordering::Relaxed);
        Ok(())
    }

    async fn nak(&self, seqs: &[u64]) -> Result<(), Error> {
        self.settle(seqs, NAK).await.map(drop)
    }
}

/// What the last handle in this process leaves unsettled is not here any more: whoever opens the
/// consumer next, here or elsewhere, is given it first.
impl Drop for Handle {
    fn drop(&mut self) {
        // The table of consumers has the other one.
        if Arc::strong_count(&self.shared) > 2 {
            return;
        }
        self.shared.held().clear();
        if let Ok(mut order) = self.shared.order.try_lock() {
            order.forget();
        }
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("stream", &self.stream.name())
            .field("name", &self.consumer.cached_info().name)
            .finish_non_exhaustive()
    }
}
