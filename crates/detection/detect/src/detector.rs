use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use aurora_bus::{BusHandle, ConsumerOptions, Delivery, Message};
use aurora_clock::{Clock, Timestamp};
use aurora_model::envelope::{Format, Header, Range, VERSION};
use aurora_model::ledger::MatchTerm;
use aurora_model::{
    Action, BatchId, Context, EventBatch, Finding, OriginId, RuleId, Scope, Stream, Subject,
};
use aurora_records::{Change, Collection, Error as RecordsError, Guard, Query, Records, Test};
use aurora_rules::RuleSet;
use aurora_tasks::Shutdown;
use aurora_telemetry::{Metric, Metrics};
use bytes::Bytes;
use tracing::{error, info};

use crate::triage::{Fate, Hit, RuleFacts, State, decide};
use crate::{Error, Verdict, desk, entities, finding, suppressions};

const CONSUMER: &str = "detect";
const SLOT: &str = "detect/events";
/// Messages evaluated and committed together.
const MESSAGES: usize = 8;
/// Open alerts kept in memory; beyond it they are read again.
const HELD: usize = 10_000;

/// How detection works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long after its last match an open alert still takes new ones.
    pub group_window: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            group_window: Duration::from_secs(3600),
        }
    }
}

/// The rules in force, swapped as a whole, and how often each matched since the site started.
/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct RuleHandle {
    set: Arc<RwLock<Arc<RuleSet>>>,
    matches: Arc<Mutex<HashMap<RuleId, u64>>>,
}

impl RuleHandle {
    pub fn new(rules: RuleSet) -> Self {
        Self {
            set: Arc::new(RwLock::new(Arc::new(rules))),
            matches: Arc::default(),
        }
    }

    pub fn current(&self) -> Arc<RuleSet> {
        self.set
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Batches already being evaluated finish with the rules they began with.
    pub fn swap(&self, rules: RuleSet) {
        *self.set.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(rules);
    }

    /// Matches of a rule since the site started.
    pub fn matches(&self, rule: &RuleId) -> u64 {
        let matches = self.matches.lock().unwrap_or_else(PoisonError::into_inner);
        matches.get(rule).copied().unwrap_or(0)
    }

    fn count(&self, hits: &[Hit]) {
        let mut matches = self.matches.lock().unwrap_or_else(PoisonError::into_inner);
        for hit in hits {
            *matches.entry(hit.rule.id.clone()).or_default() += 1;
        }
    }
}

/// Evaluates every event against every rule that concerns it.
#[derive(Debug)]
pub struct Detector {
    options: Options,
    scope: Scope,
    bus: BusHandle,
    records: Arc<dyn Records>,
    rules: RuleHandle,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
}

/// What one commit holds beside its checkpoint.
#[derive(Default)]
struct Tally {
    findings: Vec<(Finding, Hit)>,
    opened: u64,
    joined: u64,
    hidden: u64,
}

impl Detector {
    pub fn new(
        options: Options,
        scope: Scope,
        bus: BusHandle,
        records: Arc<dyn Records>,
        rules: RuleHandle,
        clock: Arc<dyn Clock>,
        metrics: Metrics,
    ) -> Self {
        Self {
            options,
            scope,
            bus,
            records,
            rules,
            clock,
            metrics,
        }
    }

    /// The durable consumer it reads through.
    pub fn consumer() -> ConsumerOptions {
        consumer_options()
    }

