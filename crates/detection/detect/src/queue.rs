//! How matches enter the queue: decided, published as findings and committed with the checkpoint
//! that covers them. Stateless rules and correlations go the same way.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{BusHandle, Message};
use aurora_clock::{Clock, Timestamp};
use aurora_model::ledger::MatchTerm;
use aurora_model::{Action, Context, Finding, Scope, Stream};
use aurora_records::{Change, Collection, Error as RecordsError, Guard, Query, Records, Test};
use aurora_spans::{Step, step};
use aurora_telemetry::{Metric, Metrics};
use tracing::{debug, info};

use crate::finding::message;
use crate::openings::Openings;
use crate::sharing::Hold;
use crate::triage::{Fate, Hit, State, decide};
use crate::{Error, Verdict, desk, finding, suppressions};

/// Open alerts kept in memory; beyond it they are read again.
const HELD: usize = 10_000;
/// Groups whose open alerts are read together.
const GROUPS: usize = 64;

/// The way into the queue of alerts, for one service.
#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) scope: Scope,
    pub(crate) bus: BusHandle,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) metrics: Metrics,
    /// The service, for decisions and messages.
    pub(crate) role: &'static str,
    pub(crate) state: State,
    pub(crate) openings: Openings,
    /// Under which it publishes and commits.
    pub(crate) hold: Hold,
}

/// What one commit holds beside its checkpoint.
#[derive(Default)]
struct Tally {
    findings: Vec<(Finding, Hit)>,
    opened: u64,
    joined: u64,
    hidden: u64,
    amended: u64,
}

