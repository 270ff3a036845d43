//! Matches of stored events: what windows are judged again from, and filled from when a rule is
//! new.

use std::time::Duration;

use aurora_correlation::{Match, Namespace};
use aurora_events::{HuntOptions, TimeRange};
use aurora_hunt::Query;
use aurora_model::{EventUid, RuleId, Stream};
use aurora_records::place;
use serde_json::Value;
use tracing::warn;

use super::service::{Parts, blocking};
use crate::Error;
use crate::rule_handle::InForce;

/// Events read for one question at most.
pub(crate) const MAX_ROWS: usize = 200_000;
/// Events of one page.
const PAGE: usize = 10_000;
const TIMEOUT: Duration = Duration::from_secs(60);
/// How long events that were published may take to be stored.
const STORED_WITHIN: Duration = Duration::from_secs(60);
/// The event writer's checkpoint: the last sequence of EVENTS that is stored.
const STORED: &str = "store/events";

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) matches: Vec<(RuleId, Match)>,
    pub(crate) rows: usize,
    /// There are more events than are read.
    pub(crate) cut: bool,
}

/// Waits until what was published by now can be read, or until it has taken too long.
pub(crate) async fn caught_up(parts: &Parts) -> Result<bool, Error> {
    let wanted = parts.bus.stream(Stream::Events).await?.last_seq;
    let started = parts.clock.elapsed();
    while parts.clock.elapsed().saturating_sub(started) < STORED_WITHIN {
        if place::read(parts.records.as_ref(), &parts.scope, STORED).await? >= wanted {
            return Ok(true);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    warn!(
        wanted,
        "stored events lag behind; windows are judged from what there is"
    );
    Ok(false)
}

/// Every match of the correlation's rules in a range of event time.
pub(crate) async fn matches(
    parts: &Parts,
    force: &InForce,
    namespace: Namespace,
    range: TimeRange,
) -> Result<Found, Error> {
    let Some(query) = query(force, namespace) else {
        return Ok(Found::default());
    };
    let mut found = Found::default();
    let mut ranges = vec![range];
    while let Some(range) = ranges.pop() {
        let options = HuntOptions {
            range,
            limit: PAGE,
            timeout: TIMEOUT,
        };
        let answer = parts.events.hunt(&parts.scope, &query, &options).await?;
        let (from, until) = (range.from.as_millis(), range.until.as_millis());
        if answer.truncated && until - from > 1 {
            let middle = aurora_clock::Timestamp::from_millis(from + (until - from) / 2);
            ranges.push(TimeRange {
                from: middle,
                ..range
            });
            ranges.push(TimeRange {
                until: middle,
                ..range
            });
            continue;
        }
        found.cut |= answer.truncated;
        found.rows += answer.rows.len();
        let (force, now) = (force.clone(), parts.clock.now());
        let some = blocking(move || {
            let mut some = Vec::new();
            for row in answer.rows {
                evaluate(&force, namespace, row, now, &mut some);
            }
            some
        });
        found.matches.extend(some.await?);
        if found.rows >= MAX_ROWS {
            found.cut |= !ranges.is_empty();
            break;
        }
    }
    Ok(found)
}

fn evaluate(
    force: &InForce,
    namespace: Namespace,
    row: Vec<Value>,
    now: aurora_clock::Timestamp,
    to: &mut Vec<(RuleId, Match)>,
) {
    let Some(event) = row.into_iter().nth(3) else {
        return;
    };
    let event = match event {
        Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::Null),
        event => event,
    };
    let uid = event["metadata"]["uid"].as_str();
    let (Some(uid), Some(time)) = (uid.and_then(|uid| uid.parse().ok()), event["time"].as_i64())
    else {
        return;
    };
    let claimed = aurora_clock::Timestamp::from_millis(time);
    let times = (force.program.believed(claimed, now), claimed);
    for fired in force.rules.evaluate(&event) {
        let program = &force.program;
        let fed = program.matches(&force.rules, fired.rule, &event, EventUid(uid), times);
        let fed = fed.into_iter().filter(|it| it.correlation == namespace);
        to.extend(fed.map(|it| (fired.rule.id.clone(), it)));
    }
}

/// Events of the logsources of its rules. Our own findings feed no rule.
fn query(force: &InForce, namespace: Namespace) -> Option<Query> {
    let correlation = force.program.plan().find(namespace)?;
    let bases = correlation.spec().bases.iter().map(|base| &base.rule);
    let rules: Vec<&RuleId> = bases.filter(|id| force.rules.get(id).is_some()).collect();
    if rules.is_empty() {
        return None;
    }
    let text = match force.rules.prefilter(rules) {
        Some(filter) => format!("({filter}) AND NOT source:aurora-findings"),
        None => "NOT source:aurora-findings".to_owned(),
    };
    aurora_hunt::parse(&text).ok()
}
