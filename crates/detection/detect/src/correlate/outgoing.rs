//! What leaves a shard: kept in the outbox as JSON until it is handed on.

use aurora_clock::Timestamp;
use aurora_correlation::{
    Action, Alert, BoundKind, GroupKey, Input, LateWindow, Match, Namespace, Value, Withdrawn,
};
use aurora_ids::Id128;
use aurora_model::{
    Contribution, EventUid, GroupValue, Lane, MatchEntry, Measured, RuleId, Shard, SourceName,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::triage::RuleFacts;
use aurora_rules::Program;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum Outgoing {
    Fired {
        alert: Box<WindowAlert>,
    },
    Amended {
        was: Id128,
        alert: Box<WindowAlert>,
    },
    Withdrawn {
        was: Id128,
        alert: Box<WindowAlert>,
    },
    /// To another correlation, that is, to the shard of its group.
    Feed {
        shard: Shard,
        entry: MatchEntry,
    },
    Late {
        window: Box<KeptLate>,
    },
    Bound {
        rule: RuleId,
        title: String,
        group: Option<Vec<GroupValue>>,
        bound: String,
        limit: u64,
        at: Timestamp,
    },
}

/// A window that fired, with what its alert needs of the rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WindowAlert {
    pub(crate) rule: RuleFacts,
    pub(crate) group: Vec<GroupValue>,
    pub(crate) window: Id128,
    pub(crate) source: SourceName,
    pub(crate) at: Timestamp,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) events: u64,
    pub(crate) figure: f64,
    pub(crate) evidence: Vec<EventUid>,
    pub(crate) approximate: bool,
    pub(crate) late: bool,
}

/// Windows to be judged again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptLate {
    pub(crate) namespace: Id128,
    pub(crate) source: SourceName,
    group: Vec<String>,
    arrivals: Vec<(KeptMatch, bool)>,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) read_from: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct KeptMatch {
    base: u16,
    uid: EventUid,
    time: Timestamp,
    claimed: Timestamp,
    value: Measured,
}

/// What an action asks for; an input that came from `source` brought it about.
pub(crate) fn outgoing(program: &Program, action: &Action, source: &SourceName) -> Vec<Outgoing> {
    let mut out = Vec::new();
    match action {
        Action::Fired(alert) => {
            let alert = window_alert(program, alert, source);
            out.extend(alert.map(|alert| Outgoing::Fired { alert }));
        }
        Action::Amended { was, alert } => {
            let alert = window_alert(program, alert, source);
            let was = was.key.0;
            out.extend(alert.map(|alert| Outgoing::Amended { was, alert }));
        }
        Action::Withdrawn(was) => out.extend(withdrawn(program, was, source)),
        Action::Late(late) => {
            let window = Box::new(KeptLate::of(late, source));
            out.push(Outgoing::Late { window });
        }
        Action::BoundReached(reached) => {
            if let Some(facts) = program.facts(reached.correlation) {
                let group = reached.group.as_ref();
                out.push(Outgoing::Bound {
                    rule: facts.rule.id.clone(),
                    title: facts.rule.title.clone(),
                    group: group.map(|group| named(&facts.group_by, group)),
                    bound: word(reached.bound).to_owned(),
                    limit: reached.limit as u64,
                    at: reached.at,
                });
            }
        }
    }
    let chained = program.plan().chain(action);
    out.extend(
        chained
            .into_iter()
            .filter_map(|it| feed(program, it, action, source)),
    );
    out
}

const fn word(bound: BoundKind) -> &'static str {
    match bound {
        BoundKind::Groups => "groups",
        BoundKind::Events => "events",
        BoundKind::Distinct => "distinct values",
    }
}

fn named(names: &[String], group: &GroupKey) -> Vec<GroupValue> {
    let pairs = names.iter().zip(group.values());
    pairs
        .map(|(field, value)| GroupValue {
            field: field.clone(),
            value: value.to_owned(),
        })
        .collect()
}

/// `None` for a correlation that alerts only through others.
fn window_alert(program: &Program, alert: &Alert, source: &SourceName) -> Option<Box<WindowAlert>> {
    let facts = program.facts(alert.correlation).filter(|it| it.alerts)?;
    Some(Box::new(WindowAlert {
        rule: facts.rule.clone(),
        group: named(&facts.group_by, &alert.group),
        window: alert.key.0,
        source: source.clone(),
        at: alert.at,
        first: alert.first,
        last: alert.last,
        events: alert.count,
        figure: alert.figure,
        evidence: alert.evidence.clone(),
        approximate: alert.approximate,
        late: alert.late,
    }))
}

