//! The plain way: all events in order of time, every window computed from nothing.
//!
//! It shares no code with the state machine but the names of things, so that a mistake in one is
//! not a mistake in the other.

use std::collections::{BTreeMap, BTreeSet};

use aurora_clock::Timestamp;
use aurora_correlation::{
    Alert, AlertKey, Comparison, Condition, GroupKey, Kind, MAX_EVIDENCE, Match, Namespace, Plan,
    RuleExpr, Spec, Value,
};
use aurora_ids::Derive;
use aurora_model::EventUid;

#[derive(Clone, Debug)]
struct Event {
    time: i64,
    uid: EventUid,
    base: usize,
    /// Bits of what the kind compares.
    item: u64,
    is_clamped: bool,
}

/// Every alert that these matches amount to, inner correlations first; their alerts are matches of
/// the outer ones.
pub fn alerts(plan: &Plan, matches: &[Match]) -> Vec<Alert> {
    let mut matches = matches.to_vec();
    let mut found = Vec::new();
    for it in plan.correlations() {
        let mut groups: BTreeMap<GroupKey, Vec<Event>> = BTreeMap::new();
        for matched in matches.iter().filter(|m| m.correlation == it.namespace()) {
            let event = event(it.spec(), matched);
            groups.entry(matched.group.clone()).or_default().push(event);
        }
        let before = found.len();
        for (group, events) in groups {
            found.extend(of_group(it.spec(), it.namespace(), &group, events));
        }
        for alert in &found[before..] {
            let inputs = plan.chain(&aurora_correlation::Action::Fired(alert.clone()));
            matches.extend(inputs.into_iter().map(|input| match input {
                aurora_correlation::Input::Match(matched) => matched,
                other => panic!("{other:?}"),
            }));
        }
    }
    found
}

fn event(spec: &Spec, matched: &Match) -> Event {
    Event {
        time: matched.time.as_millis(),
        uid: matched.uid,
        base: matched.base.into(),
        item: match (spec.kind, matched.value) {
            (Kind::Temporal | Kind::TemporalOrdered, _) => matched.base.into(),
            (_, Value::Text(hash)) => hash,
            (_, Value::Number(number)) => (number + 0.0).to_bits(),
            (_, Value::None) => 0,
        },
        is_clamped: matched.claimed != matched.time,
    }
}

fn is_numeric(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ValueSum | Kind::ValueAvg | Kind::ValuePercentile(_) | Kind::ValueMedian
    )
}

fn of_group(spec: &Spec, namespace: Namespace, group: &GroupKey, events: Vec<Event>) -> Vec<Alert> {
    let span = i64::try_from(spec.timespan.as_millis()).unwrap();
    let events = without_copies(spec, span, events);
    let windows = if is_closing(spec) {
        complete(spec, span, &events)
    } else {
        sliding(spec, span, &events)
    };
    let alert = |(at, window): (i64, Vec<Event>)| {
        let contributing = contributing(spec, &window);
        alert(spec, namespace, group, at, &contributing)
    };
    windows.into_iter().map(alert).collect()
}

fn without_copies(spec: &Spec, span: i64, mut events: Vec<Event>) -> Vec<Event> {
    let numeric = is_numeric(spec.kind);
    events.sort_by_key(|it| (it.time, it.uid, it.item, it.is_clamped));
    let mut kept: Vec<Event> = Vec::new();
    for event in events {
        let is_same = |it: &&Event| it.uid == event.uid && (numeric || it.item == event.item);
        let copy = kept.iter().rev().find(is_same);
        let is_copy = copy.is_some_and(|copy| {
            copy.time == event.time || event.is_clamped && copy.time > event.time - span
        });
        if !is_copy {
            kept.push(event);
        }
    }
    kept
}

fn is_closing(spec: &Spec) -> bool {
    fn has_not(expr: &RuleExpr) -> bool {
        match expr {
            RuleExpr::Base(_) => false,
            RuleExpr::Not(_) => true,
            RuleExpr::And(parts) | RuleExpr::Or(parts) => parts.iter().any(has_not),
        }
    }
    match &spec.condition {
        None => false,
        Some(Condition::Bases(expr)) => has_not(expr),
        Some(Condition::Figure(bounds)) => bounds
            .iter()
            .any(|(it, _)| !matches!(it, Comparison::Gt | Comparison::Gte)),
    }
}

/// Windows one after another, each from the first event that is in none.
fn complete(spec: &Spec, span: i64, events: &[Event]) -> Vec<(i64, Vec<Event>)> {
    let mut found = Vec::new();
    let mut rest = events;
    while let Some(first) = rest.first() {
        let end = first.time + span - 1;
        let (window, after) = rest.split_at(rest.iter().take_while(|it| it.time <= end).count());
        if holds(spec, window) {
            found.push((end, window.to_vec()));
        }
        rest = after;
    }
    found
}

/// Every moment at which something can change, one after another.
fn sliding(spec: &Spec, span: i64, events: &[Event]) -> Vec<(i64, Vec<Event>)> {
    let times: BTreeSet<i64> = events.iter().map(|it| it.time).collect();
    let moments: BTreeSet<i64> = times
        .iter()
        .flat_map(|time| [*time - 1, *time, *time + span - 1, *time + span])
        .collect();
    let mut found = Vec::new();
    let mut armed_from = None::<i64>;
    let mut is_armed = true;
    for moment in moments {
        let window: Vec<Event> = events
            .iter()
            .filter(|it| moment - span < it.time && it.time <= moment)
            .cloned()
            .collect();
        if !holds(spec, &window) {
            is_armed |= armed_from.is_some_and(|from| moment >= from);
            continue;
        }
        if is_armed && times.contains(&moment) {
            let first = contributing(spec, &window)[0].time;
            armed_from = Some(first + span);
            is_armed = false;
            found.push((moment, window));
        }
    }
    found
}

