use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aurora_bus::{BusHandle, Consumer, ConsumerOptions, Delivery};
use aurora_clock::{Clock, Timestamp};
use aurora_events::{Events, Row};
use aurora_model::ledger::{RecordTerm, events_counter};
use aurora_model::{Context, EventBatch, Header, Scope, SourceName, Stream};
use aurora_records::{Change, Records};
use aurora_tasks::Shutdown;
use aurora_telemetry::{Metric, Metrics};

use crate::insert::{Inserter, Range};
use crate::{Error, Options};

/// The consumer's name on the bus.
const CONSUMER: &str = "store-events";
/// The checkpoint's slot: the last EVENTS sequence whose rows are stored and counted.
const SLOT: &str = "store/events";
/// Messages fetched while it is not known how many rows one of them holds.
const FIRST: usize = 4;
/// Messages fetched at once.
const MOST: usize = 32;

/// Moves event batches from the bus into the event store, each row once.
#[derive(Debug)]
pub struct EventWriter {
    options: Options,
    bus: BusHandle,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    inserter: Inserter,
}

/// What one insert settles.
#[derive(Default)]
struct Counts {
    scopes: BTreeSet<Scope>,
    records: BTreeMap<SourceName, u64>,
    events: BTreeMap<SourceName, u64>,
}

impl EventWriter {
    pub fn new(
        options: Options,
        scope: Scope,
        bus: BusHandle,
        events: Arc<dyn Events>,
        records: Arc<dyn Records>,
        clock: Arc<dyn Clock>,
        metrics: Metrics,
    ) -> Self {
        let inserter = Inserter {
            events,
            records,
            scope,
            slot: SLOT,
            retry: options.retry,
        };
        Self {
            options,
            bus,
            clock,
            metrics,
            inserter,
        }
    }

    /// The durable consumer it reads through.
    pub fn consumer() -> ConsumerOptions {
        consumer_options(CONSUMER, Stream::Events)
    }

    /// Works until shutdown.
    ///
    /// # Errors
    /// When the bus or the records store fails; the event store's absence is waited out.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        let consumer = self.bus.consumer(Self::consumer()).await?;
        let mut floor = self.inserter.floor().await?;
        if let Some(range) = self.inserter.announced(floor).await? {
            let messages = self
                .recall(consumer.as_ref(), floor, range, &shutdown)
                .await?;
            if shutdown.is_cancelled() {
                return Ok(());
            }
            floor = self
                .store(consumer.as_ref(), floor, messages, &shutdown)
                .await?;
        }
        while !shutdown.is_cancelled() {
            let messages = self.gather(consumer.as_ref(), floor, &shutdown).await?;
            if messages.is_empty() {
                continue;
            }
            floor = self
                .store(consumer.as_ref(), floor, messages, &shutdown)
                .await?;
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
            let fresh = consumer.fetch(wanted, self.options.linger).await?;
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
            let left = self.options.linger.saturating_sub(waited);
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
        let context = Context::service(self.inserter.scope.clone(), "store", "store events");
        self.inserter.announce(&context, floor, range).await?;
        let counts = Counts::of(&messages)?;
        let received_at = self.clock.now();
        let started = Instant::now();
        for scope in &counts.scopes {
            let rows = || rows(&messages, scope, received_at);
            if !self.inserter.insert(scope, range, &rows, shutdown).await? {
                return Ok(floor);
            }
        }
        self.metrics
            .observe(Metric::StoreInsertSeconds, started.elapsed());
        self.inserter
            .settle(&context, floor, range, counts.change())
            .await?;
        let seqs: Vec<u64> = messages.iter().map(|message| message.seq).collect();
        consumer.ack(&seqs).await?;
        Ok(range.last)
    }
}

impl Counts {
    /// Read from the headers alone.
    fn of(messages: &[Delivery]) -> Result<Self, Error> {
        let mut counts = Self::default();
        for message in messages {
            let header = header(message)?;
            *counts.records.entry(header.source.clone()).or_default() += u64::from(header.records);
            *counts.events.entry(header.source).or_default() += u64::from(header.count);
            counts.scopes.insert(header.scope);
        }
        Ok(counts)
    }

    fn change(&self) -> Change {
        let mut change = Change::progress();
        for (source, by) in &self.records {
            change = change.count(RecordTerm::Stored.counter(source), *by);
        }
        for (source, by) in &self.events {
            change = change.count(events_counter(source), *by);
        }
        change
    }
}

fn header(message: &Delivery) -> Result<Header, Error> {
    let batch = |source| Error::Batch {
        seq: message.seq,
        source,
    };
    Header::from_bytes(&message.header).map_err(batch)
}

/// The rows of one scope, in order.
fn rows(messages: &[Delivery], scope: &Scope, received_at: Timestamp) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for message in messages {
        let header = header(message)?;
        if header.scope != *scope {
            continue;
        }
        let batch = EventBatch::decode(&header, &message.body).map_err(|source| Error::Batch {
            seq: message.seq,
            source,
        })?;
        let row = |item| Row {
            source: header.source.clone(),
            received_at,
            item,
        };
        rows.extend(batch.items.into_iter().map(row));
    }
    Ok(rows)
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