fn withdrawn(program: &Program, was: &Withdrawn, source: &SourceName) -> Option<Outgoing> {
    let facts = program.facts(was.correlation).filter(|it| it.alerts)?;
    let alert = Box::new(WindowAlert {
        rule: facts.rule.clone(),
        group: named(&facts.group_by, &was.group),
        window: was.key.0,
        source: source.clone(),
        at: was.at,
        first: was.at,
        last: was.at,
        events: 0,
        figure: 0.0,
        evidence: Vec::new(),
        approximate: false,
        late: false,
    });
    Some(Outgoing::Withdrawn {
        was: was.key.0,
        alert,
    })
}

fn feed(program: &Program, input: Input, by: &Action, source: &SourceName) -> Option<Outgoing> {
    let (it, taken_back) = match input {
        Input::Match(it) => (it, false),
        Input::Withdraw(it) => (it, true),
        Input::Watermark { .. } | Input::Idle { .. } => return None,
    };
    let inner = match by {
        Action::Fired(alert) | Action::Amended { alert, .. } => alert.correlation,
        Action::Withdrawn(was) => was.correlation,
        Action::Late(_) | Action::BoundReached(_) => return None,
    };
    let (outer, inner) = (program.facts(it.correlation)?, program.facts(inner)?);
    let contribution = contribution(&outer.rule.id, &inner.rule.id, source, it);
    let shard = Shard::of_group(&outer.rule.id.0, &contribution.group);
    let entry = if taken_back {
        MatchEntry::Withdraw(contribution)
    } else {
        MatchEntry::Match(contribution)
    };
    Some(Outgoing::Feed { shard, entry })
}

/// A match as it travels.
pub(crate) fn contribution(
    correlation: &RuleId,
    rule: &RuleId,
    source: &SourceName,
    it: Match,
) -> Contribution {
    Contribution {
        lane: Arc::new(Lane {
            correlation: correlation.clone(),
            namespace: it.correlation.0,
            base: it.base,
            rule: rule.clone(),
            source: source.clone(),
        }),
        event: it.uid,
        time: it.time,
        claimed: it.claimed,
        group: it.group.bytes().to_vec(),
        value: measured(it.value),
    }
}

fn measured(value: Value) -> Measured {
    match value {
        Value::None => Measured::Nothing,
        Value::Text(hash) => Measured::Text(hash),
        Value::Number(number) => Measured::Number(number),
    }
}

/// What is measured, as windows take it.
pub(crate) fn value(measured: Measured) -> Value {
    match measured {
        Measured::Nothing => Value::None,
        Measured::Text(hash) => Value::Text(hash),
        Measured::Number(number) => Value::Number(number),
    }
}

impl KeptLate {
    fn of(late: &LateWindow, source: &SourceName) -> Self {
        let arrival = |(it, gone): &(Match, bool)| {
            let kept = KeptMatch {
                base: it.base,
                uid: it.uid,
                time: it.time,
                claimed: it.claimed,
                value: measured(it.value),
            };
            (kept, *gone)
        };
        Self {
            namespace: late.correlation.0,
            source: source.clone(),
            group: late.group.values().map(str::to_owned).collect(),
            arrivals: late.arrivals.iter().map(arrival).collect(),
            from: late.from,
            until: late.until,
            read_from: late.read_from,
        }
    }

    pub(crate) fn window(&self) -> LateWindow {
        let correlation = Namespace(self.namespace);
        let group = GroupKey::new(self.group.iter().map(String::as_str));
        let arrival = |(kept, gone): &(KeptMatch, bool)| {
            let it = Match {
                correlation,
                base: kept.base,
                group: group.clone(),
                uid: kept.uid,
                time: kept.time,
                claimed: kept.claimed,
                value: value(kept.value),
            };
            (it, *gone)
        };
        LateWindow {
            correlation,
            arrivals: self.arrivals.iter().map(arrival).collect(),
            from: self.from,
            until: self.until,
            read_from: self.read_from,
            group: group.clone(),
        }
    }
}

impl Outgoing {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("it is plain data")
    }
}
