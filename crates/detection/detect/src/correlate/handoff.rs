//! From a shard's outbox to where it goes: alerts to the queue, matches of other correlations to
//! their shards, the rest to the records store; all of it in the commit that says so.

use std::collections::BTreeMap;
use std::net::IpAddr;

use aurora_bus::Message;
use aurora_clock::Timestamp;
use aurora_ids::Derive;
use aurora_model::envelope::{Format, Header, Range, VERSION};
use aurora_model::{
    Action, BatchId, Entity, EntityKind, EventUid, GroupValue, MatchBatch, MatchEntry,
    MatchedField, OriginId, RuleId, Scope, Shard, SourceName, Stream, Subject, TraceContext,
};
use aurora_records::{Change, Collection, Guard};
use aurora_telemetry::Metric;
use bytes::Bytes;
use serde::Serialize;
use tracing::warn;

use super::outgoing::{Outgoing, WindowAlert};
use crate::Error;
use crate::queue::Queue;
use crate::triage::{Arrival, Hit, Window};
use aurora_rules::CorrelationFacts;

/// The slot with the number of a shard's newest message that was handed on.
pub(crate) fn slot(shard: Shard) -> String {
    format!("correlate/handed/{}", shard.number())
}

/// The slot of a window that is to be judged again.
pub(crate) fn late_slot(shard: Shard, number: u64) -> String {
    format!("{LATE}{:02}/{number:020}", shard.number())
}

/// The shard of such a slot.
pub(crate) fn late_shard(slot: &str) -> Option<Shard> {
    let (number, _) = slot.strip_prefix(LATE)?.split_once('/')?;
    number.parse().ok().map(Shard::numbered)
}

/// Where such slots begin.
pub(crate) const LATE: &str = "correlate/late/";

/// Hands on what shards gave out, in their order; `from` is what was handed on of each before.
pub(crate) async fn hand_on(
    queue: &mut Queue,
    from: &BTreeMap<Shard, u64>,
    outgoing: &[(Shard, u64, Outgoing)],
) -> Result<BTreeMap<Shard, u64>, Error> {
    let mut sorted = Sorted::default();
    for (shard, number, out) in outgoing {
        sorted.take(&queue.scope, Some((*shard, *number)), out);
    }
    sorted.hand_on(queue, from).await
}

/// What is handed on, by where it goes.
#[derive(Default)]
pub(crate) struct Sorted {
    hits: Vec<Hit>,
    messages: Vec<Message>,
    late: Vec<(String, Vec<u8>)>,
    bounds: BTreeMap<String, Bound>,
    counts: BTreeMap<&'static str, u64>,
    last: BTreeMap<Shard, u64>,
    /// Slots of late windows that are judged.
    pub(crate) done: Vec<String>,
}

/// A dated record that a bound was reached.
#[derive(Clone, Debug, Serialize)]
struct Bound {
    rule: RuleId,
    title: String,
    group: Option<Vec<GroupValue>>,
    bound: String,
    limit: u64,
    /// In event time.
    reached_at: Timestamp,
    /// When it was recorded.
    at: Timestamp,
}

impl Sorted {
    /// Hands everything on and says so in the same commit.
    pub(crate) async fn hand_on(
        mut self,
        queue: &mut Queue,
        from: &BTreeMap<Shard, u64>,
    ) -> Result<BTreeMap<Shard, u64>, Error> {
        for (kind, count) in &self.counts {
            queue.metrics.add(Metric::WindowAlerts, &[kind], *count);
        }
        for Bound {
            rule,
            title,
            bound,
            limit,
            ..
        } in self.bounds.values()
        {
            warn!(%rule, title, bound, limit, "a correlation has reached a bound");
        }
        let now = queue.clock.now();
        self.bounds.values_mut().for_each(|bound| bound.at = now);
        let messages = std::mem::take(&mut self.messages);
        queue.publish(Stream::Matches, messages).await?;
        queue
            .commit(&self.hits, |change| self.checkpoint(change, from))
            .await?;
        Ok(self.last)
    }

    /// Events were left unread when late windows were judged.
    pub(crate) fn cut(&mut self, facts: Option<&CorrelationFacts>, limit: usize, at: Timestamp) {
        let Some(facts) = facts else { return };
        let bound = Bound {
            rule: facts.rule.id.clone(),
            title: facts.rule.title.clone(),
            group: None,
            bound: "events read again".to_owned(),
            limit: limit as u64,
            reached_at: at,
            at,
        };
        let id = format!("{}/read/{}", facts.rule.id, at.as_millis());
        self.bounds.insert(id, bound);
    }

    /// `place` is the shard and number of what stands in an outbox.
    pub(crate) fn take(&mut self, scope: &Scope, place: Option<(Shard, u64)>, out: &Outgoing) {
        self.last.extend(place);
        let mut count = |kind| *self.counts.entry(kind).or_default() += 1;
        match out {
            Outgoing::Fired { alert } => {
                count("fired");
                let arrival = if alert.late {
                    Arrival::Late
                } else {
                    Arrival::InTime
                };
                self.hits.push(hit(scope, alert, arrival));
            }
            Outgoing::Amended { was, alert } => {
                count("amended");
                self.hits.push(hit(scope, alert, Arrival::Amends(*was)));
            }
            Outgoing::Withdrawn { was, alert } => {
                count("withdrawn");
                self.hits.push(hit(scope, alert, Arrival::Withdraws(*was)));
            }
            Outgoing::Feed { shard, entry } => self.messages.push(feed(scope, *shard, entry)),
            Outgoing::Late { window } => {
                count("late_windows");
                let Some((shard, number)) = place else { return };
                let bytes = serde_json::to_vec(window).expect("it is plain data");
                self.late.push((late_slot(shard, number), bytes));
            }
            Outgoing::Bound {
                rule,
                title,
                group,
                bound,
                limit,
                at,
            } => {
                count("bounds");
                let (shard, number) = place.map_or((0, 0), |(shard, n)| (shard.number(), n));
                let reached = Bound {
                    rule: rule.clone(),
                    title: title.clone(),
                    group: group.clone(),
                    bound: bound.clone(),
                    limit: *limit,
                    reached_at: *at,
                    at: *at,
                };
                let id = format!("{rule}/{shard}/{number}");
                self.bounds.insert(id, reached);
            }
        }
    }