fn holds(spec: &Spec, window: &[Event]) -> bool {
    if window.is_empty() {
        return false;
    }
    let all = Condition::Figure(vec![(Comparison::Gte, spec.bases.len() as f64)]);
    match spec.condition.as_ref().unwrap_or(&all) {
        Condition::Bases(expr) => says(expr, window),
        Condition::Figure(bounds) => {
            let figure = figure(spec, window);
            bounds
                .iter()
                .all(|(comparison, threshold)| match comparison {
                    Comparison::Gt => figure > *threshold,
                    Comparison::Gte => figure >= *threshold,
                    Comparison::Lt => figure < *threshold,
                    Comparison::Lte => figure <= *threshold,
                    Comparison::Eq => figure == *threshold,
                    Comparison::Neq => figure != *threshold,
                })
        }
    }
}

fn says(expr: &RuleExpr, window: &[Event]) -> bool {
    match expr {
        RuleExpr::Base(base) => window.iter().any(|it| it.base == usize::from(*base)),
        RuleExpr::And(parts) => parts.iter().all(|part| says(part, window)),
        RuleExpr::Or(parts) => parts.iter().any(|part| says(part, window)),
        RuleExpr::Not(part) => !says(part, window),
    }
}

/// Tests use numbers whose sums are exact.
fn figure(spec: &Spec, window: &[Event]) -> f64 {
    let mut values: Vec<f64> = window.iter().map(|it| f64::from_bits(it.item)).collect();
    values.sort_by(f64::total_cmp);
    let ranked = |percent: f64| {
        let least = percent / 100.0 * values.len() as f64;
        let rank = (1..=values.len()).find(|rank| *rank as f64 >= least);
        values[rank.unwrap() - 1]
    };
    match spec.kind {
        Kind::EventCount => window
            .iter()
            .map(|it| it.uid)
            .collect::<BTreeSet<_>>()
            .len() as f64,
        Kind::ValueCount | Kind::Temporal => window
            .iter()
            .map(|it| it.item)
            .collect::<BTreeSet<_>>()
            .len() as f64,
        Kind::TemporalOrdered => longest(spec, window).len() as f64,
        Kind::ValueSum => values.iter().sum(),
        Kind::ValueAvg => values.iter().sum::<f64>() / values.len() as f64,
        Kind::ValuePercentile(percent) => ranked(percent),
        Kind::ValueMedian => ranked(50.0),
    }
}

fn contributing(spec: &Spec, window: &[Event]) -> Vec<Event> {
    match spec.kind {
        Kind::ValueCount | Kind::Temporal => {
            let mut latest: BTreeMap<u64, Event> = BTreeMap::new();
            for event in window {
                latest.insert(event.item, event.clone());
            }
            let mut latest: Vec<Event> = latest.into_values().collect();
            latest.sort_by_key(|it| (it.time, it.uid, it.item));
            latest
        }
        Kind::TemporalOrdered if figure(spec, window) > 0.0 => longest(spec, window),
        _ => window.to_vec(),
    }
}

/// The longest chain; of several the one whose events, from its end, are latest.
fn longest(spec: &Spec, window: &[Event]) -> Vec<Event> {
    let mut ordered = window.to_vec();
    ordered.sort_by_key(|it| (it.time, it.base, it.uid));
    (1..=spec.bases.len())
        .rev()
        .map(|steps| backwards(&ordered, steps))
        .find(|chain| !chain.is_empty())
        .unwrap_or_default()
}

fn backwards(ordered: &[Event], steps: usize) -> Vec<Event> {
    let mut end = ordered.len();
    let mut chain = Vec::new();
    for step in (0..steps).rev() {
        match (0..end).rev().find(|index| ordered[*index].base == step) {
            Some(index) => {
                chain.insert(0, ordered[index].clone());
                end = index;
            }
            None => return Vec::new(),
        }
    }
    chain
}

fn alert(
    spec: &Spec,
    namespace: Namespace,
    group: &GroupKey,
    at: i64,
    contributing: &[Event],
) -> Alert {
    let half = MAX_EVIDENCE / 2;
    let uids: Vec<EventUid> = contributing.iter().map(|it| it.uid).collect();
    let evidence = if uids.len() > MAX_EVIDENCE {
        [&uids[..half], &uids[uids.len() - half..]].concat()
    } else {
        uids
    };
    let key = Derive::new("aurora.correlation.alert.v1")
        .part(namespace.0.as_bytes())
        .part(group.bytes())
        .part(contributing[0].uid.0.as_bytes());
    Alert {
        correlation: namespace,
        group: group.clone(),
        key: AlertKey(key.finish()),
        at: Timestamp::from_millis(at),
        first: Timestamp::from_millis(contributing[0].time),
        last: Timestamp::from_millis(contributing.last().unwrap().time),
        count: contributing.len() as u64,
        figure: figure(spec, contributing),
        evidence,
        approximate: false,
        late: false,
    }
}