    /// Works until shutdown.
    ///
    /// # Errors
    /// When the bus or the records store fails.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        let consumer = self.bus.consumer(Self::consumer()).await?;
        let mut floor = self.floor().await?;
        let mut state = State {
            window: self.options.group_window,
            ..State::default()
        };
        while !shutdown.is_cancelled() {
            let messages = tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                messages = consumer.fetch(MESSAGES, Duration::from_millis(500)) => messages?,
            };
            let seqs: Vec<u64> = messages.iter().map(|message| message.seq).collect();
            let fresh: Vec<_> = messages.into_iter().filter(|m| m.seq > floor).collect();
            if let Some(last) = fresh.last().map(|message| message.seq) {
                let hits = self.evaluate(fresh).await?;
                self.commit(&mut state, &hits, floor, last).await?;
                floor = last;
            }
            consumer.ack(&seqs).await?;
        }
        Ok(())
    }

    async fn floor(&self) -> Result<u64, Error> {
        let bytes = self.records.slot(&self.scope, SLOT).await?;
        let read = bytes
            .and_then(|bytes| bytes.try_into().ok())
            .map(u64::from_le_bytes);
        Ok(read.unwrap_or(0))
    }

    /// All hits of the messages, in order of delivery, off the async threads.
    async fn evaluate(&self, messages: Vec<Delivery>) -> Result<Vec<Hit>, Error> {
        let rules = self.rules.current();
        let started = Instant::now();
        let hits = tokio::task::spawn_blocking(move || {
            messages
                .iter()
                .flat_map(|message| hits(&rules, message))
                .collect()
        });
        let hits = hits.await.map_err(Error::Evaluation)?;
        self.metrics
            .observe(Metric::DetectSeconds, started.elapsed());
        Ok(hits)
    }

    /// Decides the hits and commits alerts, counts and checkpoint together; again from fresh
    /// documents when somebody changed one of them meanwhile.
    async fn commit(
        &self,
        state: &mut State,
        hits: &[Hit],
        floor: u64,
        last: u64,
    ) -> Result<(), Error> {
        loop {
            let now = self.clock.now();
            state.suppressions = if hits.is_empty() {
                Vec::new()
            } else {
                suppressions::active(self.records.as_ref(), &self.scope, now).await?
            };
            self.load(state, hits).await?;
            let tally = decide_all(state, hits, now);
            self.publish(&tally.findings).await?;
            let change = checkpoint(change(state, &tally), floor, last);
            let context = Context::service(self.scope.clone(), "detect", "rules matched");
            match self.records.commit(&context, change).await {
                Ok(_) => {
                    state.settle();
                    self.rules.count(hits);
                    return Ok(());
                }
                Err(RecordsError::Conflict { id, .. }) => {
                    info!(
                        id,
                        "an alert changed while matches were grouped; deciding again"
                    );
                    state.forget();
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Reads the open alerts that the hits may join.
    async fn load(&self, state: &mut State, hits: &[Hit]) -> Result<(), Error> {
        if state.open.len() > HELD {
            state.open.clear();
        }
        // People change alerts behind our back: what is held is only a hint, the version decides.
        for key in hits.iter().map(Hit::group_key) {
            if state.open.contains_key(&key) {
                continue;
            }
            let query = Query::of(Collection::Alerts)
                .with("group_key", Test::TextIs(key.clone()))
                .with("status", Test::TextIsNot("closed".to_owned()))
                .newest("last_seen")
                .limit(Query::MAX_LIMIT);
            let mut group = Vec::new();
            for found in self.records.list(&self.scope, &query).await?.documents {
                group.push(desk::read(found.id, found.version, found.body)?);
            }
            state.open.insert(key, group);
        }
        Ok(())
    }

    async fn publish(&self, findings: &[(Finding, Hit)]) -> Result<(), Error> {
        let messages: Vec<Message> = findings
            .iter()
            .map(|(finding, hit)| self.message(finding, hit))
            .collect();
        for chunk in messages.chunks(256) {
            loop {
                match self.bus.publish(chunk.to_vec()).await {
                    Ok(_) => break,
                    Err(aurora_bus::Error::Full { .. }) => {
                        self.metrics
                            .add(Metric::BusFull, &[Stream::Alerts.name()], 1);
                        tokio::time::sleep(Duration::from_millis(200)).await;
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    fn message(&self, finding: &Finding, hit: &Hit) -> Message {
        let origin = OriginId(self.scope.site.0);
        let time = u64::try_from(hit.time.as_millis()).unwrap_or(0);
        let header = Header {
            format: Format::Finding,
            version: VERSION,
            scope: self.scope.clone(),
            producer: "detect".to_owned(),
            trace: hit.trace.child(),
            source: hit.source.clone(),
            range: Range {
                origin,
                first: time,
                last: time,
            },
            count: 1,
            records: 0,
            raw: None,
        };
        Message {
            subject: Subject::alerts(hit.rule.severity),
            id: BatchId(finding.match_id.0),
            header: Bytes::from(header.to_bytes()),
            body: Bytes::from(finding.encode()),
            fence: None,
        }
    }
}

/// Evaluates one message. One that cannot be read has no hits; the ledger of records shows it.
fn hits(rules: &RuleSet, message: &Delivery) -> Vec<Hit> {
    let read = Header::from_bytes(&message.header)
        .and_then(|h| EventBatch::decode(&h, &message.body).map(|batch| (h, batch)));
    let (header, batch) = match read {
        Ok(read) => read,
        Err(error) => {
            error!(seq = message.seq, %error, "an event batch cannot be evaluated");
            return Vec::new();
        }
    };
    let mut hits = Vec::new();
    for item in &batch.items {
        let Ok(event) = item.event() else { continue };
        let event = serde_json::Value::Object(event);
        let matches = rules.evaluate(&event);
        let Some(object) = event.as_object().filter(|_| !matches.is_empty()) else {
            continue;
        };
        let about = entities(object);
        hits.extend(matches.into_iter().map(|found| Hit {
            rule: facts(&found),
            event: item.uid,
            time: item.time,
            source: header.source.clone(),
            entities: about.clone(),
            matched: found.fields,
            trace: header.trace,
        }));
    }
    hits
}

fn facts(found: &aurora_rules::RuleMatch<'_>) -> RuleFacts {
    let rule = found.rule;
    RuleFacts {
        id: rule.id.clone(),
        revision: rule.revision.clone(),
        title: rule.rule.title.clone(),
        author: rule.author().to_owned(),
        severity: rule.severity,
        attack: rule.attack.clone(),
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
    if tally.findings.is_empty() {
        return Change::progress();
    }
    let ids = state.dirty().map(|held| held.alert.id.to_string());
    let mut change = Change::decided(Action::on("alert.detect", ids));
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

fn checkpoint(change: Change, floor: u64, last: u64) -> Change {
    let expected = (floor > 0).then(|| floor.to_le_bytes().to_vec());
    change.advance(SLOT, expected, last.to_le_bytes().to_vec())
}

fn consumer_options() -> ConsumerOptions {
    ConsumerOptions {
        name: CONSUMER.to_owned(),
        stream: Stream::Events,
        filters: Vec::new(),
        max_in_flight: 256,
        ack_wait: Duration::from_secs(600),
    }
}
