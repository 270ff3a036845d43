//! SigmaHQ's regression cases: a rule, events, and how often it must fire on them.

use std::fs;
use std::path::Path;

use aurora_rules::{LoadedRule, Options, RuleSet, load};
use aurora_sigma::FlatJson;
use serde_json::{Map, Value};

struct Case {
    folder: String,
    rule: String,
    at_least: u64,
}

fn cases(root: &Path) -> Vec<Case> {
    let text = fs::read_to_string(root.join("sigma/regression/manifest.json")).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    let case = |case: &Value| Case {
        folder: case["dir"].as_str().unwrap().to_owned(),
        rule: case["rule_id"].as_str().unwrap().to_owned(),
        at_least: case["expect_at_least"].as_u64().unwrap(),
    };
    manifest["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(case)
        .collect()
}

fn rules(root: &Path) -> RuleSet {
    let placeholders = [("known_cdcs".to_owned(), vec!["dc1".to_owned()])].into();
    load(&root.join("sigma/rules"), Options { placeholders }).unwrap()
}

fn find<'s>(set: &'s RuleSet, case: &Case) -> &'s LoadedRule {
    set.get(&aurora_model::RuleId(case.rule.clone()))
        .expect("the case's rule is in the set")
}

/// One case is a line of text instead of an event log; text is searched whatever its key.
fn events(folder: &Path, rule: &str) -> Vec<Map<String, Value>> {
    let raw = folder.join(format!("{rule}.raw"));
    match fs::read_to_string(raw) {
        Ok(text) => vec![Map::from_iter([(
            "message".to_owned(),
            Value::String(text),
        )])],
        Err(_) => lines(&folder.join("events.flat.jsonl")),
    }
}

fn lines(file: &Path) -> Vec<Map<String, Value>> {
    let text = fs::read_to_string(file).unwrap();
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The rule itself, over events that carry Sigma's own field names.
#[test]
fn every_rule_fires_on_its_flat_events() {
    let Some(root) = crate::shared() else { return };
    let set = rules(&root);
    let mut missed = Vec::new();
    let cases = cases(&root);
    for case in &cases {
        let rule = find(&set, case);
        let events = events(
            &root.join("sigma/regression").join(&case.folder),
            &case.rule,
        );
        let fired = events
            .iter()
            .filter(|event| rule.rule.matches(&FlatJson::new(event)).is_some());
        let fired = fired.count() as u64;
        if fired < case.at_least {
            missed.push(format!(
                "{} fired {fired} of {}: {}",
                case.rule, case.at_least, rule.file
            ));
        }
    }
    assert_eq!((cases.len(), missed), (88, Vec::<String>::new()));
}
