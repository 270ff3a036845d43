use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{BusHandle, ConsumerOptions, Delivery};
use aurora_clock::Clock;
use aurora_events::{Events, Row};
use aurora_ids::Derive;
use aurora_model::{Context, EventItem, EventUid, Finding, Header, Scope, SourceName, Stream};
use aurora_records::{Change, Records};
use aurora_tasks::Shutdown;
use tracing::error;

use crate::events::consumer_options;
use crate::insert::{Inserter, Range};
use crate::{Error, Options};

const CONSUMER: &str = "store-findings";
const SLOT: &str = "store/alerts";

/// Keeps every finding, immutable, beside the events.
#[derive(Debug)]
pub struct FindingWriter {
    options: Options,
    bus: BusHandle,
    clock: Arc<dyn Clock>,
    inserter: Inserter,
}

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
            inserter,
        }
    }

    /// The durable consumer it reads through.
    pub fn consumer() -> ConsumerOptions {
        consumer_options(CONSUMER, Stream::Alerts)
    }

    /// Works until shutdown. A range is one fetch, announced like the events'.
    ///
    /// # Errors
    /// When the bus or the records store fails.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        let consumer = self.bus.consumer(Self::consumer()).await?;
        let mut floor = self.inserter.floor().await?;
        let mut pending: Vec<Delivery> = Vec::new();
        let mut announced = self.inserter.announced(floor).await?;
        while !shutdown.is_cancelled() {
            let wait = self.options.linger.max(Duration::from_millis(10));
            let wanted = match announced {
                Some(range) => usize::try_from(range.last - floor).unwrap_or(1) - pending.len(),
                None => 256,
            };
            let fresh = tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                fresh = consumer.fetch(wanted, wait) => fresh?,
            };
            let (stored, fresh): (Vec<_>, Vec<_>) = fresh.into_iter().partition(|m| m.seq <= floor);
            consumer
                .ack(&stored.iter().map(|message| message.seq).collect::<Vec<_>>())
                .await?;
            pending.extend(fresh);
            let complete =
                announced.is_none_or(|range| pending.last().is_some_and(|m| m.seq >= range.last));
            if pending.is_empty() || !complete {
                continue;
            }
            let seqs: Vec<u64> = pending.iter().map(|message| message.seq).collect();
            let Some(last) = self
                .store(floor, std::mem::take(&mut pending), &shutdown)
                .await?
            else {
                return Ok(());
            };
            floor = last;
            announced = None;
            consumer.ack(&seqs).await?;
        }
        Ok(())
    }

    async fn store(
        &self,
        floor: u64,
        messages: Vec<Delivery>,
        shutdown: &Shutdown,
    ) -> Result<Option<u64>, Error> {
        let (Some(first), Some(last)) = (messages.first(), messages.last()) else {
            return Ok(Some(floor));
        };
        let range = Range {
            first: first.seq,
            last: last.seq,
        };
        let context = Context::service(self.inserter.scope.clone(), "store", "store findings");
        self.inserter.announce(&context, floor, range).await?;
        let mut rows: Vec<(Scope, Row)> = messages.iter().filter_map(|m| self.row(m)).collect();
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        for chunk in rows.chunk_by(|a, b| a.0 == b.0) {
            let of_scope = || Ok(chunk.iter().map(|(_, row)| row.clone()).collect());
            if !self
                .inserter
                .insert(&chunk[0].0, range, &of_scope, shutdown)
                .await?
            {
                return Ok(None);
            }
        }
        self.inserter
            .settle(&context, floor, range, Change::progress())
            .await?;
        Ok(Some(range.last))
    }

    fn row(&self, message: &Delivery) -> Option<(Scope, Row)> {
        let read = Header::from_bytes(&message.header)
            .and_then(|header| Finding::decode(&header, &message.body).map(|f| (header, f)));
        let (header, finding) = match read {
            Ok(read) => read,
            Err(error) => {
                error!(seq = message.seq, %error, "a finding cannot be read");
                return None;
            }
        };
        let uid = Derive::new("aurora.finding.v1")
            .part(finding.match_id.0.as_bytes())
            .finish();
        let item = EventItem::new(EventUid(uid), 0, &finding.event);
        let source = match header.source.feed() {
            Some(feed) => SourceName::new(&format!("{}@{feed}", Self::SOURCE)),
            None => SourceName::new(Self::SOURCE),
        };
        Some((
            header.scope,
            Row {
                source,
                received_at: self.clock.now(),
                item,
            },
        ))
    }
}
