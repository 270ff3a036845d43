//! Messages of one stream into the event store, each row once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aurora_bus::{BusHandle, Consumer, ConsumerOptions, Delivery};
use aurora_clock::{Clock, Timestamp};
use aurora_events::{Events, Row};
use aurora_model::{Context, Header, Scope, Stream, TraceContext};
use aurora_records::{Change, Records};
use aurora_spans::{Step, joined};
use aurora_tasks::Shutdown;

use crate::insert::{Inserter, Range};
use crate::{Error, Options};

/// Messages fetched while it is not known how many rows one of them holds.
const FIRST: usize = 4;
/// Messages fetched at once.
const MOST: usize = 32;

/// What the rows of one stream are.
pub(crate) trait Rows: std::fmt::Debug + Send + Sync {
    const CONSUMER: &'static str;
    const STREAM: Stream;
    /// The checkpoint's slot: the last sequence whose rows are stored and counted.
    const SLOT: &'static str;
    /// The reason that stands beside the change.
    const REASON: &'static str;

    /// What is settled with the checkpoint.
    fn settles(&self, messages: &[Delivery]) -> Result<Settles, Error>;

    /// The rows of one scope, in order.
    fn of(
        &self,
        messages: &[Delivery],
        scope: &Scope,
        received_at: Timestamp,
    ) -> Result<Vec<Row>, Error>;

    /// An insert took so long.
    fn inserted(&self, _: Duration) {}
}

/// What the headers of messages say.
#[derive(Debug, Default)]
pub(crate) struct Settles {
    /// Those that have rows.
    pub(crate) scopes: BTreeSet<Scope>,
    /// Those that are told of.
    pub(crate) traces: Vec<TraceContext>,
    pub(crate) change: Change,
}

impl Settles {
    pub(crate) fn take(&mut self, scope: Scope, trace: TraceContext) {
        self.scopes.insert(scope);
        self.traces.extend(trace.sampled.then_some(trace));
    }
}

#[derive(Debug)]
pub(crate) struct Writer<R> {
    options: Options,
    /// How long a small insert waits for more rows.
    linger: Duration,
    bus: BusHandle,
    clock: Arc<dyn Clock>,
    inserter: Inserter,
    rows: R,
}

/// The stores and the bus that a writer works on.
pub(crate) struct Between {
    pub(crate) scope: Scope,
    pub(crate) bus: BusHandle,
    pub(crate) events: Arc<dyn Events>,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl<R: Rows> Writer<R> {
    pub(crate) fn new(options: Options, linger: Duration, between: Between, rows: R) -> Self {
        let inserter = Inserter {
            events: between.events,
            records: between.records,
            scope: between.scope,
            slot: R::SLOT,
            retry: options.retry,
        };
        Self {
            options,
            linger,
            bus: between.bus,
            clock: between.clock,
            inserter,
            rows,
        }
    }

    pub(crate) fn consumer() -> ConsumerOptions {
        consumer_options(R::CONSUMER, R::STREAM)
    }

    pub(crate) async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        let consumer = self.bus.consumer(Self::consumer()).await?;
        let consumer = consumer.as_ref();
        let mut floor = self.inserter.floor().await?;
        if let Some(range) = self.inserter.announced(floor).await? {
            let messages = self.recall(consumer, floor, range, &shutdown).await?;
            if shutdown.is_cancelled() {
                return Ok(());
            }
            floor = self.store(consumer, floor, messages, &shutdown).await?;
        }
        while !shutdown.is_cancelled() {
            let messages = self.gather(consumer, floor, &shutdown).await?;
            if messages.is_empty() {
                continue;
            }
            floor = self.store(consumer, floor, messages, &shutdown).await?;
        }
        Ok(())
    }

    /// Exactly the messages of an announced range.
    async fn recall(
        &self,
        consumer: &dyn Consumer,
        floor: u64,
        range: Range,
        shutdown: &Shutdown,
    ) -> Result<Vec<Delivery>, Error> {
        let mut messages: Vec<Delivery> = Vec::new();
        while messages
            .last()
            .is_none_or(|message| message.seq < range.last)
        {
            if shutdown.is_cancelled() {
                return Ok(Vec::new());
            }
            let missing = messages.last().map_or(floor + 1, |message| message.seq + 1);
            let wanted = usize::try_from(range.last + 1 - missing)
                .unwrap_or(usize::MAX)
                .min(MOST);
            let fresh = consumer.fetch(wanted, self.linger).await?;
            for message in fresh {
                if message.seq <= floor {
                    consumer.ack(&[message.seq]).await?;
                } else if message.seq > range.last {
                    return Err(Error::IntentLost {
                        first: range.first,
                        last: range.last,
                        missing,
                    });
                } else {
                    messages.push(message);
                }
            }
        }
        Ok(messages)
    }

