use aurora_model::engineering::{ExplainNode, Explanation};
use aurora_rules::{LoadedRule, RuleSet};
use serde_json::Value;

use super::{Outcome, Wanted};

/// What a stateless rule of the set does on a golden file's events: the numbers of those that fired
/// it, from 1, and whether that is what is wanted.
pub fn judge(
    set: &RuleSet,
    rule: &LoadedRule,
    wanted: Wanted,
    events: &[Value],
) -> (Vec<u64>, Outcome) {
    let numbered = || (1..).zip(events);
    let fires = |event: &Value| set.evaluate(event).iter().any(|hit| hit.rule.id == rule.id);
    let fired: Vec<u64> = numbered()
        .filter(|(_, event)| fires(event))
        .map(|(n, _)| n)
        .collect();
    let why = |event: Option<&Value>| Some(Box::new(set.explain(&rule.id, event?)?));
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
fn near_miss(set: &RuleSet, rule: &LoadedRule, events: &[Value]) -> Outcome {
    let explained = events
        .iter()
        .filter_map(|event| set.explain(&rule.id, event));
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
fn nearest(set: &RuleSet, rule: &LoadedRule, events: &[Value]) -> Option<Explanation> {
    let explained = events
        .iter()
        .filter_map(|event| set.explain(&rule.id, event));
    explained.max_by_key(|explanation| {
        let held: u64 = explanation.conditions.iter().map(held).sum();
        (explanation.covered, held)
    })
}

fn held(node: &ExplainNode) -> u64 {
    u64::from(node.holds) + node.parts.iter().map(held).sum::<u64>()
}
