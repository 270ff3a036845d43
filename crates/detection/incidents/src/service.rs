//! The correlator as a service: what changed in alerts, bindings and ratings becomes incidents.
//!
//! It is a reconciler. All it knows follows from documents, so a crash at any point costs nothing:
//! the next start reads the same alerts, comes to the same incidents and writes those that differ.
//! Each commit moves a checkpoint, so that of two correlators one finds out and stops.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{BusHandle, Message};
use aurora_clock::{Clock, Timestamp};
use aurora_ids::Derive;
use aurora_model::envelope::{Format, Header, Range, VERSION};
use aurora_model::{
    Action, AlertId, Asset, BatchId, Context, EntityId, Incident, IncidentId, IncidentState,
    OriginId, Scope, SourceName, Subject,
};
use aurora_records::{
    Change, Collection, Error as RecordsError, Guard, Query, Records, Test, place,
};
use aurora_tasks::Shutdown;
use aurora_telemetry::{Metric, Metrics};
use bytes::Bytes;
use tracing::{info, warn};

use crate::assets::is_asset;
use crate::correlate::{Correlator, Draft, Fact, Gone, Input, Outcome, Who, entity_risk};
use crate::document::{self, Kept};
use crate::reader::Reader;
use crate::settle::{Standing, concerned, settle};
use crate::{Error, Options};

const ROLE: &str = "incidents";
/// The checkpoint: commits so far.
const SLOT: &str = "incidents/commits";
const EVERY: Duration = Duration::from_millis(500);
/// Turns between two looks for alerts that are gone, and for what rests long enough.
const SWEEP: u32 = 10;
/// Incidents, and entities, that are written together.
const TOGETHER: usize = 200;

/// Keeps incidents as the alerts say.
#[derive(Debug)]
pub struct IncidentService {
    options: Options,
    scope: Scope,
    bus: BusHandle,
    records: Arc<dyn Records>,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
}

/// What it knows.
struct Mind {
    correlator: Correlator,
    alerts: Reader,
    bindings: Reader,
    ratings: Reader,
    /// When alerts were last changed, for retirement.
    changed: BTreeMap<AlertId, Timestamp>,
    commits: u64,
}

impl IncidentService {
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

