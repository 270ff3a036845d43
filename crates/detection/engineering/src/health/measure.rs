use std::collections::BTreeMap;

use aurora_rules::LoadedRule;

use super::reach::can_hold;
use super::{ENOUGH, Facts};

/// What recent events say about a rule.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Measured {
    /// Events of the very logsource.
    pub covered: usize,
    /// Nothing of the logsource came, as far as was looked.
    pub source_missing: bool,
    /// The median over the events.
    pub cost_us: Option<f64>,
    /// Fields without which no condition can hold, and which no event has.
    pub unreachable: Option<Vec<String>>,
}

pub(super) fn measure(facts: &Facts<'_>, rule: &LoadedRule) -> Measured {
    let Some(recent) = facts.recent.get(&rule.rule.logsource.to_string()) else {
        return Measured::default();
    };
    let mut present: BTreeMap<&str, bool> = BTreeMap::new();
    let mut costs = Vec::new();
    for event in &recent.events {
        let Some(probe) = facts.set.probe(&rule.id, event) else {
            continue;
        };
        costs.push(probe.took.as_secs_f64() * 1e6);
        for (field, there) in probe.fields {
            *present.entry(field).or_default() |= there;
        }
    }
    let covered = costs.len();
    let absent: Vec<&str> = present
        .into_iter()
        .filter(|(_, there)| !there)
        .map(|(field, _)| field)
        .collect();
    let dead = covered >= ENOUGH && !absent.is_empty() && !can_hold(&rule.rule.detection, &absent);
    Measured {
        covered,
        source_missing: covered == 0 && !recent.more,
        cost_us: (covered > 0).then(|| super::median(costs)),
        unreachable: dead.then(|| absent.iter().map(|name| (*name).to_owned()).collect()),
    }
}
