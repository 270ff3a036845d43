//! Matches of stored events: what windows are judged again from, and filled from when a rule is
//! new.

use std::collections::BTreeSet;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_correlation::{Correlation, Input, Match, Namespace, Plan, Timeline, Told};
use aurora_events::{HuntOptions, TimeRange, pages};
use aurora_hunt::Query;
use aurora_model::{EventUid, RuleId, Stream};
use aurora_records::place;
use serde_json::Value;
use tracing::warn;

use super::service::{Parts, blocking};
use crate::Error;
use crate::rule_handle::InForce;

/// Events read for one question at most.
pub(crate) const MAX_ROWS: usize = 2_000_000;
/// Events of one page: about 2 kB each as text, five times that as a tree.
const PAGE: usize = 2_000;
const TIMEOUT: Duration = Duration::from_secs(60);
const MILLISECOND: Duration = Duration::from_millis(1);
/// How long events that were published may take to be stored.
const STORED_WITHIN: Duration = Duration::from_secs(60);
/// The event writer's checkpoint: the last sequence of EVENTS that is stored.
const STORED: &str = "store/events";

/// Matches of one correlation in stored events, a page at a time, so that memory does not grow with
/// the range. Where it is fed by other correlations, what those would have said is worked out anew.
#[derive(Debug)]
pub(crate) struct Matches {
    force: InForce,
    namespace: Namespace,
    query: Option<Query>,
    /// What is still to be read, the earliest last.
    ranges: Vec<TimeRange>,
    /// What is asked about, in order and apart.
    asked: Vec<TimeRange>,
    inner: Option<Inner>,
    /// The correlation and those that feed it.
    wanted: Vec<Namespace>,
    /// Events that were read.
    pub(crate) rows: usize,
    /// There are more events than are read.
    pub(crate) cut: bool,
}

/// The correlations that feed the one in question.
#[derive(Debug, Default)]
struct Inner {
    timeline: Timeline,
    /// What they say and have not taken back.
    said: Vec<Match>,
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

impl Matches {
    /// In ranges of event time.
    pub(crate) fn of(force: &InForce, namespace: Namespace, ranges: &[TimeRange]) -> Self {
        let plan = force.program.plan();
        let it = plan.find(namespace);
        let inner = it.map_or(Vec::new(), |it| plan.inner(it));
        // A window of an inner correlation that reaches into the range may have begun before it.
        let back: Duration = inner.iter().map(|it| it.spec().timespan * 2).sum();
        let all = || it.into_iter().chain(inner.iter().copied());
        let wanted = all().map(Correlation::namespace).collect();
        let bases = all().flat_map(|it| it.spec().bases.iter().map(|base| base.rule.clone()));
        let query = query(force, &bases.collect());
        let further = |range: &TimeRange| TimeRange {
            from: range.from.minus(back),
            ..*range
        };
        let mut read = match query {
            Some(_) => apart(ranges.iter().map(further).collect()),
            None => Vec::new(),
        };
        read.reverse();
        Self {
            force: force.clone(),
            namespace,
            ranges: read,
            query,
            asked: apart(ranges.to_vec()),
            inner: (!inner.is_empty()).then(Inner::default),
            wanted,
            rows: 0,
            cut: false,
        }
    }

    /// The next ones, roughly in order of time; `None` at the end.
    pub(crate) async fn next(&mut self, parts: &Parts) -> Result<Option<Vec<Match>>, Error> {
        let Some((rows, until)) = self.page(parts).await? else {
            return self.last().await;
        };
        let (force, namespace, now) = (self.force.clone(), self.namespace, parts.clock.now());
        let (mut inner, wanted) = (self.inner.take(), self.wanted.clone());
        let worked = blocking(move || {
            let mut fed = Vec::new();
            for row in rows {
                evaluate(&force, row, now, &mut fed);
            }
            fed.retain(|it| wanted.contains(&it.correlation));
            let plan = force.program.plan();
            if let Some(inner) = &mut inner {
                fed.sort_by_key(|it| (it.time, it.uid));
                for it in &fed {
                    inner.see(plan, namespace, it);
                }
                inner.reach(plan, namespace, until);
            }
            fed.retain(|it| it.correlation == namespace);
            (fed, inner)
        });
        let (found, inner) = worked.await?;
        self.inner = inner;
        Ok(Some(self.in_range(found)))
    }

    /// What inner correlations said: it may be taken back until all is read.
    async fn last(&mut self) -> Result<Option<Vec<Match>>, Error> {
        let Some(mut inner) = self.inner.take() else {
            return Ok(None);
        };
        let (force, namespace) = (self.force.clone(), self.namespace);
        let plan = force.program.plan();
        let lateness = plan.lateness() * u32::try_from(plan.correlations().len()).unwrap_or(1);
        let until = self.asked.last().map(|range| range.until);
        let settled = until.unwrap_or_default().plus(lateness);
        inner.reach(plan, namespace, settled);
        Ok(Some(self.in_range(inner.said)))
    }

