//! Versions of rules: what a change of the set in force adds to each rule's history.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use aurora_clock::Timestamp;
use aurora_model::engineering::{RuleVersion, VersionChange};
use aurora_model::{Actor, RuleId};
use aurora_rules::RuleSet;

/// A rule, correlation or filter of a set, as far as its history is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    pub title: String,
    pub author: String,
    pub file: Arc<str>,
    pub revision: String,
    pub text: Arc<str>,
}

/// Everything of the set that has an id.
pub fn in_force(set: &RuleSet) -> BTreeMap<RuleId, InForce> {
    let rules = set.rules().iter().map(|it| {
        let one = InForce {
            title: it.rule.header.title.clone(),
            author: it.author().to_owned(),
            file: it.file.clone(),
            revision: it.revision.clone(),
            text: it.text.clone(),
        };
        (it.id.clone(), one)
    });
    let correlations = set.correlations().iter().map(|it| {
        let one = InForce {
            title: it.correlation.header.title.clone(),
            author: it.author().to_owned(),
            file: it.file.clone(),
            revision: it.revision.clone(),
            text: it.text.clone(),
        };
        (it.id.clone(), one)
    });
    let filters = set.filters().iter().map(|it| {
        let one = InForce {
            title: it.filter.title.clone(),
            author: it.filter.author.clone().unwrap_or_else(|| "unknown".into()),
            file: it.file.clone(),
            revision: it.revision.clone(),
            text: it.text.clone(),
        };
        (it.id.clone(), one)
    });
    rules.chain(correlations).chain(filters).collect()
}

/// Who changes the set, when and why.
#[derive(Clone, Debug)]
pub struct Changer {
    pub actor: Actor,
    pub reason: String,
    pub at: Timestamp,
}

/// The versions that lead from `heads`, the newest version of each rule, to `after`. Rules of
/// `heads` that `after` has not are gone when `whole`; otherwise nothing is said of them.
pub fn changes(
    heads: &HashMap<RuleId, RuleVersion>,
    after: &BTreeMap<RuleId, InForce>,
    whole: bool,
    changer: &Changer,
) -> Vec<RuleVersion> {
    let mut versions = Vec::new();
    for (id, rule) in after {
        let head = heads.get(id);
        let before = head.and_then(|head| head.after.clone());
        let change = match &before {
            None => VersionChange::Added,
            Some(before) if *before != rule.revision => VersionChange::Changed,
            Some(_) if head.is_some_and(|head| *head.file != *rule.file) => VersionChange::Moved,
            Some(_) => continue,
        };
        versions.push(RuleVersion {
            rule: id.clone(),
            version: head.map_or(0, |head| head.version) + 1,
            change,
            title: rule.title.clone(),
            author: rule.author.clone(),
            file: rule.file.to_string(),
            before,
            after: Some(rule.revision.clone()),
            at: changer.at,
            actor: changer.actor.clone(),
            reason: changer.reason.clone(),
        });
    }
    let gone = heads
        .values()
        .filter(|head| whole && head.after.is_some() && !after.contains_key(&head.rule));
    for head in gone {
        versions.push(RuleVersion {
            version: head.version + 1,
            change: VersionChange::Removed,
            before: head.after.clone(),
            after: None,
            at: changer.at,
            actor: changer.actor.clone(),
            reason: changer.reason.clone(),
            ..head.clone()
        });
    }
    versions.sort_by(|a, b| a.rule.cmp(&b.rule));
    versions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(revision: &str, file: &str) -> InForce {
        InForce {
            title: "t".into(),
            author: "a".into(),
            file: file.into(),
            revision: revision.into(),
            text: revision.into(),
        }
    }

    #[test]
    fn a_rules_life_is_told_step_by_step() {
        let changer = Changer {
            actor: Actor::Service("test".into()),
            reason: "because".into(),
            at: Timestamp::from_millis(1),
        };
        let id = RuleId("r".into());
        let mut heads = HashMap::new();
        type Step = (Option<InForce>, Option<(u32, VersionChange)>);
        let steps: [Step; 7] = [
            (Some(rule("1", "a")), Some((1, VersionChange::Added))),
            (Some(rule("1", "a")), None),
            (Some(rule("2", "a")), Some((2, VersionChange::Changed))),
            (Some(rule("2", "b")), Some((3, VersionChange::Moved))),
            (None, Some((4, VersionChange::Removed))),
            (None, None),
            (Some(rule("2", "b")), Some((5, VersionChange::Added))),
        ];
        for (set, expected) in steps {
            let after: BTreeMap<_, _> = set.map(|rule| (id.clone(), rule)).into_iter().collect();
            assert!(changes(&heads, &BTreeMap::new(), false, &changer).is_empty());
            let made = changes(&heads, &after, true, &changer);
            let told = made.first().map(|one| (one.version, one.change));
            assert_eq!((told, made.len() <= 1), (expected, true));
            heads.extend(made.into_iter().map(|one| (one.rule.clone(), one)));
        }
    }
}
