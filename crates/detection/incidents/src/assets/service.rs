use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aurora_bus::{BusHandle, ConsumerOptions, Delivery};
use aurora_clock::{Clock, Timestamp};
use aurora_model::{
    Action, Asset, Context, Criticality, EntityKind, EventBatch, Header, Scope, Stream,
};
use aurora_records::{
    Change, Collection, Error as RecordsError, Guard, Query, Records, Test, place,
};
use aurora_tasks::Shutdown;
use aurora_telemetry::{Metric, Metrics};
use tracing::{error, info, warn};

use super::Census;
use super::extract::sightings;
use crate::document::{self, Kept};
use crate::{Error, Options};

const ROLE: &str = "incidents";
const CONSUMER: &str = "entities";
/// The checkpoint: the last EVENTS sequence whose sightings are kept.
const SLOT: &str = "entities/events";
/// Messages read together.
const MESSAGES: usize = 16;
/// While events flow, what is new is written this often.
const FLUSH: Duration = Duration::from_secs(2);
/// Messages waiting for a flush.
const WAITING: usize = 512;
/// Entities remembered; beyond it they are looked up again.
const REMEMBERED: usize = 100_000;
/// Documents looked up, and written, together.
const TOGETHER: usize = 500;
const EXPIRE: Duration = Duration::from_secs(3600);

/// Reads who is in events and keeps the entity store.
#[derive(Debug)]
pub struct EntityService {
    options: Options,
    scope: Scope,
    bus: BusHandle,
    records: Arc<dyn Records>,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
}

/// Where the service stands.
struct Progress {
    census: Census,
    /// Kept up to here.
    floor: u64,
    /// Read up to here.
    read: u64,
    /// Read and not acknowledged.
    waiting: Vec<u64>,
    flushed: Instant,
    expired: Instant,
    /// Entities in the store.
    kept: u64,
    /// New addresses are not kept since the store is full, and it was said.
    full: bool,
}

impl EntityService {
    pub fn new(
        options: Options,
        scope: Scope,
        bus: BusHandle,
        records: Arc<dyn Records>,
        clock: Arc<dyn Clock>,
        metrics: Metrics,
    ) -> Self {
        Self {
            options,
            scope,
            bus,
            records,
            clock,
            metrics,
        }
    }

    /// The durable consumer it reads through.
    pub fn consumer() -> ConsumerOptions {
        ConsumerOptions {
            name: CONSUMER.to_owned(),
            stream: Stream::Events,
            filters: Vec::new(),
            max_in_flight: 2 * WAITING,
            ack_wait: Duration::from_secs(600),
        }
    }