    fn checkpoint(&self, mut change: Change, from: &BTreeMap<Shard, u64>) -> Change {
        if !self.bounds.is_empty() && change.decision.is_none() {
            let ids = self.bounds.keys().cloned();
            change.decision = Some(Action::on("rule.bound", ids));
        }
        for (id, body) in &self.bounds {
            let body = serde_json::to_value(body).expect("it is plain data");
            change = change.put(Collection::RuleBounds, id, Guard::Any, body);
        }
        for (key, bytes) in &self.late {
            change = change.slot(key, bytes.clone());
        }
        for key in &self.done {
            change = change.remove_slot(key);
        }
        for (shard, last) in &self.last {
            let before = from.get(shard).copied().unwrap_or(0);
            change = change.move_place(&slot(*shard), before, *last);
        }
        change
    }
}

/// A window's alert as the queue takes it.
pub(crate) fn hit(scope: &Scope, alert: &WindowAlert, arrival: Arrival) -> Hit {
    let group = alert.group.iter().map(|part| part.value.as_str());
    let unknown = EventUid(alert.window);
    let first = alert.evidence.first().copied().unwrap_or(unknown);
    let last = alert.evidence.last().copied().unwrap_or(unknown);
    let id = Window::id_of(scope, &alert.rule.id, group, first);
    let mut trace = TraceContext::new();
    // The same alert is the same trace, whoever works it out.
    trace.trace_id = id.0;
    Hit {
        rule: alert.rule.clone(),
        event: last,
        time: alert.last,
        received: None,
        source: alert.source.clone(),
        entities: alert.group.iter().filter_map(entity).collect(),
        matched: alert.group.iter().map(shown).collect(),
        trace,
        window: Some(Window {
            id,
            name: alert.window,
            group: alert.group.clone(),
            evidence: alert.evidence.clone(),
            events: alert.events,
            first: alert.first,
            last: alert.last,
            arrival,
            approximate: alert.approximate,
        }),
    }
}

fn shown(part: &GroupValue) -> MatchedField {
    MatchedField {
        selection: "group-by".to_owned(),
        field: part.field.clone(),
        path: part.field.clone(),
        value: part.value.clone(),
    }
}

/// What a value of a group is, by its form and by what its field is called.
fn entity(part: &GroupValue) -> Option<Entity> {
    const KINDS: &[(&str, EntityKind)] = &[
        ("hash", EntityKind::Hash),
        ("user", EntityKind::User),
        ("account", EntityKind::User),
        ("subject", EntityKind::User),
        ("computer", EntityKind::Host),
        ("host", EntityKind::Host),
        ("workstation", EntityKind::Host),
        ("device", EntityKind::Host),
        ("image", EntityKind::Process),
        ("process", EntityKind::Process),
        ("file", EntityKind::File),
        ("path", EntityKind::File),
    ];
    let name = part.field.to_lowercase();
    let kind = if part.value.parse::<IpAddr>().is_ok() {
        EntityKind::Address
    } else {
        KINDS.iter().find(|(word, _)| name.contains(word))?.1
    };
    Some(Entity {
        kind,
        value: part.value.clone(),
    })
}

/// An entry as a message of its own. The same entry is the same message.
pub(crate) fn feed(scope: &Scope, shard: Shard, entry: &MatchEntry) -> Message {
    let batch = MatchBatch {
        entries: vec![entry.clone()],
    };
    let body = batch.encode();
    let id = Derive::new("aurora.matches.feed.v1")
        .number(u64::from(shard.number()))
        .part(&body)
        .finish();
    message(scope, Subject::matches_of(shard), BatchId(id), &batch, body)
}

pub(crate) fn message(
    scope: &Scope,
    subject: Subject,
    id: BatchId,
    batch: &MatchBatch,
    body: Vec<u8>,
) -> Message {
    let source = batch.entries.first().map(|entry| match entry {
        MatchEntry::Match(it) | MatchEntry::Withdraw(it) => it.lane.source.clone(),
        MatchEntry::Progress { source, .. } | MatchEntry::Quiet { source, .. } => source.clone(),
    });
    let header = Header {
        format: Format::MatchBatch,
        version: VERSION,
        scope: scope.clone(),
        producer: "correlate".to_owned(),
        trace: TraceContext::new(),
        source: source.unwrap_or_else(|| SourceName::new("aurora")),
        range: Range {
            origin: OriginId(id.0),
            first: 0,
            last: 0,
        },
        count: u32::try_from(batch.entries.len()).expect("a message holds far fewer"),
        records: 0,
        raw: None,
    };
    Message {
        subject,
        id,
        header: Bytes::from(header.to_bytes()),
        body: Bytes::from(body),
        fence: None,
    }
}
