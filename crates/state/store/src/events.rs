use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{BusHandle, ConsumerOptions, Delivery};
use aurora_clock::{Clock, Timestamp};
use aurora_events::{Events, Row};
use aurora_model::ledger::{RecordTerm, events_counter};
use aurora_model::{EventBatch, Scope, SourceName, Stream};
use aurora_records::{Change, Records};
use aurora_tasks::Shutdown;
use aurora_telemetry::{Metric, Metrics};

use crate::writer::{Between, Rows, Settles, Writer, header};
use crate::{Error, Options};

/// Moves event batches from the bus into the event store, each row once.
#[derive(Debug)]
pub struct EventWriter(Writer<Batches>);

#[derive(Debug)]
struct Batches {
    metrics: Metrics,
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
        let between = Between {
            scope,
            bus,
            events,
            records,
            clock,
        };
        let rows = Batches { metrics };
        Self(Writer::new(options, options.linger, between, rows))
    }

    /// The durable consumer it reads through.
    pub fn consumer() -> ConsumerOptions {
        Writer::<Batches>::consumer()
    }

    /// Works until shutdown.
    ///
    /// # Errors
    /// When the bus or the records store fails; the event store's absence is waited out.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        self.0.run(shutdown).await
    }
}

impl Rows for Batches {
    const CONSUMER: &'static str = "store-events";
    const STREAM: Stream = Stream::Events;
    const SLOT: &'static str = "store/events";
    const REASON: &'static str = "store events";

    /// Read from the headers alone.
    fn settles(&self, messages: &[Delivery]) -> Result<Settles, Error> {
        let mut settles = Settles::default();
        let mut counts: BTreeMap<SourceName, (u64, u64)> = BTreeMap::new();
        for message in messages {
            let header = header(message)?;
            settles.take(header.scope, header.trace);
            let (records, events) = counts.entry(header.source).or_default();
            *records += u64::from(header.records);
            *events += u64::from(header.count);
        }
        let mut change = Change::progress();
        for (source, (records, events)) in &counts {
            change = change
                .count(RecordTerm::Stored.counter(source), *records)
                .count(events_counter(source), *events);
        }
        settles.change = change;
        Ok(settles)
    }

    fn of(
        &self,
        messages: &[Delivery],
        scope: &Scope,
        received_at: Timestamp,
    ) -> Result<Vec<Row>, Error> {
        let mut rows = Vec::new();
        for message in messages {
            let header = header(message)?;
            if header.scope != *scope {
                continue;
            }
            let batch =
                EventBatch::decode(&header, &message.body).map_err(|source| Error::Batch {
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

    fn inserted(&self, took: Duration) {
        self.metrics.observe(Metric::StoreInsertSeconds, took);
    }
}
