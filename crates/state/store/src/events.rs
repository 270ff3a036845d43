use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aurora_bus::{BusHandle, Consumer, ConsumerOptions, Delivery};
use aurora_clock::Clock;
use aurora_events::{Events, Row};
use aurora_model::ledger::{RecordTerm, events_counter};
use aurora_model::{Context, EventBatch, Header, Scope, SourceName, Stream};
use aurora_records::{Change, Records};
use aurora_tasks::Shutdown;
use aurora_telemetry::{Metric, Metrics};
use tracing::error;

use crate::insert::{Inserter, Range};
use crate::{Error, Options};

/// The consumer's name on the bus.
const CONSUMER: &str = "store-events";
/// The checkpoint's slot: the last EVENTS sequence whose rows are stored and counted.
const SLOT: &str = "store/events";

/// Moves event batches from the bus into the event store, each row once.
#[derive(Debug)]
pub struct EventWriter {
    options: Options,
    bus: BusHandle,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    inserter: Inserter,
}

/// Rows and counts of one insert.
#[derive(Default)]
struct Load {
    rows: BTreeMap<Scope, Vec<Row>>,
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
                .min(64);
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
                fresh = consumer.fetch(32, left) => fresh?,
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
        self.inserter.announce(&context, range).await?;
        let load = self.load(&messages);
        let started = Instant::now();
        for (scope, rows) in load.rows {
            if !self.inserter.insert(&scope, range, rows, shutdown).await? {
                return Ok(floor);
            }
        }
        self.metrics
            .observe(Metric::StoreInsertSeconds, started.elapsed());
        let change = counted(&load.records, &load.events);
        self.inserter.settle(&context, floor, range, change).await?;
        let seqs: Vec<u64> = messages.iter().map(|message| message.seq).collect();
        consumer.ack(&seqs).await?;
        Ok(range.last)
    }

    fn load(&self, messages: &[Delivery]) -> Load {
        let received_at = self.clock.now();
        let mut load = Load::default();
        for message in messages {
            let batch = Header::from_bytes(&message.header)
                .and_then(|h| EventBatch::decode(&h, &message.body).map(|batch| (h, batch)));
            let (header, batch) = match batch {
                Ok(read) => read,
                // Our own bytes, checked by the bus: damage here is a defect, and the ledger shows it.
                Err(error) => {
                    error!(seq = message.seq, %error, "an event batch cannot be read");
                    continue;
                }
            };
            *load.records.entry(header.source.clone()).or_default() += u64::from(header.records);
            *load.events.entry(header.source.clone()).or_default() += u64::from(header.count);
            let rows = load.rows.entry(header.scope.clone()).or_default();
            rows.extend(batch.items.into_iter().map(|item| Row {
                source: header.source.clone(),
                received_at,
                item,
            }));
        }
        load
    }
}

fn counted(records: &BTreeMap<SourceName, u64>, events: &BTreeMap<SourceName, u64>) -> Change {
    let mut change = Change::progress();
    for (source, by) in records {
        change = change.count(RecordTerm::Stored.counter(source), *by);
    }
    for (source, by) in events {
        change = change.count(events_counter(source), *by);
    }
    change
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
