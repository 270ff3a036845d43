//! `name.match.*` makes the rule beside it fire, `name.nomatch.*` is a near miss. For a correlation
//! the records are a story in order of time, judged by the windows that a site runs.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use aurora_clock::Timestamp;
use aurora_engineering::Correlator;
use aurora_ids::Id128;
use aurora_model::RuleId;
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
        .filter(|rule| has_goldens(rule))
        .flat_map(|rule| [fires(&set, rule), stays_silent(&set, rule)])
        .filter_map(Result::err)
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What is only there for a correlation is tested with it.
fn has_goldens(rule: &LoadedRule) -> bool {
    rule.alerts()
}

#[test]
fn every_correlation_behaves_on_its_goldens() {
    let set = Arc::new(shipped());
    let mut failures = Vec::new();
    let correlations = set.correlations().iter().filter(|it| it.alerts());
    for it in correlations {
        for (kind, wanted) in [("match", true), ("nomatch", false)] {
            let told = golden(&it.file, kind).map(|events| firings(&set, &it.id, &events));
            match told {
                Ok((_, fired)) if fired != wanted => {
                    failures.push(format!("{}: {kind}: fired is {fired}", it.file));
                }
                Ok((0, _)) => failures.push(format!("{}: {kind}: no base rule fires", it.file)),
                Ok(_) => {}
                Err(reason) => failures.push(reason),
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// How many matches of rules the windows were given, and whether the correlation fired.
fn firings(set: &Arc<RuleSet>, id: &RuleId, events: &[Value]) -> (usize, bool) {
    let mut windows = Correlator::of(Arc::clone(set)).expect("correlations are shipped");
    let it = set.correlations().iter().find(|it| it.id == *id).unwrap();
    let fed = it.rules(set);
    let mut matches = 0;
    let mut story: Vec<&Value> = events.iter().collect();
    story.sort_by_key(|event| event["time"].as_i64());
    for (tag, event) in (0u64..).zip(story) {
        let uid: Id128 = event["metadata"]["uid"].as_str().unwrap().parse().unwrap();
        let time = Timestamp::from_millis(event["time"].as_i64().unwrap());
        let fired: Vec<&LoadedRule> = set.evaluate(event).iter().map(|hit| hit.rule).collect();
        let feeds = |rule: &&&LoadedRule| fed.iter().any(|at| set.rules()[*at].id == rule.id);
        matches += fired.iter().filter(feeds).count();
        windows.see(event, uid.into(), time, fired, tag);
    }
    windows.end(0);
    let fired = windows.settled().iter().any(|firing| firing.rule == *id);
    (matches, fired)
}

#[test]
fn every_golden_has_its_rule() {
    let set = shipped();
    let rules = set.rules().iter().map(|rule| stem(&rule.file));
    let correlations = set.correlations().iter().map(|it| stem(&it.file));
    let known: Vec<&str> = rules.chain(correlations).collect();
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
    let events = golden(&rule.file, "match")?;
    let hit = events.iter().any(|event| matches(set, rule, event));
    hit.then_some(())
        .ok_or_else(|| format!("{} does not fire on {}", rule.file, show(&events)))
}

/// A near miss is of the rule's logsource; otherwise it would prove nothing.
fn stays_silent(set: &RuleSet, rule: &LoadedRule) -> Result<(), String> {
    let events = golden(&rule.file, "nomatch")?;
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

fn golden(file: &str, kind: &str) -> Result<Vec<Value>, String> {
    let path = |end: &str| -> PathBuf { folder().join(format!("{}.{kind}.{end}", stem(file))) };
    let text = fs::read_to_string(path("json"))
        .or_else(|_| fs::read_to_string(path("txt")))
        .map_err(|_| format!("{file} has no golden {kind}.json or {kind}.txt"))?;
    events(&text).map_err(|reason| format!("{file}: {kind}: {reason}"))
}

fn stem(file: &str) -> &str {
    file.strip_suffix(".yml").unwrap()
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
