//! `name.match.*` makes the rule beside it fire, `name.nomatch.*` is a near miss.

use std::fs;
use std::path::PathBuf;

use aurora_rules::{LoadedRule, RuleSet};
use serde_json::Value;

use crate::pipeline::{events, folder, shipped};

/// Collects every failure: an author sees all rules that a change broke.
#[test]
fn every_rule_behaves_on_its_goldens() {
    let set = shipped();
    let failures: Vec<String> = set
        .rules()
        .iter()
        .flat_map(|rule| [fires(&set, rule), stays_silent(&set, rule)])
        .filter_map(Result::err)
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_golden_has_its_rule() {
    let set = shipped();
    let known: Vec<&str> = set.rules().iter().map(stem).collect();
    let mut folders = vec![folder()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path
                .strip_prefix(folder())
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            let rule = name.split('.').next().unwrap();
            assert!(known.contains(&rule), "{name} belongs to no rule");
        }
    }
}

fn fires(set: &RuleSet, rule: &LoadedRule) -> Result<(), String> {
    let events = golden(rule, "match")?;
    let hit = events.iter().any(|event| matches(set, rule, event));
    hit.then_some(())
        .ok_or_else(|| format!("{} does not fire on {}", rule.file, show(&events)))
}

/// A near miss is of the rule's logsource; otherwise it would prove nothing.
fn stays_silent(set: &RuleSet, rule: &LoadedRule) -> Result<(), String> {
    let events = golden(rule, "nomatch")?;
    if events.iter().any(|event| matches(set, rule, event)) {
        return Err(format!(
            "{} fires on its near miss {}",
            rule.file,
            show(&events)
        ));
    }
    let meant = |event: &Value| {
        set.applicable(event)
            .iter()
            .any(|other| other.id == rule.id)
    };
    if events.iter().any(meant) {
        Ok(())
    } else {
        Err(format!(
            "{}: the near miss is of another logsource: {}",
            rule.file,
            show(&events)
        ))
    }
}

fn matches(set: &RuleSet, rule: &LoadedRule, event: &Value) -> bool {
    set.evaluate(event).iter().any(|hit| hit.rule.id == rule.id)
}

fn golden(rule: &LoadedRule, kind: &str) -> Result<Vec<Value>, String> {
    let path = |end: &str| -> PathBuf { folder().join(format!("{}.{kind}.{end}", stem(rule))) };
    let text = fs::read_to_string(path("json"))
        .or_else(|_| fs::read_to_string(path("txt")))
        .map_err(|_| format!("{} has no golden {kind}.json or {kind}.txt", rule.file))?;
    events(&text).map_err(|reason| format!("{}: {kind}: {reason}", rule.file))
}

fn stem(rule: &LoadedRule) -> &str {
    rule.file.strip_suffix(".yml").unwrap()
}

fn show(events: &[Value]) -> String {
    let mut text = String::new();
    for event in events {
        let mut event = event.clone();
        event.as_object_mut().unwrap().remove("raw_data");
        text.push_str(&format!("{event:#}\n"));
    }
    text
}
