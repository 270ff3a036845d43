use std::sync::Arc;

use aurora_bus::{BusHandle, ConsumerOptions, Delivery};
use aurora_clock::{Clock, Timestamp};
use aurora_events::{Events, Row};
use aurora_ids::Derive;
use aurora_model::{EventItem, EventUid, Finding, Header, Scope, SourceName, Stream};
use aurora_records::{Change, Records};
use aurora_tasks::Shutdown;
use tracing::error;

use crate::writer::{Between, Rows, Settles, Writer};
use crate::{Error, Options};

/// Keeps every finding, immutable, beside the events.
#[derive(Debug)]
pub struct FindingWriter(Writer<Findings>);

#[derive(Debug)]
struct Findings;

impl FindingWriter {
    /// The source under which findings are kept; no record of any feed carries it. A finding of a
    /// named feed keeps its name behind `@`.
    pub const SOURCE: &'static str = "aurora-findings";

    pub fn new(
        options: Options,
        scope: Scope,
        bus: BusHandle,
        events: Arc<dyn Events>,
        records: Arc<dyn Records>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let between = Between {
            scope,
            bus,
            events,
            records,
            clock,
        };
        let linger = options.findings_linger;
        Self(Writer::new(options, linger, between, Findings))
    }

    /// The durable consumer it reads through.
    pub fn consumer() -> ConsumerOptions {
        Writer::<Findings>::consumer()
    }

    /// Works until shutdown.
    ///
    /// # Errors
    /// When the bus or the records store fails; the event store's absence is waited out.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        self.0.run(shutdown).await
    }
}

impl Rows for Findings {
    const CONSUMER: &'static str = "store-findings";
    const STREAM: Stream = Stream::Alerts;
    const SLOT: &'static str = "store/alerts";
    const REASON: &'static str = "store findings";

    /// Read from the headers alone.
    fn settles(&self, messages: &[Delivery]) -> Result<Settles, Error> {
        let mut settles = Settles {
            change: Change::progress(),
            ..Settles::default()
        };
        for message in messages {
            match Header::from_bytes(&message.header) {
                Ok(header) => settles.take(header.scope, header.trace),
                Err(error) => unread(message, &error),
            }
        }
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
            let header = match Header::from_bytes(&message.header) {
                Ok(header) if header.scope == *scope => header,
                _ => continue,
            };
            match Finding::decode(&header, &message.body) {
                Ok(finding) => rows.push(row(&header, &finding, received_at)),
                Err(error) => unread(message, &error),
            }
        }
        Ok(rows)
    }
}

/// One that cannot be read is told; the alert's record stands without it.
fn unread(message: &Delivery, error: &dyn std::fmt::Display) {
    error!(seq = message.seq, %error, "a finding cannot be read");
}

fn row(header: &Header, finding: &Finding, received_at: Timestamp) -> Row {
    let uid = Derive::new("aurora.finding.v1")
        .part(finding.match_id.0.as_bytes())
        .finish();
    let name = FindingWriter::SOURCE;
    let source = match header.source.feed() {
        Some(feed) => SourceName::new(&format!("{name}@{feed}")),
        None => SourceName::new(name),
    };
    Row {
        source,
        received_at,
        item: EventItem::new(EventUid(uid), 0, &finding.event),
    }
}
