use std::sync::Arc;

use aurora_clock::Timestamp;
use aurora_ids::Derive;
use aurora_model::engineering::{ExplainNode, Explanation, Step};
use aurora_model::{EventUid, RuleId};
use aurora_rules::{LoadedCorrelation, LoadedRule, Member, RuleSet};
use serde_json::Value;

use super::{Outcome, Wanted};
use crate::stateful::Correlator;

/// What a rule or correlation of the set does on a golden file's events: the numbers of those that
/// fired it, from 1, and whether that is what is wanted.
pub fn judge(
    set: &Arc<RuleSet>,
    rule: &RuleId,
    wanted: Wanted,
    events: &[Value],
) -> (Vec<u64>, Outcome) {
    if set.correlations().iter().any(|it| it.id == *rule) {
        correlation(set, rule, wanted, events)
    } else {
        stateless(set, rule, wanted, events)
    }
}

/// All events in their order, through the windows.
fn correlation(
    set: &Arc<RuleSet>,
    rule: &RuleId,
    wanted: Wanted,
    events: &[Value],
) -> (Vec<u64>, Outcome) {
    let (fired, steps) = watch(set, rule, events);
    let why = || {
        let it = set.correlations().iter().find(|it| it.id == *rule)?;
        Some(Box::new(Explanation {
            rule: rule.clone(),
            title: it.correlation.header.title.clone(),
            matched: !fired.is_empty(),
            logsource: format!("{} over {}", it.correlation.kind.word(), members(set, it)),
            covered: !steps.is_empty(),
            event: format!("{} events", events.len()),
            conditions: Vec::new(),
            steps: steps.clone(),
        }))
    };
    let outcome = match (wanted, fired.is_empty()) {
        _ if events.is_empty() => Outcome::Unreadable {
            reason: "there is no record in it".to_owned(),
        },
        (Wanted::Match, false) => Outcome::Passed,
        (Wanted::Match, true) => Outcome::Silent { why: why() },
        (Wanted::NoMatch, false) => Outcome::Fired { why: why() },
        (Wanted::NoMatch, true) if steps.is_empty() => Outcome::OtherLogsource {
            event: "none that one of its rules fires on".to_owned(),
        },
        (Wanted::NoMatch, true) => Outcome::Passed,
    };
    (fired, outcome)
}

fn members(set: &RuleSet, it: &LoadedCorrelation) -> String {
    let titles = it.members.iter().map(|member| match member {
        Member::Rule(at) => format!("`{}`", set.rules()[*at].rule.header.title),
        Member::Correlation(at) => {
            format!("`{}`", set.correlations()[*at].correlation.header.title)
        }
    });
    titles.collect::<Vec<_>>().join(", ")
}

/// Which events made the correlation fire, and what each event that one of its rules fired on did.
fn watch(set: &Arc<RuleSet>, id: &RuleId, events: &[Value]) -> (Vec<u64>, Vec<Step>) {
    let (Some(mut correlator), Some(it)) = (
        Correlator::of(set.clone()),
        set.correlations().iter().find(|it| it.id == *id),
    ) else {
        return (Vec::new(), Vec::new());
    };
    let below = it.rules(set);
    let mut steps = Vec::new();
    let mut last = 0;
    // Windows go by the time of events; a golden file need not be sorted.
    let mut ordered: Vec<(Timestamp, u64, &Value)> = (1..)
        .zip(events)
        .map(|(number, event)| (time(event), number, event))
        .collect();
    ordered.sort_by_key(|(time, number, _)| (*time, *number));
    for (time, number, event) in ordered {
        let found = set.evaluate(event);
        let rules: Vec<&LoadedRule> = found.iter().map(|it| it.rule).collect();
        let mine = rules.iter().filter(|rule| {
            let own = |at: &usize| set.rules()[*at].id == rule.id;
            below.iter().any(own)
        });
        let titles: Vec<String> = mine
            .map(|rule| format!("`{}`", rule.rule.header.title))
            .collect();
        if !titles.is_empty() {
            steps.push(Step {
                event: number - 1,
                text: format!("{time}  {}", titles.join(", ")),
                fired: false,
            });
        }
        correlator.see(event, uid(event, number), time, rules, number);
        last = number;
    }
    correlator.end(last);
    let firings = correlator.settled();
    let mut fired: Vec<u64> = Vec::new();
    for firing in firings.iter().filter(|firing| firing.rule == *id) {
        fired.push(firing.tag);
        let group: Vec<String> = firing
            .group
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let text = format!(
            "fires with {} over {} events {}",
            firing.figure,
            firing.events,
            group.join(" ")
        );
        match steps.iter_mut().find(|step| step.event + 1 == firing.tag) {
            Some(step) => {
                step.fired = true;
                step.text = format!("{}  {text}", step.text);
            }
            None => steps.push(Step {
                event: firing.tag.saturating_sub(1),
                text,
                fired: true,
            }),
        }
    }
    fired.sort_unstable();
    fired.dedup();
    (fired, steps)
}