    /// Works until shutdown, and keeps what it has seen before it ends.
    ///
    /// # Errors
    /// When the bus or the records store fails.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        let consumer = self.bus.consumer(Self::consumer()).await?;
        let mut at = self.begin().await?;
        loop {
            let messages = tokio::select! {
                () = shutdown.cancelled() => Vec::new(),
                messages = consumer.fetch(MESSAGES, Duration::from_millis(500)) => messages?,
            };
            let quiet = messages.is_empty();
            at.waiting
                .extend(messages.iter().map(|message| message.seq));
            let (floor, read) = (at.floor, at.read);
            let fresh: Vec<Delivery> = messages
                .into_iter()
                .filter(|message| message.seq > floor)
                .collect();
            at.read = fresh
                .iter()
                .map(|message| message.seq)
                .max()
                .unwrap_or(read)
                .max(read);
            at.census = self.look(at.census, fresh).await?;
            let soon = at.flushed.elapsed() >= FLUSH || at.waiting.len() >= WAITING;
            if quiet || soon || at.census.is_full() {
                let all = quiet || at.census.is_full();
                self.flush(&mut at, all).await?;
                consumer.ack(&std::mem::take(&mut at.waiting)).await?;
            }
            if shutdown.is_cancelled() {
                return Ok(());
            }
            if quiet && at.expired.elapsed() >= EXPIRE {
                self.expire(&mut at).await?;
            }
        }
    }

    async fn begin(&self) -> Result<Progress, Error> {
        let floor = place::read(self.records.as_ref(), &self.scope, SLOT).await?;
        let count = Query::of(Collection::Entities).limit(0);
        let kept = self.records.list(&self.scope, &count).await?.total;
        Ok(Progress {
            census: Census::new(REMEMBERED),
            floor,
            read: floor,
            waiting: Vec::new(),
            flushed: Instant::now(),
            expired: Instant::now(),
            kept,
            full: false,
        })
    }

    /// Reads who is in the messages, off the async threads.
    async fn look(&self, mut census: Census, messages: Vec<Delivery>) -> Result<Census, Error> {
        if messages.is_empty() {
            return Ok(census);
        }
        let (now, started) = (self.clock.now(), Instant::now());
        let looked = tokio::task::spawn_blocking(move || {
            for message in &messages {
                look(&mut census, message, now);
            }
            census
        });
        let census = looked.await.map_err(Error::CutOff)?;
        self.metrics
            .observe(Metric::EntitySeconds, started.elapsed());
        Ok(census)
    }

    /// Writes what is due, some together; the checkpoint goes with the last of it.
    async fn flush(&self, at: &mut Progress, all: bool) -> Result<(), Error> {
        let due = at.census.due(all);
        let chunks: Vec<&[usize]> = due.chunks(TOGETHER).collect();
        for (place, slots) in chunks.iter().enumerate() {
            self.write(at, slots, place + 1 == chunks.len()).await?;
        }
        if chunks.is_empty() && at.read > at.floor {
            self.write(at, &[], true).await?;
        }
        if at.census.is_full() {
            at.census.forget();
        }
        at.flushed = Instant::now();
        self.metrics.set(
            Metric::Entities,
            &[],
            i64::try_from(at.kept).unwrap_or(i64::MAX),
        );
        Ok(())
    }

    async fn write(&self, at: &mut Progress, slots: &[usize], last: bool) -> Result<(), Error> {
        loop {
            let now = self.clock.now();
            let known = self.known(&at.census, slots).await?;
            let mut change = Change::default();
            let (mut made, mut refused) = (0, 0_u64);
            for slot in slots {
                let entry = at.census.entry(*slot);
                let id = entry.id().to_string();
                let kept = known.get(&id);
                let Some(asset) = entry.merge(kept.map(|kept| &kept.value), now) else {
                    continue;
                };
                let full = at.kept + made >= self.options.max_entities;
                if kept.is_none() && full && entry.kind == EntityKind::Address {
                    refused += 1;
                    continue;
                }
                let guard = kept.map_or(Guard::New, |kept| Guard::Version(kept.version));
                made += u64::from(kept.is_none());
                change = change.put(Collection::Entities, &id, guard, document::plain(&asset));
            }
            if !change.writes.is_empty() {
                // Their ids would fill the log of decisions, and nobody decided on one of them.
                change.decision = Some(Action::on("entity.observe", [] as [&str; 0]));
            }
            let reason = format!("{} entities were seen in events", change.writes.len());
            if last && at.read > at.floor {
                change = change.move_place(SLOT, at.floor, at.read);
            }
            let nothing = change.writes.is_empty() && change.slots.is_empty();
            let context = Context::service(self.scope.clone(), ROLE, reason);
            let committed = match nothing {
                true => Ok(()),
                false => self.records.commit(&context, change).await.map(drop),
            };
            match committed {
                Ok(()) => {
                    slots.iter().for_each(|slot| at.census.settle(*slot));
                    at.kept += made;
                    if last {
                        at.floor = at.floor.max(at.read);
                    }
                    return self.refuse(at, refused).await;
                }
                Err(RecordsError::Conflict { id, .. }) => {
                    info!(
                        id,
                        "an entity changed while sightings were written; once more"
                    );
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The documents of these entries, read by their keys.
    async fn known(
        &self,
        census: &Census,
        slots: &[usize],
    ) -> Result<HashMap<String, Kept<Asset>>, Error> {
        let mut kinds: BTreeMap<EntityKind, Vec<String>> = BTreeMap::new();
        for slot in slots {
            let entry = census.entry(*slot);
            kinds.entry(entry.kind).or_default().push(entry.key.clone());
        }
        let mut known = HashMap::new();
        for (kind, keys) in kinds {
            let query = Query::of(Collection::Entities)
                .with("kind", Test::TextIs(kind.word().to_owned()))
                .with("key", Test::TextIn(keys))
                .limit(Query::MAX_LIMIT);
            for document in self.records.list(&self.scope, &query).await?.documents {
                known.insert(document.id.clone(), document::asset(document)?);
            }
        }
        Ok(known)
    }

    /// Says, once a run and on record, that new addresses are not kept.
    async fn refuse(&self, at: &mut Progress, refused: u64) -> Result<(), Error> {
        if refused == 0 {
            return Ok(());
        }
        self.metrics.add(Metric::EntitiesRefused, &[], refused);
        if at.full {
            return Ok(());
        }
        at.full = true;
        let most = self.options.max_entities;
        warn!(most, "the entity store is full: new addresses are not kept");
        let reason = format!("{most} entities are kept, as many as incidents.max_entities allows");
        let context = Context::service(self.scope.clone(), ROLE, reason);
        let change = Change::decided(Action::on("entity.full", [] as [&str; 0]));
        self.records.commit(&context, change).await?;
        Ok(())
    }

    /// Lets go of entities that were not seen for long and of which nobody has said anything.
    async fn expire(&self, at: &mut Progress) -> Result<(), Error> {
        at.expired = Instant::now();
        let before = self.clock.now().minus(self.options.entity_retention());
        let query = Query::of(Collection::Entities)
            .with("last_seen", Test::Below(before.as_millis()))
            .oldest("last_seen")
            .limit(Query::MAX_LIMIT);
        let mut change = Change::decided(Action::on("entity.expire", [] as [&str; 0]));
        for found in self.records.list(&self.scope, &query).await?.documents {
            let (id, kept) = (found.id.clone(), document::asset(found)?);
            if is_idle(&kept.value) {
                change = change.remove(Collection::Entities, &id, Guard::Version(kept.version));
            }
        }
        let count = change.writes.len();
        if count == 0 {
            return Ok(());
        }
        let days = self.options.entity_retention_days;
        let reason = format!("{count} entities were not seen for {days} days");
        let context = Context::service(self.scope.clone(), ROLE, reason);
        match self.records.commit(&context, change).await {
            Ok(_) => {
                at.kept = at.kept.saturating_sub(count as u64);
                at.full = false;
                info!(count, %before, "entities that rested were let go");
                Ok(())
            }
            // Somebody has just spoken of one of them: in an hour, then.
            Err(RecordsError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn is_idle(asset: &Asset) -> bool {
    asset.owner.is_none()
        && asset.criticality == Criticality::Normal
        && asset.notes.is_empty()
        && asset.open_alerts == 0
}

/// One that cannot be read is passed over; the ledger of records shows it.
fn look(census: &mut Census, message: &Delivery, now: Timestamp) {
    let read = Header::from_bytes(&message.header)
        .and_then(|h| EventBatch::decode(&h, &message.body).map(|batch| (h, batch)));
    match read {
        Ok((header, batch)) => {
            for item in &batch.items {
                sightings(item, |sighting| {
                    census.see(&sighting, item.time, &header.source, now);
                });
            }
        }
        Err(error) => error!(seq = message.seq, %error, "an event batch cannot be looked at"),
    }
}
