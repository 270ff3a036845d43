//! Some rules of a set with everything that they need, as a set of their own.

use std::collections::BTreeSet;

use aurora_model::RuleId;
use aurora_rules::{Member, Options, RuleSet};

/// The rules and correlations with these ids, the rules that correlations among them refer to, and
/// every filter. Ids that the set does not have are left out.
pub fn subset(set: &RuleSet, ids: &[RuleId]) -> RuleSet {
    let (mut rules, mut correlations) = (BTreeSet::new(), BTreeSet::new());
    for id in ids {
        rules.extend(set.rules().iter().position(|rule| rule.id == *id));
        correlations.extend(set.correlations().iter().position(|it| it.id == *id));
    }
    let mut open: Vec<usize> = correlations.iter().copied().collect();
    while let Some(at) = open.pop() {
        for member in &set.correlations()[at].members {
            match member {
                Member::Rule(rule) => drop(rules.insert(*rule)),
                Member::Correlation(inner) => {
                    if correlations.insert(*inner) {
                        open.push(*inner);
                    }
                }
            }
        }
    }
    let rules = rules.into_iter().map(|at| &set.rules()[at]);
    let rules = rules.map(|rule| (&*rule.file, &*rule.text));
    let correlations = correlations.into_iter().map(|at| &set.correlations()[at]);
    let correlations = correlations.map(|it| (&*it.file, &*it.text));
    let filters = set.filters().iter().map(|it| (&*it.file, &*it.text));
    RuleSet::from_texts(rules.chain(correlations).chain(filters), Options::default())
}
