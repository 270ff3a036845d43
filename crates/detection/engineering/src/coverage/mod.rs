//! Which tactics and techniques of ATT&CK rules are tagged with.

mod navigator;
mod svg;

use std::collections::{BTreeMap, BTreeSet};

use aurora_model::engineering::{Coverage, RuleName, TacticCoverage, TechniqueCoverage};
use aurora_model::{RuleId, Severity};

use crate::attack::{Attack, Tactic};

pub use navigator::navigator;
pub use svg::svg;

/// A rule as far as coverage is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covering {
    pub id: RuleId,
    pub title: String,
    pub severity: Severity,
    /// ATT&CK ids of its tags: `T1059.001`, `TA0002`.
    pub attack: Vec<String>,
}

/// Counts rules by what they are tagged with.
///
/// A technique stands under those of its tactics that the rule names too; under all of its tactics
/// when the rule names none; under the rule's own when the two have none in common, as happens with
/// tags of a later ATT&CK than the table's.
pub fn coverage(attack: &Attack, rules: &[Covering]) -> Coverage {
    let mut cells: BTreeMap<(String, String), Vec<&Covering>> = BTreeMap::new();
    let mut under: BTreeMap<String, BTreeSet<&RuleId>> = BTreeMap::new();
    let mut distinct: BTreeSet<&str> = BTreeSet::new();
    let mut untagged = 0;
    for rule in rules {
        let named: Vec<&str> = starting(rule, "TA").collect();
        let techniques: Vec<&str> = techniques(rule).collect();
        untagged += u64::from(techniques.is_empty());
        for tactic in &named {
            under
                .entry((*tactic).to_owned())
                .or_default()
                .insert(&rule.id);
        }
        for technique in techniques {
            distinct.insert(technique);
            for tactic in places(attack, technique, &named) {
                under.entry(tactic.clone()).or_default().insert(&rule.id);
                let cell = cells.entry((tactic, technique.to_owned())).or_default();
                cell.push(rule);
            }
        }
    }
    let tactic = |tactic: &Tactic| TacticCoverage {
        id: tactic.id.to_owned(),
        name: tactic.name.to_owned(),
        rules: under.get(tactic.id).map_or(0, |rules| rules.len() as u64),
        known: attack.techniques_of(tactic.id) as u64,
        techniques: cells
            .iter()
            .filter(|((own, _), _)| own == tactic.id)
            .map(|((_, id), rules)| technique(attack, id, rules))
            .collect(),
    };
    Coverage {
        rules: rules.len() as u64,
        untagged,
        techniques: distinct.len() as u64,
        tactics: attack.tactics.iter().map(tactic).collect(),
    }
}

fn starting<'r>(rule: &'r Covering, prefix: &'static str) -> impl Iterator<Item = &'r str> {
    let ids = rule.attack.iter().map(String::as_str);
    ids.filter(move |id| id.starts_with(prefix))
}

fn techniques(rule: &Covering) -> impl Iterator<Item = &str> {
    let mut seen = BTreeSet::new();
    starting(rule, "T").filter(move |id| !id.starts_with("TA") && seen.insert(*id))
}

fn places(attack: &Attack, technique: &str, named: &[&str]) -> Vec<String> {
    let parent = technique.split('.').next().unwrap_or(technique);
    let known = attack
        .technique(technique)
        .or_else(|| attack.technique(parent));
    let known = known.map(|t| t.tactics.as_slice()).unwrap_or_default();
    let common: Vec<&str> = known
        .iter()
        .copied()
        .filter(|t| named.contains(t))
        .collect();
    let chosen = match (common.is_empty(), named.is_empty()) {
        (false, _) => common.as_slice(),
        (true, false) => named,
        (true, true) => known,
    };
    chosen.iter().map(|id| (*id).to_owned()).collect()
}

fn technique(attack: &Attack, id: &str, rules: &[&Covering]) -> TechniqueCoverage {
    let mut rules = rules.to_vec();
    rules.sort_by(|a, b| {
        let rank = |rule: &Covering| std::cmp::Reverse(rule.severity.id());
        (rank(a), &a.title).cmp(&(rank(b), &b.title))
    });
    let mut levels = BTreeMap::new();
    for rule in &rules {
        *levels.entry(rule.severity.word().to_owned()).or_default() += 1;
    }
    let name = |rule: &&Covering| RuleName {
        id: rule.id.clone(),
        title: rule.title.clone(),
    };
    TechniqueCoverage {
        id: id.to_owned(),
        name: attack
            .technique(id)
            .map_or_else(String::new, |t| t.name.to_owned()),
        rules: rules.iter().map(name).collect(),
        levels,
    }
}