fn time(event: &Value) -> Timestamp {
    Timestamp::from_millis(event["time"].as_i64().unwrap_or_default())
}

/// Two records of a golden file are two events, whatever uid they were given.
fn uid(event: &Value, number: u64) -> EventUid {
    let own = event["metadata"]["uid"].as_str().unwrap_or_default();
    EventUid(
        Derive::new("golden")
            .part(own)
            .part(number.to_string())
            .finish(),
    )
}

/// What a stateless rule of the set does on a golden file's events: the numbers of those that fired
/// it, from 1, and whether that is what is wanted.
fn stateless(
    set: &RuleSet,
    rule: &RuleId,
    wanted: Wanted,
    events: &[Value],
) -> (Vec<u64>, Outcome) {
    let numbered = || (1..).zip(events);
    let fires = |event: &Value| set.evaluate(event).iter().any(|hit| hit.rule.id == *rule);
    let fired: Vec<u64> = numbered()
        .filter(|(_, event)| fires(event))
        .map(|(n, _)| n)
        .collect();
    let why = |event: Option<&Value>| Some(Box::new(set.explain(rule, event?)?));
    let outcome = match (wanted, fired.first()) {
        _ if events.is_empty() => Outcome::Unreadable {
            reason: "there is no record in it".to_owned(),
        },
        (Wanted::Match, Some(_)) => Outcome::Passed,
        (Wanted::Match, None) => Outcome::Silent {
            why: nearest(set, rule, events).map(Box::new),
        },
        (Wanted::NoMatch, Some(number)) => {
            let fired = numbered().find(|(n, _)| n == number);
            Outcome::Fired {
                why: why(fired.map(|(_, event)| event)),
            }
        }
        (Wanted::NoMatch, None) => near_miss(set, rule, events),
    };
    (fired, outcome)
}

/// A near miss is of the rule's logsource; otherwise it would prove nothing.
fn near_miss(set: &RuleSet, rule: &RuleId, events: &[Value]) -> Outcome {
    let explained = events.iter().filter_map(|event| set.explain(rule, event));
    let mut other = String::new();
    for explanation in explained {
        if explanation.covered {
            return Outcome::Passed;
        }
        other = explanation.event;
    }
    Outcome::OtherLogsource { event: other }
}

/// The event for which most of the condition held.
fn nearest(set: &RuleSet, rule: &RuleId, events: &[Value]) -> Option<Explanation> {
    let explained = events.iter().filter_map(|event| set.explain(rule, event));
    explained.max_by_key(|explanation| {
        let held: u64 = explanation.conditions.iter().map(held).sum();
        (explanation.covered, held)
    })
}

fn held(node: &ExplainNode) -> u64 {
    u64::from(node.holds) + node.parts.iter().map(held).sum::<u64>()
}
