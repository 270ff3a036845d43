//! SigmaHQ's regression cases: a rule, events, and how often it must fire on them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use aurora_parsers::Registry;
use aurora_rules::{LoadedRule, Options, RuleSet, load};
use aurora_sigma::FlatJson;
use expect_test::{Expect, expect};
use serde_json::{Map, Value};

use crate::pipeline;

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

/// The whole way: event log → record → OCSF → rule, the rule found by the event's logsource.
#[test]
fn every_rule_fires_through_the_parsers() {
    let Some(root) = crate::shared() else { return };
    let (set, registry) = (rules(&root), Registry::new().unwrap());
    let mut missed = Vec::new();
    for case in cases(&root) {
        let folder = root.join("sigma/regression").join(&case.folder);
        let events = match fs::read(folder.join(format!("{}.evtx", case.rule))) {
            Ok(log) => pipeline::events(&registry, "windows", &log),
            Err(_) => {
                let text = fs::read(folder.join(format!("{}.raw", case.rule))).unwrap();
                pipeline::events(&registry, "syslog", &text)
            }
        };
        for event in &events {
            let ids = |found: Vec<aurora_rules::RuleMatch<'_>>| {
                let ids = found.iter().map(|found| found.rule.id.0.clone());
                ids.collect::<Vec<String>>()
            };
            assert_eq!(ids(set.evaluate(event)), ids(set.evaluate_plain(event)));
            crate::agrees(&set, event);
        }
        let matches = events.iter().flat_map(|event| set.evaluate(event));
        let fired = matches.filter(|found| found.rule.id.0 == case.rule).count() as u64;
        if fired < case.at_least {
            let file = &find(&set, &case).file;
            missed.push(format!(
                "{} fired {fired} of {}: {file}",
                case.rule, case.at_least
            ));
        }
    }
    assert_eq!(missed, Vec::<String>::new());
}

/// Alerts by rule on a capture that other engines have judged.
fn judged(root: &Path, name: &str) -> BTreeMap<String, u64> {
    let file = root
        .join("sigma/captures")
        .join(format!("{name}.expected-alerts.json"));
    let expected: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let alert = |alert: &Value| {
        (
            alert["rule_id"].as_str().unwrap().to_owned(),
            alert["count"].as_u64().unwrap(),
        )
    };
    expected["alerts"]
        .as_array()
        .unwrap()
        .iter()
        .map(alert)
        .collect()
}

fn fired(set: &RuleSet, product: &str, events: &[Value]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    events.iter().for_each(|event| crate::agrees(set, event));
    for found in events.iter().flat_map(|event| set.evaluate(event)) {
        if found.rule.rule.logsource.product.as_deref() == Some(product) {
            *counts.entry(found.rule.id.0.clone()).or_default() += 1;
        }
    }
    counts
}

/// Where our counts differ: rule, theirs, ours. An empty text means no difference.
fn differences(ours: &BTreeMap<String, u64>, theirs: &BTreeMap<String, u64>) -> String {
    let mut lines = String::new();
    let rules: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    for rule in rules {
        let count = |of: &BTreeMap<String, u64>| of.get(rule).copied().unwrap_or(0);
        if count(ours) != count(theirs) {
            let line = format!("{rule} {} here, {} there\n", count(ours), count(theirs));
            lines.push_str(&line);
        }
    }
    lines
}

fn capture(root: &Path, registry: &Registry, source: &str, file: &str) -> Vec<Value> {
    let bytes = fs::read(root.join("sigma/captures").join(file)).unwrap();
    pipeline::events(registry, source, &bytes)
}

#[test]
fn cloudtrail_alerts_are_those_of_other_engines() {
    let Some(root) = crate::shared() else { return };
    let (set, registry) = (rules(&root), Registry::new().unwrap());
    let name = "aws_stratus_cloudtrail";
    let events = capture(&root, &registry, "cloudtrail", &format!("{name}.jsonl.gz"));
    let differences = differences(&fired(&set, "aws", &events), &judged(&root, name));
    assert_eq!(differences, "");
}

/// Counts that differ from the other engines', which read process creation from Sysmon only: without
/// the events of Security 4688 none may, and with them only rules on process creation.
fn compare(name: &str) -> Option<String> {
    let root = crate::shared()?;
    let (set, registry) = (rules(&root), Registry::new().unwrap());
    let events = capture(&root, &registry, "windows", &format!("{name}.raw.jsonl.gz"));
    let is_4688 = |event: &Value| event["metadata"]["event_code"] == "4688";
    let (added, events): (Vec<Value>, Vec<Value>) = events.into_iter().partition(is_4688);
    let mut counts = fired(&set, "windows", &events);
    let judged = judged(&root, name);
    assert_eq!(differences(&counts, &judged), "", "without 4688");
    for (rule, count) in fired(&set, "windows", &added) {
        *counts.entry(rule).or_default() += count;
    }
    Some(differences(&counts, &judged))
}

fn check(name: &str, expect: Expect) {
    if let Some(differences) = compare(name) {
        expect.assert_eq(&differences);
    }
}

#[test]
fn windows_alerts_are_those_of_other_engines() {
    check(
        "empire_smbexec_svcctl",
        expect![[r#"
            502b42de-4306-40b4-9596-6f590c81f073 2 here, 1 there
            5a6b7c8d-9e0f-1a2b-3c4d-5e6f7a8b9c0d 4 here, 2 there
            79f4ede3-402e-41c8-bc3e-ebbf5f162581 6 here, 3 there
            bafd07c6-3ea5-454a-b4be-058fbb073de7 1 here, 0 there
            c86133ad-4725-4bd0-8170-210788e0a7ba 2 here, 1 there
            d0d28567-4b9a-45e2-8bbc-fb1b66a1f7f6 2 here, 1 there
            f4bbd493-b796-416e-bbf2-121235348529 2 here, 1 there
            fb843269-508c-4b76-8b8d-88679db22ce7 2 here, 1 there
        "#]],
    );
}

#[test]
#[ignore = "94,000 records through the parsers take a minute: `just sigma-captures`"]
fn long_windows_captures_too() {
    check(
        "empire_dcom_shellwindows",
        expect![[r#"
            502b42de-4306-40b4-9596-6f590c81f073 2 here, 1 there
            5a6b7c8d-9e0f-1a2b-3c4d-5e6f7a8b9c0d 4 here, 2 there
            79f4ede3-402e-41c8-bc3e-ebbf5f162581 6 here, 3 there
            bafd07c6-3ea5-454a-b4be-058fbb073de7 6 here, 5 there
            c86133ad-4725-4bd0-8170-210788e0a7ba 2 here, 1 there
            d0d28567-4b9a-45e2-8bbc-fb1b66a1f7f6 2 here, 1 there
            f4bbd493-b796-416e-bbf2-121235348529 2 here, 1 there
            fb843269-508c-4b76-8b8d-88679db22ce7 2 here, 1 there
        "#]],
    );
    check(
        "lsass_mimikatz_logonpasswords",
        expect![[r#"
            0ef56343-059e-4cb6-adc1-4c3c967c5e46 3 here, 2 there
            15619216-e993-4721-b590-4c520615a67d 2 here, 1 there
            3037d961-21e9-4732-b27a-637bcc7bf539 78 here, 77 there
            502b42de-4306-40b4-9596-6f590c81f073 6 here, 3 there
            63332011-f057-496c-ad8d-d2b6afb27f96 4 here, 3 there
            bafd07c6-3ea5-454a-b4be-058fbb073de7 2 here, 0 there
            bd8b828d-0dca-48e1-8a63-8a58ecf2644f 2 here, 1 there
        "#]],
    );
}