    /// Messages for about one insert; acknowledges those that are stored already.
    async fn gather(
        &self,
        consumer: &dyn Consumer,
        floor: u64,
        shutdown: &Shutdown,
    ) -> Result<Vec<Delivery>, Error> {
        let mut messages: Vec<Delivery> = Vec::new();
        let mut rows = 0;
        let mut started: Option<Instant> = None;
        loop {
            let waited = started.map_or(Duration::ZERO, |at| at.elapsed());
            let left = self.linger.saturating_sub(waited);
            if rows >= self.options.rows_per_insert || left.is_zero() {
                return Ok(messages);
            }
            let fresh = tokio::select! {
                () = shutdown.cancelled() => return Ok(Vec::new()),
                fresh = consumer.fetch(self.wanted(messages.len(), rows), left) => fresh?,
            };
            if fresh.is_empty() {
                return Ok(messages);
            }
            started.get_or_insert_with(Instant::now);
            for message in fresh {
                if message.seq <= floor {
                    consumer.ack(&[message.seq]).await?;
                    continue;
                }
                rows += Header::from_bytes(&message.header).map_or(0, |h| h.count as usize);
                messages.push(message);
            }
        }
    }

    /// Messages to fetch next: what the insert has room for if they are like the first ones. One
    /// message holds one row or a thousand, and all rows of an insert are in memory at once.
    fn wanted(&self, messages: usize, rows: usize) -> usize {
        if rows == 0 {
            return FIRST;
        }
        let room = self.options.rows_per_insert.saturating_sub(rows);
        (room * messages / rows).clamp(1, MOST)
    }

    /// Announces, inserts, settles and acknowledges. Returns the new floor.
    async fn store(
        &self,
        consumer: &dyn Consumer,
        floor: u64,
        mut messages: Vec<Delivery>,
        shutdown: &Shutdown,
    ) -> Result<u64, Error> {
        messages.sort_by_key(|message| message.seq);
        messages.dedup_by_key(|message| message.seq);
        let (Some(first), Some(last)) = (messages.first(), messages.last()) else {
            return Ok(floor);
        };
        let range = Range {
            first: first.seq,
            last: last.seq,
        };
        let context = Context::service(self.inserter.scope.clone(), "store", R::REASON);
        self.inserter.announce(&context, floor, range).await?;
        let Settles {
            scopes,
            traces,
            change,
        } = self.rows.settles(&messages)?;
        let step = traces.split_first().map(|(after, others)| {
            let others = others.iter().filter(|other| *other != after);
            joined(Step::Store, &after.child(), after, others)
        });
        let received_at = self.clock.now();
        let started = Instant::now();
        for scope in &scopes {
            let rows = || self.rows.of(&messages, scope, received_at);
            if !self.inserter.insert(scope, range, &rows, shutdown).await? {
                return Ok(floor);
            }
        }
        drop(step);
        self.rows.inserted(started.elapsed());
        self.inserter.settle(&context, floor, range, change).await?;
        let seqs: Vec<u64> = messages.iter().map(|message| message.seq).collect();
        consumer.ack(&seqs).await?;
        Ok(range.last)
    }
}

/// Of a message that must be readable.
pub(crate) fn header(message: &Delivery) -> Result<Header, Error> {
    let batch = |source| Error::Batch {
        seq: message.seq,
        source,
    };
    Header::from_bytes(&message.header).map_err(batch)
}

/// Long enough for an engine that restarts; a crash needs no wait, as it makes a new consumer.
pub(crate) fn consumer_options(name: &str, stream: Stream) -> ConsumerOptions {
    ConsumerOptions {
        name: name.to_owned(),
        stream,
        filters: Vec::new(),
        max_in_flight: 4096,
        ack_wait: Duration::from_secs(600),
    }
}