    fn in_range(&self, mut found: Vec<Match>) -> Vec<Match> {
        let asked = |time| move |range: &TimeRange| (range.from..=range.until).contains(&time);
        found.retain(|it| self.asked.iter().any(asked(it.time)));
        found
    }

    /// Events of the next page, and the time up to which all are read then.
    async fn page(&mut self, parts: &Parts) -> Result<Option<(Vec<Vec<Value>>, Timestamp)>, Error> {
        let Some(query) = &self.query else {
            return Ok(None);
        };
        while let Some(range) = self.ranges.pop() {
            if self.rows >= MAX_ROWS {
                self.cut = true;
                return Ok(None);
            }
            let options = HuntOptions {
                range,
                limit: PAGE,
                timeout: TIMEOUT,
            };
            let answer = match parts.events.hunt(&parts.scope, query, &options).await {
                // The store has no room for it: one half after the other.
                Err(error) if error.is_too_much() && range.width() > MILLISECOND => {
                    let [first, second] = halves(range);
                    self.ranges.extend([second, first]);
                    continue;
                }
                answer => answer?,
            };
            if answer.truncated && range.width() > MILLISECOND {
                // Counted, so that it is read in pieces that fit and nothing is read twice again.
                let (scope, bucket) = (&parts.scope, range.bucket());
                let counts = parts.events.histogram(scope, query, range, bucket).await?;
                let pieces = pages(range, bucket, &counts, PAGE as u64);
                let pieces = pieces.into_iter().rev();
                self.ranges.extend(pieces.map(|piece| piece.range));
                continue;
            }
            self.cut |= answer.truncated;
            self.rows += answer.rows.len();
            return Ok(Some((answer.rows, range.until)));
        }
        Ok(None)
    }
}

fn halves(range: TimeRange) -> [TimeRange; 2] {
    let middle = range.from.plus(range.width() / 2);
    let first = TimeRange {
        until: middle,
        ..range
    };
    let second = TimeRange {
        from: middle,
        ..range
    };
    [first, second]
}

/// Ranges in order; those that meet are one.
fn apart(mut ranges: Vec<TimeRange>) -> Vec<TimeRange> {
    ranges.sort_by_key(|range| range.from);
    let mut apart: Vec<TimeRange> = Vec::new();
    for range in ranges {
        match apart.last_mut() {
            Some(last) if range.from <= last.until => last.until = last.until.max(range.until),
            _ => apart.push(range),
        }
    }
    apart
}

impl Inner {
    fn see(&mut self, plan: &Plan, of: Namespace, it: &Match) {
        if it.correlation == of {
            return;
        }
        let said = &mut self.said;
        let mut note = |told: Told<'_>| note(said, of, told);
        let input = Input::Match(it.clone());
        self.timeline.reach(plan, it.time, &mut note);
        self.timeline.apply(plan, input, &mut note);
    }

    fn reach(&mut self, plan: &Plan, of: Namespace, time: Timestamp) {
        let said = &mut self.said;
        let mut note = |told: Told<'_>| note(said, of, told);
        self.timeline.reach(plan, time, &mut note);
    }
}

fn note(said: &mut Vec<Match>, of: Namespace, told: Told<'_>) {
    match told {
        Told::Input(Input::Match(it)) if it.correlation == of => said.push(it.clone()),
        Told::Input(Input::Withdraw(it)) => said.retain(|known| known != it),
        _ => {}
    }
}

fn evaluate(force: &InForce, row: Vec<Value>, now: Timestamp, to: &mut Vec<Match>) {
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
    let claimed = Timestamp::from_millis(time);
    let times = (force.program.believed(claimed, now), claimed);
    for fired in force.rules.evaluate(&event) {
        let program = &force.program;
        to.extend(program.matches(&force.rules, fired.rule, &event, EventUid(uid), times));
    }
}

/// Events of the logsources of its rules. Our own findings feed no rule.
fn query(force: &InForce, bases: &BTreeSet<RuleId>) -> Option<Query> {
    let rules: Vec<&RuleId> = bases
        .iter()
        .filter(|id| force.rules.get(id).is_some())
        .collect();
    if rules.is_empty() {
        return None;
    }
    let text = match force.rules.prefilter(rules) {
        Some(filter) => format!("({filter}) AND NOT source:aurora-findings"),
        None => "NOT source:aurora-findings".to_owned(),
    };
    aurora_hunt::parse(&text).ok()
}