impl Queue {
    /// Decides the hits and commits alerts, counts and `checkpoint` together; again from fresh
    /// documents when somebody changed one of them meanwhile.
    pub(crate) async fn commit(
        &mut self,
        hits: &[Hit],
        checkpoint: impl Fn(Change) -> Change,
    ) -> Result<(), Error> {
        loop {
            let now = self.clock.now();
            self.state.suppressions = if hits.is_empty() {
                Vec::new()
            } else {
                suppressions::active(self.records.as_ref(), &self.scope, now).await?
            };
            self.load(hits).await?;
            let tally = decide_all(&mut self.state, hits, now);
            self.publish_findings(&tally.findings).await?;
            let change = self
                .openings
                .guard(checkpoint(change(&self.state, &tally)), self.state.opened());
            let change = self.hold.on(change);
            let context = Context::service(self.scope.clone(), self.role, "rules matched");
            match self.records.commit(&context, change).await {
                Ok(_) => {
                    self.openings.settle(self.state.opened());
                    self.state.settle();
                    self.measure(hits);
                    return Ok(());
                }
                Err(RecordsError::Conflict { id, .. }) => {
                    info!(
                        id,
                        "an alert changed while matches were grouped; deciding again"
                    );
                    self.forget();
                }
                Err(RecordsError::CheckpointMoved { key }) if Openings::is_meant(&key) => {
                    debug!(key, "another process opened an alert; deciding again");
                    self.forget();
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// How long it took from the records to their alerts.
    fn measure(&self, hits: &[Hit]) {
        let now = self.clock.now();
        for received in hits.iter().filter_map(|hit| hit.received) {
            self.metrics
                .observe(Metric::AlertSeconds, now.since(received));
        }
    }

    fn forget(&mut self) {
        self.state.forget();
        self.openings.forget();
    }

    /// Reads the open alerts that the hits may join.
    async fn load(&mut self, hits: &[Hit]) -> Result<(), Error> {
        if self.state.open.len() > HELD {
            self.forget();
        }
        // People change alerts behind our back: what is held is only a hint, the version decides.
        let keys = hits.iter().map(Hit::group_key);
        let new: BTreeSet<String> = keys
            .filter(|key| !self.state.open.contains_key(key))
            .collect();
        let new: Vec<String> = new.into_iter().collect();
        for keys in new.chunks(GROUPS) {
            let (records, scope) = (self.records.as_ref(), &self.scope);
            self.openings.look(records, scope, keys).await?;
            self.load_open(keys).await?;
        }
        for hit in hits.iter().filter(|hit| hit.window.is_some()) {
            self.load_changed(&hit.group_key(), hit).await?;
        }
        Ok(())
    }

    /// Reads the open alerts of these groups.
    async fn load_open(&mut self, keys: &[String]) -> Result<(), Error> {
        let mut query = Query::of(Collection::Alerts)
            .with("group_key", Test::TextIn(keys.to_vec()))
            .with("status", Test::TextIsNot("closed".to_owned()))
            .newest("last_seen")
            .limit(Query::MAX_LIMIT);
        let found = self.records.list(&self.scope, &query).await?;
        let mut documents = found.documents;
        // Groups with more open alerts than a page holds: each has a page of its own, as the newest
        // of it are what matters.
        if found.total > documents.len() as u64 && keys.len() > 1 {
            documents.clear();
            for key in keys {
                query.filters[0].test = Test::TextIs(key.clone());
                documents.extend(self.records.list(&self.scope, &query).await?.documents);
            }
        }
        for key in keys {
            self.state.open.insert(key.clone(), Vec::new());
        }
        for document in documents {
            let held = desk::read(document.id, document.version, document.body)?;
            let group = self.state.open.entry(held.alert.group_key.clone());
            group.or_default().push(held);
        }
        Ok(())
    }

    /// The alert that a window changes, or asks for again, may be closed.
    async fn load_changed(&mut self, key: &str, hit: &Hit) -> Result<(), Error> {
        let found = match hit.changes() {
            Some(was) => {
                let query = Query::of(Collection::Alerts)
                    .with("group_key", Test::TextIs(key.to_owned()))
                    .newest("last_seen")
                    .limit(Query::MAX_LIMIT);
                let found = self.records.list(&self.scope, &query).await?.documents;
                let name = was.to_string();
                let is_meant = |body: &serde_json::Value| body["correlated"]["window"] == *name;
                found.into_iter().find(|document| is_meant(&document.body))
            }
            None => {
                let id = hit.alert_id().to_string();
                let alerts = Collection::Alerts;
                self.records.get(&self.scope, alerts, &id).await?
            }
        };
        let Some(found) = found else { return Ok(()) };
        let held = desk::read(found.id, found.version, found.body)?;
        let group = self.state.open.entry(key.to_owned()).or_default();
        if group.iter().all(|other| other.alert.id != held.alert.id) {
            group.push(held);
        }
        Ok(())
    }

    async fn publish_findings(&self, findings: &[(Finding, Hit)]) -> Result<(), Error> {
        let mut steps = Vec::new();
        let messages: Vec<Message> = findings
            .iter()
            .map(|(finding, hit)| {
                let own = hit.trace.child();
                // What a window adds up follows no batch, and begins its own trace.
                let after = if hit.window.is_some() { own } else { hit.trace };
                steps.extend(hit.trace.sampled.then(|| step(Step::Alert, &own, &after)));
                message(&self.scope, self.role, own, finding, hit)
            })
            .collect();
        let published = self.publish(Stream::Alerts, messages).await;
        drop(steps);
        published
    }

    /// Publishes, in pieces, and waits while the stream is full.
    pub(crate) async fn publish(
        &self,
        stream: Stream,
        mut messages: Vec<Message>,
    ) -> Result<(), Error> {
        for message in &mut messages {
            message.fence = Some(self.hold.fence());
        }
        for chunk in messages.chunks(256) {
            loop {
                match self.bus.publish(chunk.to_vec()).await {
                    Ok(_) => break,
                    Err(aurora_bus::Error::Full { .. }) => {
                        self.metrics.add(Metric::BusFull, &[stream.name()], 1);
                        tokio::time::sleep(Duration::from_millis(200)).await;
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }
}

fn decide_all(state: &mut State, hits: &[Hit], now: Timestamp) -> Tally {
    let mut tally = Tally::default();
    for hit in hits {
        let match_id = hit.match_id();
        let (alert_id, verdict) = match decide(state, hit, now) {
            Fate::Opened(id) => {
                tally.opened += 1;
                (id, Verdict::New)
            }
            Fate::Joined(id) => {
                tally.joined += 1;
                (id, Verdict::New)
            }
            Fate::Hidden(suppression) => {
                tally.hidden += 1;
                (match_id.into(), Verdict::Suppressed(suppression))
            }
            // The finding of the match stands as it is; only the alert has changed.
            Fate::Amended(_) => {
                tally.amended += 1;
                continue;
            }
        };
        let event = finding(hit, verdict, now);
        tally.findings.push((
            Finding {
                match_id,
                alert_id,
                event,
            },
            hit.clone(),
        ));
    }
    tally
}

fn change(state: &State, tally: &Tally) -> Change {
    if tally.findings.is_empty() && tally.amended == 0 {
        return Change::progress();
    }
    let ids = state.dirty().map(|held| held.alert.id.to_string());
    let name = if tally.findings.is_empty() {
        "alert.amend"
    } else {
        "alert.detect"
    };
    let mut change = Change::decided(Action::on(name, ids));
    for held in state.dirty() {
        let guard = if held.version == 0 {
            Guard::New
        } else {
            Guard::Version(held.version)
        };
        let id = held.alert.id.to_string();
        change = change.put(Collection::Alerts, &id, guard, desk::document(&held.alert));
    }
    if tally.hidden > 0 {
        for (suppression, version) in &state.suppressions {
            let (id, guard) = (suppression.id.to_string(), Guard::Version(*version));
            change = change.put(
                Collection::Suppressions,
                &id,
                guard,
                desk::plain(suppression),
            );
        }
    }
    change
        .count(MatchTerm::Matches.counter(), tally.findings.len() as u64)
        .count(MatchTerm::Alerts.counter(), tally.opened)
        .count(MatchTerm::Grouped.counter(), tally.joined)
        .count(MatchTerm::Suppressed.counter(), tally.hidden)
}
