//! What holds for all rules together.

use std::collections::{BTreeMap, BTreeSet};

use aurora_model::RuleId;
use aurora_rules::{RuleSet, lint};
use aurora_sigma::{Level, Status};

use crate::pipeline::{folder, shipped};

const TACTICS: [&str; 12] = [
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
];

#[test]
fn at_least_sixty_rules_load_without_a_problem() {
    let set = shipped();
    assert_eq!(set.problems(), []);
    assert!(set.rules().len() >= 60, "{}", set.rules().len());
    assert!(
        set.correlations().len() >= 8,
        "{}",
        set.correlations().len()
    );
    let files: BTreeSet<&str> = shown(&set).iter().map(|it| it.file).collect();
    assert_eq!(files.len(), aurora_shipped::rules().count());
}

/// What an analyst sees of a rule or correlation.
struct Shown<'s> {
    file: &'s str,
    id: &'s RuleId,
    title: &'s str,
    author: &'s str,
    description: Option<&'s str>,
    status: Option<Status>,
    level: Option<Level>,
    license: Option<&'s str>,
    falsepositives: usize,
    attack: &'s [String],
    tags: &'s [String],
}

/// Everything that alerts; what is only there for a correlation is described with it.
fn shown(set: &RuleSet) -> Vec<Shown<'_>> {
    let rules = set.rules().iter().filter(|rule| rule.alerts());
    let rules = rules.map(|it| Shown {
        file: &it.file,
        id: &it.id,
        title: &it.rule.header.title,
        author: it.author(),
        description: it.rule.header.description.as_deref(),
        status: it.rule.header.status,
        level: it.rule.header.level,
        license: it.rule.header.license.as_deref(),
        falsepositives: it.rule.header.falsepositives.len(),
        attack: &it.attack,
        tags: &it.rule.header.tags,
    });
    let correlations = set.correlations().iter().filter(|it| it.alerts());
    let correlations = correlations.map(|it| Shown {
        file: &it.file,
        id: &it.id,
        title: &it.correlation.header.title,
        author: it.author(),
        description: it.correlation.header.description.as_deref(),
        status: it.correlation.header.status,
        level: it.correlation.header.level,
        license: it.correlation.header.license.as_deref(),
        falsepositives: it.correlation.header.falsepositives.len(),
        attack: &it.attack,
        tags: &it.correlation.header.tags,
    });
    rules.chain(correlations).collect()
}

#[test]
fn what_is_embedded_is_what_lies_in_the_folder() {
    let embedded: BTreeSet<String> = aurora_shipped::rules().map(|(path, _)| path).collect();
    let set = aurora_rules::load(&folder(), aurora_rules::Options::default()).unwrap();
    let rules = set.rules().iter().map(|it| it.file.to_string());
    let correlations = set.correlations().iter().map(|it| it.file.to_string());
    let lying: BTreeSet<String> = rules.chain(correlations).collect();
    assert_eq!(embedded, lying);
}

#[test]
fn no_rule_has_a_lint_warning() {
    let warnings = lint::lint(&shipped());
    let lines: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[test]
fn ids_and_titles_are_unique() {
    let set = shipped();
    for part in [
        |it: &Shown<'_>| it.id.0.clone(),
        |it: &Shown<'_>| it.title.to_owned(),
    ] {
        let mut seen = BTreeMap::new();
        for it in shown(&set) {
            let first = seen.insert(part(&it), it.file);
            assert_eq!(first, None, "{} repeats another's id or title", it.file);
        }
    }
}

#[test]
fn every_rule_says_what_an_analyst_needs() {
    for it in shown(&shipped()) {
        let file = it.file;
        assert_eq!(it.author, "AuroraSOC", "{file}");
        assert!(it.description.is_some_and(|text| text.len() > 60), "{file}");
        let settled = matches!(it.status, Some(Status::Test | Status::Stable));
        assert!(settled, "{file}");
        let loud = it.level.is_some_and(|level| level > Level::Informational);
        assert!(loud, "{file}");
        assert!(it.falsepositives > 0, "{file}: no falsepositives");
        assert_eq!(it.license, Some("Apache-2.0"), "{file}");
        let names = |start: &str| it.attack.iter().any(|id| id.starts_with(start));
        assert!(names("T1"), "{file}: no technique");
        assert!(names("TA"), "{file}: no tactic");
        let tactic = file.split('/').nth(1).unwrap();
        assert!(TACTICS.contains(&tactic), "{file}: folder is no tactic");
        let tag = format!("attack.{tactic}");
        assert!(it.tags.contains(&tag), "{file}: tags lack {tag}");
    }
}