    /// Works until shutdown.
    ///
    /// # Errors
    /// When the bus or the records store fails, or another correlator has taken over.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        let mut mind = self.begin().await?;
        let mut timer = tokio::time::interval(EVERY);
        timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut turn = 0_u32;
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                _ = timer.tick() => {}
            }
            let mut inputs = self.news(&mut mind).await?;
            let sweep = turn.is_multiple_of(SWEEP);
            turn = turn.wrapping_add(1);
            let gone = match sweep {
                true => self.gone(&mut mind).await?,
                false => Vec::new(),
            };
            inputs.extend(gone.iter().copied().map(Input::Gone));
            let outcome = mind.correlator.apply(inputs);
            self.commit(&mut mind, outcome).await?;
            if !gone.is_empty() {
                self.clear(&mut mind, &gone).await?;
            }
            if sweep {
                self.retire(&mut mind);
            }
        }
    }

    /// Reads everything that can still change, and mends what a crash or another release left.
    async fn begin(&self) -> Result<Mind, Error> {
        let horizon = self.clock.now().minus(self.options.retention());
        let mut mind = Mind {
            correlator: Correlator::new(self.options.heart()),
            alerts: Reader::new(Collection::Alerts, "updated_at", horizon),
            bindings: Reader::new(Collection::Entities, "bound_at", Timestamp::from_millis(0)),
            ratings: Reader::new(Collection::Entities, "rated_at", Timestamp::from_millis(0)),
            changed: BTreeMap::new(),
            commits: place::read(self.records.as_ref(), &self.scope, SLOT).await?,
        };
        let mut inputs = self.news(&mut mind).await?;
        let standing = self.standing(horizon).await?;
        inputs.extend(self.elders(&mut mind, &standing).await?);
        let mut outcome = mind.correlator.apply(inputs);
        outcome.gone = stale(&mind.correlator, &standing, &self.scope);
        self.commit(&mut mind, outcome).await?;
        Ok(mind)
    }

    /// Incidents that were live when they last changed.
    async fn standing(&self, since: Timestamp) -> Result<Vec<Incident>, Error> {
        let mut found = Vec::new();
        loop {
            let query = Query::of(Collection::Incidents)
                .with("state", Test::TextIs(IncidentState::Live.word().to_owned()))
                .with("updated_at", Test::AtLeast(since.as_millis()))
                .oldest("created_at")
                .limit(1000)
                .offset(found.len());
            let page = self.records.list(&self.scope, &query).await?.documents;
            if page.is_empty() {
                return Ok(found);
            }
            for document in page {
                found.push(document::incident(document)?.value);
            }
        }
    }

    /// Members of standing incidents that have themselves not changed for long.
    async fn elders(&self, mind: &mut Mind, standing: &[Incident]) -> Result<Vec<Input>, Error> {
        let mut inputs = Vec::new();
        for member in standing.iter().flat_map(|incident| &incident.story.members) {
            if mind.changed.contains_key(&member.alert) {
                continue;
            }
            let id = member.alert.to_string();
            let found = self
                .records
                .get(&self.scope, Collection::Alerts, &id)
                .await?;
            if let Some(document) = found {
                let alert = document::alert(document)?.value;
                mind.changed.insert(alert.id, alert.updated_at);
                inputs.push(Input::Alert(Box::new(Fact::of(&alert))));
            }
        }
        Ok(inputs)
    }

    async fn news(&self, mind: &mut Mind) -> Result<Vec<Input>, Error> {
        let (records, scope) = (self.records.as_ref(), &self.scope);
        let mut inputs = Vec::new();
        for document in mind.bindings.read(records, scope).await? {
            let asset = document::asset(document)?.value;
            inputs.push(Input::Address {
                key: asset.key,
                hosts: asset.hosts,
            });
        }
        for document in mind.ratings.read(records, scope).await? {
            let asset = document::asset(document)?.value;
            inputs.push(Input::Rated {
                who: Who::of(&asset.entity()),
                criticality: asset.criticality,
            });
        }
        for document in mind.alerts.read(records, scope).await? {
            let alert = document::alert(document)?.value;
            mind.changed.insert(alert.id, alert.updated_at);
            inputs.push(Input::Alert(Box::new(Fact::of(&alert))));
        }
        Ok(inputs)
    }

    /// Alerts that somebody took away, which no time of change can tell.
    async fn gone(&self, mind: &mut Mind) -> Result<Vec<AlertId>, Error> {
        let count = Query::of(Collection::Alerts).limit(0);
        let kept = self.records.list(&self.scope, &count).await?.total;
        if kept >= mind.correlator.len() as u64 {
            return Ok(Vec::new());
        }
        let mut gone = Vec::new();
        for alert in mind.correlator.alerts().collect::<Vec<_>>() {
            if !self.keeps(alert).await? {
                mind.alerts.forget(&alert.to_string());
                mind.changed.remove(&alert);
                gone.push(alert);
            }
        }
        Ok(gone)
    }

    async fn keeps(&self, alert: AlertId) -> Result<bool, Error> {
        let id = alert.to_string();
        let found = self
            .records
            .get(&self.scope, Collection::Alerts, &id)
            .await?;
        Ok(found.is_some())
    }

    /// Incidents that live no more go with the last of their alerts.
    async fn clear(&self, mind: &mut Mind, gone: &[AlertId]) -> Result<(), Error> {
        let gone: BTreeSet<AlertId> = gone.iter().copied().collect();
        let past = [IncidentState::Merged, IncidentState::Dissolved];
        let query = Query::of(Collection::Incidents)
            .with(
                "state",
                Test::TextIn(past.map(|state| state.word().to_owned()).to_vec()),
            )
            .newest("updated_at")
            .limit(Query::MAX_LIMIT);
        let mut ids = Vec::new();
        let mut removals = Vec::new();
        for found in self.records.list(&self.scope, &query).await?.documents {
            let kept = document::incident(found)?;
            let members = || kept.value.story.members.iter().map(|member| member.alert);
            if !members().any(|alert| gone.contains(&alert)) {
                continue;
            }
            let mut any = false;
            for alert in members().filter(|alert| !gone.contains(alert)) {
                any = any || self.keeps(alert).await?;
            }
            if !any {
                ids.push(kept.value.id.to_string());
                removals.push(Guard::Version(kept.version));
            }
        }
        if ids.is_empty() {
            return Ok(());
        }
        let mut change = Change::decided(Action::on("incident.correlate", &ids));
        for (id, guard) in ids.iter().zip(removals) {
            change = change.remove(Collection::Incidents, id, guard);
        }
        let context = Context::service(self.scope.clone(), ROLE, "their alerts are gone");
        // One that somebody changes just now is looked at when the next alert goes.
        self.try_commit(mind, &context, change).await.map(drop)
    }

    /// Lets go of what has rested for long, and of what rested longest when there is too much.
    fn retire(&self, mind: &mut Mind) {
        let mut before = self.clock.now().minus(self.options.retention());
        let most = self.options.max_alerts;
        let over = mind.correlator.len().saturating_sub(most);
        if over > 0 {
            let mut times: Vec<Timestamp> = mind.changed.values().copied().collect();
            let (_, bound, _) = times.select_nth_unstable(over.min(mind.changed.len() - 1));
            before = before.max(*bound);
        }
        let changed = &mind.changed;
        let retired = mind
            .correlator
            .retire(|alert| changed.get(&alert).is_none_or(|at| *at < before));
        if retired == 0 {
            return;
        }
        let correlator = &mind.correlator;
        mind.changed.retain(|alert, _| correlator.knows(*alert));
        if over > 0 {
            warn!(
                retired,
                most, "more alerts than can be joined: the oldest rest as they are"
            );
            self.metrics
                .add(Metric::IncidentAlertsRetired, &[], retired as u64);
        }
    }

    /// Writes incidents and the risk of their entities, some together, each with its decision.
    async fn commit(&self, mind: &mut Mind, outcome: Outcome) -> Result<(), Error> {
        let Outcome {
            changed,
            gone,
            touched,
        } = outcome;
        let mut gone: BTreeMap<AlertId, Gone> =
            gone.into_iter().map(|gone| (gone.earliest, gone)).collect();
        for drafts in changed.chunks(TOGETHER) {
            // What becomes part of an incident is written with it.
            let here: Vec<Gone> = gone
                .values()
                .filter(|gone| drafts.iter().any(|draft| gone.into == Some(draft.earliest)))
                .copied()
                .collect();
            for written in &here {
                gone.remove(&written.earliest);
            }
            self.write(mind, drafts, &here).await?;
        }
        let rest: Vec<Gone> = gone.into_values().collect();
        for rest in rest.chunks(TOGETHER) {
            self.write(mind, &[], rest).await?;
        }
        let assets: Vec<Who> = touched
            .into_iter()
            .filter(|who| is_asset(who.kind))
            .collect();
        for assets in assets.chunks(TOGETHER) {
            self.rate(mind, assets).await?;
        }
        let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let count = mind.correlator.incidents().count();
        self.metrics.set(Metric::Incidents, &[], whole(count));
        self.metrics
            .set(Metric::IncidentAlerts, &[], whole(mind.correlator.len()));
        Ok(())
    }

    async fn write(&self, mind: &mut Mind, drafts: &[Draft], gone: &[Gone]) -> Result<(), Error> {
        loop {
            let mut standing = Standing::new();
            for id in concerned(&self.scope, drafts, gone) {
                let key = id.to_string();
                let found = self
                    .records
                    .get(&self.scope, Collection::Incidents, &key)
                    .await?;
                if let Some(document) = found {
                    standing.insert(id, document::incident(document)?);
                }
            }
            let exists = |alert| mind.correlator.knows(alert);
            let now = self.clock.now();
            let (changed, removed) = settle(&self.scope, &standing, drafts, gone, &exists, now);
            if changed.is_empty() && removed.is_empty() {
                return Ok(());
            }
            self.publish(&changed).await?;
            let change = incidents_change(&changed, &removed, &standing);
            let context = Context::service(self.scope.clone(), ROLE, "alerts share entities");
            if self.try_commit(mind, &context, change).await? {
                return Ok(());
            }
        }
    }

    /// Writes what the alerts say of assets.
    async fn rate(&self, mind: &mut Mind, assets: &[Who]) -> Result<(), Error> {
        loop {
            let mut change = Change::decided(Action::on("entity.rate", [] as [&str; 0]));
            let now = self.clock.now();
            for who in assets {
                let id = EntityId::of(who.kind, &who.key).to_string();
                let found = self
                    .records
                    .get(&self.scope, Collection::Entities, &id)
                    .await?;
                let kept = found.map(document::asset).transpose()?;
                let Some(asset) = rated(who, kept.as_ref(), &mind.correlator, now) else {
                    continue;
                };
                let guard = kept.map_or(Guard::New, |kept| Guard::Version(kept.version));
                change = change.put(Collection::Entities, &id, guard, document::plain(&asset));
            }
            if change.writes.is_empty() {
                return Ok(());
            }
            let reason = format!(
                "the risk of {} entities follows their alerts",
                change.writes.len()
            );
            let context = Context::service(self.scope.clone(), ROLE, reason);
            if self.try_commit(mind, &context, change).await? {
                return Ok(());
            }
        }
    }

    /// Commits with the checkpoint; false when somebody changed a document meanwhile.
    async fn try_commit(
        &self,
        mind: &mut Mind,
        context: &Context,
        change: Change,
    ) -> Result<bool, Error> {
        let change = change.move_place(SLOT, mind.commits, mind.commits + 1);
        match self.records.commit(context, change).await {
            Ok(_) => {
                mind.commits += 1;
                Ok(true)
            }
            Err(RecordsError::Conflict { id, .. }) => {
                info!(id, "it changed while incidents were worked out; once more");
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Tells the other planes. Before the commit and under ids made of content: after a crash the
    /// same is told once more, and the bus knows it.
    async fn publish(&self, changed: &BTreeMap<IncidentId, Incident>) -> Result<(), Error> {
        let messages: Vec<Message> = changed
            .values()
            .map(|incident| self.message(incident))
            .collect();
        for chunk in messages.chunks(64) {
            match self.bus.publish(chunk.to_vec()).await {
                Ok(_) => {}
                // Whoever listens reads the records; no incident waits for a listener.
                Err(aurora_bus::Error::Full { .. }) => {
                    warn!("the stream of incidents is full; its readers must read the records");
                    self.metrics.add(Metric::BusFull, &["INCIDENTS"], 1);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn message(&self, incident: &Incident) -> Message {
        let body = serde_json::json!({
            "id": incident.id, "state": incident.state, "merged_into": incident.merged_into,
            "status": incident.status, "title": incident.story.title,
            "severity": incident.story.severity, "risk": incident.story.risk,
            "confidence": incident.story.confidence, "alerts": incident.story.alerts,
            "open": incident.story.open, "furthest": incident.story.furthest,
            "first_seen": incident.story.first_seen, "last_seen": incident.story.last_seen,
        });
        let body = body.to_string().into_bytes();
        let seen = |time: Timestamp| u64::try_from(time.as_millis()).unwrap_or(0);
        let context = Context::service(self.scope.clone(), ROLE, "");
        let header = Header {
            format: Format::IncidentChange,
            version: VERSION,
            scope: self.scope.clone(),
            producer: ROLE.to_owned(),
            trace: context.trace,
            source: SourceName::new("aurora-incidents"),
            range: Range {
                origin: OriginId(incident.id.0),
                first: seen(incident.story.first_seen),
                last: seen(incident.story.last_seen),
            },
            count: 1,
            records: 0,
            raw: None,
        };
        let id = Derive::new("aurora.incident.message.v1")
            .part(&body)
            .finish();
        Message {
            subject: Subject::incidents(),
            id: BatchId(id),
            header: Bytes::from(header.to_bytes()),
            body: Bytes::from(body),
            fence: None,
        }
    }
}

/// Incidents of which the store still says that they live, and which do not.
fn stale(correlator: &Correlator, standing: &[Incident], scope: &Scope) -> Vec<Gone> {
    let live: BTreeSet<IncidentId> = correlator
        .incidents()
        .map(|(earliest, _)| IncidentId::of(scope, earliest))
        .collect();
    let stale = standing
        .iter()
        .filter(|incident| !live.contains(&incident.id));
    stale
        .filter_map(|incident| {
            let members = || incident.story.members.iter().map(|member| member.alert);
            let earliest = members().find(|alert| IncidentId::of(scope, *alert) == incident.id)?;
            let into = members().find_map(|alert| correlator.incident_of(alert));
            Some(Gone { earliest, into })
        })
        .collect()
}

fn incidents_change(
    changed: &BTreeMap<IncidentId, Incident>,
    removed: &[IncidentId],
    standing: &Standing,
) -> Change {
    let ids = changed.keys().chain(removed).map(ToString::to_string);
    let mut change = Change::decided(Action::on("incident.correlate", ids));
    let guard = |id: &IncidentId| {
        standing
            .get(id)
            .map_or(Guard::New, |kept| Guard::Version(kept.version))
    };
    for (id, incident) in changed {
        let body = document::of_incident(incident);
        change = change.put(Collection::Incidents, &id.to_string(), guard(id), body);
    }
    for id in removed {
        change = change.remove(Collection::Incidents, &id.to_string(), guard(id));
    }
    change
}

/// The asset with the risk that its alerts give it; `None` when it has that already.
fn rated(
    who: &Who,
    kept: Option<&Kept<Asset>>,
    correlator: &Correlator,
    now: Timestamp,
) -> Option<Asset> {
    let mut facts: Vec<&Fact> = correlator.about(who).collect();
    facts.sort_unstable_by_key(|fact| fact.alert);
    let open = || facts.iter().copied().filter(|fact| fact.is_open());
    let (risk, count) = (
        entity_risk(open(), correlator.criticality(who)),
        u32::try_from(open().count()).unwrap_or(u32::MAX),
    );
    let mut asset = match kept {
        Some(kept) => kept.value.clone(),
        None => {
            let first = facts.iter().map(|fact| fact.first).min()?;
            let last = facts.iter().map(|fact| fact.last).max()?;
            let written = facts.iter().find_map(|fact| fact.about.get(who));
            let value = written.map_or(&*who.key, String::as_str).to_owned();
            let kind = who.kind;
            let mut asset = Asset::new(&aurora_model::Entity { kind, value }, first, now);
            asset.last_seen = last;
            asset
        }
    };
    if kept.is_some() && (asset.risk, asset.open_alerts) == (risk, count) {
        return None;
    }
    (asset.risk, asset.open_alerts, asset.updated_at) = (risk, count, now);
    Some(asset)
}
