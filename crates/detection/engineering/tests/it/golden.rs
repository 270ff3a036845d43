use std::sync::Arc;

use aurora_engineering::golden::{Outcome, Wanted, find, judge};
use aurora_model::RuleId;
use serde_json::Value;

use crate::rules::{FAILED, MANY, logon, set};

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Silent { .. } => "silent",
        Outcome::Fired { .. } => "fired",
        Outcome::OtherLogsource { .. } => "other logsource",
        Outcome::Unreadable { .. } => "unreadable",
    }
}

fn check(rule: &str, wanted: Wanted, events: &[Value], expected: &str) {
    let set = Arc::new(set(&[FAILED, MANY]));
    let found = set.rules().iter().map(|it| (&it.id, &it.rule.header.title));
    let correlations = set.correlations().iter();
    let correlations = correlations.map(|it| (&it.id, &it.correlation.header.title));
    let id: RuleId = found
        .chain(correlations)
        .find(|(_, title)| *title == rule)
        .unwrap()
        .0
        .clone();
    let (fired, outcome) = judge(&set, &id, wanted, events);
    let told = format!("{} {fired:?}", word(&outcome));
    assert_eq!(told, expected, "{outcome:?}");
}

#[test]
fn a_stateless_rule_is_judged_event_by_event() {
    let events = [logon(0, "eva", false), logon(1, "eva", true)];
    check("Failed logon", Wanted::Match, &events, "passed [2]");
    check("Failed logon", Wanted::NoMatch, &events, "fired [2]");
    check("Failed logon", Wanted::Match, &events[..1], "silent []");
    check("Failed logon", Wanted::NoMatch, &events[..1], "passed []");
    check("Failed logon", Wanted::Match, &[], "unreadable []");
    let other = [serde_json::json!({"class_uid": 1007, "time": 0})];
    check(
        "Failed logon",
        Wanted::NoMatch,
        &other,
        "other logsource []",
    );
}

#[test]
fn a_correlation_sees_all_events_in_order_of_time() {
    let burst = [
        logon(2, "eva", true),
        logon(0, "eva", true),
        logon(1, "eva", true),
    ];
    check("Many failed logons", Wanted::Match, &burst, "passed [1]");
    check("Many failed logons", Wanted::NoMatch, &burst, "fired [1]");
    let apart = [
        logon(0, "eva", true),
        logon(1, "adam", true),
        logon(30, "eva", true),
    ];
    check("Many failed logons", Wanted::Match, &apart, "silent []");
    check("Many failed logons", Wanted::NoMatch, &apart, "passed []");
    let quiet = [logon(0, "eva", false)];
    check(
        "Many failed logons",
        Wanted::NoMatch,
        &quiet,
        "other logsource []",
    );
}

#[test]
fn golden_files_are_found_beside_the_rule() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "a.yml",
        "a.match.json",
        "a.nomatch.txt",
        "a.match.office.jsonl",
        "b.match.json",
    ] {
        std::fs::write(folder.path().join(name), "").unwrap();
    }
    let found = find(&folder.path().join("a.yml")).unwrap().goldens;
    let names: Vec<_> = found
        .iter()
        .map(|one| one.path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(
        names,
        ["a.match.json", "a.match.office.jsonl", "a.nomatch.txt"]
    );
    assert_eq!(found[2].wanted, Wanted::NoMatch);
}
