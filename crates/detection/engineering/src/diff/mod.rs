//! How two sets of rules differ in what they mean, rather than in their text.

mod card;
mod condition;

use std::collections::{BTreeMap, BTreeSet};

use aurora_model::RuleId;
use aurora_model::engineering::{ChangedRule, Edit, RuleDiff, RuleName};
use aurora_rules::RuleSet;

use card::{Card, cards};

/// Rules are the same when their ids are. Comments, the order of keys and of alternative values make
/// no difference.
pub fn diff(before: &RuleSet, after: &RuleSet) -> RuleDiff {
    let (before, after) = (cards(before), cards(after));
    let mut diff = RuleDiff::default();
    for (id, card) in &before {
        if !after.contains_key(id) {
            diff.removed.push(name(id, card));
        }
    }
    for (id, card) in &after {
        match before.get(id) {
            None => diff.added.push(name(id, card)),
            Some(old) if old.revision == card.revision => diff.unchanged += 1,
            Some(old) => changed(&mut diff, id, old, card),
        }
    }
    diff
}

fn name(id: &RuleId, card: &Card) -> RuleName {
    RuleName {
        id: id.clone(),
        title: card.title.clone(),
    }
}

fn changed(diff: &mut RuleDiff, id: &RuleId, before: &Card, after: &Card) {
    let detection = edits(&before.detection, &after.detection);
    let words = edits(&before.words, &after.words);
    if detection.is_empty() && words.is_empty() {
        diff.rewritten.push(name(id, after));
        return;
    }
    diff.changed.push(ChangedRule {
        id: id.clone(),
        title: after.title.clone(),
        detects_otherwise: !detection.is_empty(),
        edits: detection.into_iter().chain(words).collect(),
    });
}

fn edits(before: &[(String, String)], after: &[(String, String)]) -> Vec<Edit> {
    let (old, new) = (by_key(before), by_key(after));
    let mut edits = Vec::new();
    let mut seen = BTreeSet::new();
    for (what, _) in before.iter().chain(after) {
        let (was, is) = (old.get(what.as_str()), new.get(what.as_str()));
        if was != is && seen.insert(what) {
            edits.push(Edit {
                what: what.clone(),
                before: was.map(|text| (*text).to_owned()),
                after: is.map(|text| (*text).to_owned()),
            });
        }
    }
    edits
}

fn by_key(pairs: &[(String, String)]) -> BTreeMap<&str, &str> {
    let pairs = pairs.iter();
    pairs
        .map(|(key, text)| (key.as_str(), text.as_str()))
        .collect()
}
