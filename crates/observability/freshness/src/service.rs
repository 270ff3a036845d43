use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{BusHandle, Consumer, ConsumerOptions, Delivery};
use aurora_clock::{Clock, Timestamp};
use aurora_model::{Context, EventBatch, EventItem, Header, OriginId, Scope, SourceName, Stream};
use aurora_records::{Change, Records};
use aurora_tasks::Shutdown;
use tokio::sync::mpsc;
use tracing::warn;

use crate::{Book, Error, Handle, Notice, Options, Seen, Spikes};

const NAME: &str = "freshness";
const SLOT: &str = "freshness/book";
const FETCH: usize = 64;
/// Between two looks for silence, and two savings of the book.
const LOOK: Duration = Duration::from_secs(10);
/// Of a sender that was looked at so recently only the number of events is taken.
const GLANCE: Duration = Duration::from_secs(1);
/// Senders remembered for that.
const SENDERS: usize = 4096;
/// Notices that nobody has taken yet; more are told in the log alone.
const NOTICES: usize = 64;

/// Keeps the book.
#[derive(Debug)]
pub struct Service {
    options: Options,
    scope: Scope,
    bus: BusHandle,
    records: Arc<dyn Records>,
    clock: Arc<dyn Clock>,
    handle: Handle,
    notices: mpsc::Sender<Notice>,
}

/// Where a sender's events came from, and when it was last looked at.
struct Sender {
    host: String,
    at: Timestamp,
}

impl Service {
    /// Keeps the book behind `handle`; with what comes out of it, notices to be told.
    pub fn new(
        options: Options,
        scope: Scope,
        bus: BusHandle,
        records: Arc<dyn Records>,
        clock: Arc<dyn Clock>,
        handle: Handle,
    ) -> (Self, mpsc::Receiver<Notice>) {
        let (notices, told) = mpsc::channel(NOTICES);
        let service = Self {
            options,
            scope,
            bus,
            records,
            clock,
            handle,
            notices,
        };
        (service, told)
    }

    /// The durable consumers it reads through.
    pub fn consumers() -> [ConsumerOptions; 2] {
        [Stream::Events, Stream::DeadLetter].map(|stream| ConsumerOptions {
            name: NAME.to_owned(),
            stream,
            filters: Vec::new(),
            max_in_flight: 4 * FETCH,
            ack_wait: Duration::from_secs(60),
        })
    }

    /// Works until shutdown.
    ///
    /// # Errors
    /// When the bus or the records store fails.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        let [events, letters] = Self::consumers();
        let events = self.bus.consumer(events).await?;
        let letters = self.bus.header_consumer(letters).await?;
        self.restore().await?;
        tokio::select! {
            () = shutdown.cancelled() => {}
            ended = self.watch(events.as_ref()) => return ended,
            ended = self.count(letters.as_ref()) => return ended,
            ended = self.look() => return ended,
        }
        self.save().await
    }

    async fn restore(&self) -> Result<(), Error> {
        let Some(kept) = self.records.slot(&self.scope, SLOT).await? else {
            return Ok(());
        };
        match serde_json::from_slice::<Book>(&kept) {
            Ok(book) => *self.handle.lock() = book,
            Err(error) => warn!(%error, "the account of feeds cannot be read; it begins anew"),
        }
        Ok(())
    }

    async fn save(&self) -> Result<(), Error> {
        let book = serde_json::to_vec(&*self.handle.lock()).expect("a book is plain data");
        let context = Context::service(self.scope.clone(), NAME, "feeds were seen");
        let change = Change::progress().slot(SLOT, book);
        self.records.commit(&context, change).await?;
        Ok(())
    }

    async fn watch(&self, consumer: &dyn Consumer) -> Result<(), Error> {
        let mut senders: HashMap<(SourceName, OriginId), Sender> = HashMap::new();
        loop {
            let deliveries = consumer.fetch(FETCH, Duration::from_secs(5)).await?;
            for delivery in &deliveries {
                if let Some(seen) = seen(delivery, &mut senders, self.clock.now()) {
                    self.handle.lock().see(seen, &self.options);
                }
            }
            let seqs: Vec<u64> = deliveries.iter().map(|delivery| delivery.seq).collect();
            consumer.ack(&seqs).await?;
        }
    }

    async fn count(&self, consumer: &dyn Consumer) -> Result<(), Error> {
        let mut spikes = Spikes::default();
        loop {
            let deliveries = consumer.fetch(FETCH, Duration::from_secs(5)).await?;
            for delivery in &deliveries {
                let Ok(header) = Header::from_bytes(&delivery.header) else {
                    continue;
                };
                let (letters, now) = (u64::from(header.count), self.clock.now());
                let notice = spikes.see(&header.source, letters, now, &self.options);
                notice.into_iter().for_each(|notice| self.tell(notice));
            }
            let seqs: Vec<u64> = deliveries.iter().map(|delivery| delivery.seq).collect();
            consumer.ack(&seqs).await?;
        }
    }

    async fn look(&self) -> Result<(), Error> {
        let mut timer = tokio::time::interval(LOOK);
        timer.tick().await;
        loop {
            timer.tick().await;
            let now = self.clock.now();
            let notices = self.handle.lock().silent(now, &self.options);
            notices.into_iter().for_each(|notice| self.tell(notice));
            self.save().await?;
        }
    }

    fn tell(&self, notice: Notice) {
        let Notice {
            subject, detail, ..
        } = &notice;
        warn!(kind = ?notice.kind, subject, detail, "something is wrong with a feed");
        // Whoever takes them has too many already; the log has this one.
        drop(self.notices.try_send(notice));
    }
}

/// What a batch of events says of its feed. `None` when it cannot be read: others say so.
fn seen(
    delivery: &Delivery,
    senders: &mut HashMap<(SourceName, OriginId), Sender>,
    now: Timestamp,
) -> Option<Seen> {
    let header = Header::from_bytes(&delivery.header).ok()?;
    let key = (header.source.clone(), header.range.origin);
    let events = u64::from(header.count);
    if let Some(sender) = senders.get(&key)
        && now.since(sender.at) < GLANCE
    {
        return Some(Seen {
            source: key.0,
            host: sender.host.clone(),
            events,
            received: now,
            event: None,
        });
    }
    let batch = EventBatch::decode(&header, &delivery.body).ok()?;
    let last = batch.items.last()?;
    if senders.len() >= SENDERS {
        senders.clear();
    }
    let host = host(last).unwrap_or_else(|| "unknown".to_owned());
    let (at, received) = (now, received(last).unwrap_or(now));
    senders.insert(
        key.clone(),
        Sender {
            host: host.clone(),
            at,
        },
    );
    Some(Seen {
        source: key.0,
        host,
        events,
        received,
        event: batch.items.iter().map(|item| item.time).max(),
    })
}

/// The machine that the event is about, by the first of the names it may have.
fn host(item: &EventItem) -> Option<String> {
    let text = |attribute: &str, names: &[&str]| {
        let value: serde_json::Value = serde_json::from_slice(item.attribute(attribute)?).ok()?;
        let found = names.iter().find_map(|name| value[name].as_str())?;
        (!found.is_empty()).then(|| found.to_owned())
    };
    text("device", &["hostname", "name", "ip"])
        .or_else(|| text("dst_endpoint", &["hostname"]))
        .or_else(|| text("src_endpoint", &["hostname"]))
}

fn received(item: &EventItem) -> Option<Timestamp> {
    let metadata: serde_json::Value = serde_json::from_slice(item.attribute("metadata")?).ok()?;
    metadata["logged_time"].as_i64().map(Timestamp::from_millis)
}
