//! What holds for all rules together.

use std::collections::{BTreeMap, BTreeSet};

use aurora_rules::{LoadedRule, lint};
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
    assert_eq!(set.rules().len(), aurora_shipped::rules().count());
}

#[test]
fn what_is_embedded_is_what_lies_in_the_folder() {
    let embedded: BTreeSet<String> = aurora_shipped::rules().map(|(path, _)| path).collect();
    let set = aurora_rules::load(&folder(), aurora_rules::Options::default()).unwrap();
    let lying: BTreeSet<String> = set.rules().iter().map(|r| r.file.to_string()).collect();
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
        |r: &LoadedRule| r.id.0.clone(),
        |r: &LoadedRule| r.rule.title.clone(),
    ] {
        let mut seen = BTreeMap::new();
        for rule in set.rules() {
            let first = seen.insert(part(rule), rule.file.clone());
            assert_eq!(
                first, None,
                "{} repeats another rule's id or title",
                rule.file
            );
        }
    }
}

#[test]
fn every_rule_says_what_an_analyst_needs() {
    for rule in shipped().rules() {
        let (file, header) = (&rule.file, &rule.rule);
        assert_eq!(rule.author(), "AuroraSOC", "{file}");
        assert!(
            header
                .description
                .as_ref()
                .is_some_and(|text| text.len() > 60),
            "{file}"
        );
        assert!(
            matches!(header.status, Some(Status::Test | Status::Stable)),
            "{file}"
        );
        assert!(
            header
                .level
                .is_some_and(|level| level > Level::Informational),
            "{file}"
        );
        assert!(
            !header.falsepositives.is_empty(),
            "{file}: no falsepositives"
        );
        assert_eq!(header.license.as_deref(), Some("Apache-2.0"), "{file}");
        assert!(
            rule.attack.iter().any(|id| id.starts_with("T1")),
            "{file}: no technique"
        );
        assert!(
            rule.attack.iter().any(|id| id.starts_with("TA")),
            "{file}: no tactic"
        );
        let tactic = file.split('/').nth(1).unwrap();
        assert!(TACTICS.contains(&tactic), "{file}: folder is no tactic");
        let tag = format!("attack.{tactic}");
        assert!(header.tags.contains(&tag), "{file}: tags lack {tag}");
    }
}
