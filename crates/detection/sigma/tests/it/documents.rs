//! Whole documents: their attributes, collections, and what is missing.

use std::collections::BTreeMap;

use aurora_sigma::{Document, FlatJson, Level, Options, Status, parse};
use expect_test::{Expect, expect};

use crate::load;

const WHOLE: &str = "\
title: Whole
id: 929a690e-bef0-4204-a928-ef5e620d6fcc
name: whole
related:
    - id: 08fbc97d-0a2f-491c-ae21-8ffcfd3174e9
      type: derived
status: test
level: high
description: |
    Two
    lines
license: MIT
author: A, B
references:
    - https://example.org/1
date: 2024-01-02
modified: 2024-02-03
tags:
    - attack.execution
    - attack.t1059.001
logsource:
    category: process_creation
    product: windows
    definition: auditing must be on
detection:
    selection:
        Image|endswith: '\\x.exe'
    condition: selection
fields: [Image]
falsepositives:
    - Unlikely
scope: [server]
custom: anything
";

#[test]
fn every_attribute_is_kept() {
    let rule = load(WHOLE).unwrap();
    assert_eq!(rule.header.title, "Whole");
    assert_eq!(
        rule.header.id.as_deref(),
        Some("929a690e-bef0-4204-a928-ef5e620d6fcc")
    );
    assert_eq!(rule.header.name.as_deref(), Some("whole"));
    assert_eq!(rule.header.related[0].kind, "derived");
    assert_eq!(
        (rule.header.status, rule.header.level),
        (Some(Status::Test), Some(Level::High))
    );
    assert_eq!(rule.header.description.as_deref(), Some("Two\nlines\n"));
    assert_eq!(
        (
            rule.header.license.as_deref(),
            rule.header.author.as_deref()
        ),
        (Some("MIT"), Some("A, B"))
    );
    assert_eq!(rule.header.date.as_deref(), Some("2024-01-02"));
    assert_eq!(rule.header.modified.as_deref(), Some("2024-02-03"));
    assert_eq!(rule.header.tags, ["attack.execution", "attack.t1059.001"]);
    assert_eq!(
        rule.logsource.to_string(),
        "category=process_creation product=windows"
    );
    assert_eq!(
        rule.logsource.definition.as_deref(),
        Some("auditing must be on")
    );
    assert_eq!(
        (
            rule.header.fields.len(),
            rule.header.falsepositives.len(),
            rule.header.scope.len()
        ),
        (1, 1, 1)
    );
    assert_eq!(rule.detection.selections[0].at.line, 26);
}

#[test]
fn collections_keep_the_good_beside_the_bad() {
    let text = format!("{WHOLE}---\ntitle: Broken\n---\n{WHOLE}---\n");
    let kinds: Vec<String> = parse("c.yml", &text, &Options::default())
        .into_iter()
        .map(|document| match document {
            Ok(Document::Rule(rule)) => format!("rule at line {}", rule.header.at.line),
            Ok(other) => format!("{other:?}"),
            Err(error) => error.to_string(),
        })
        .collect();
    expect![[r#"
        rule at line 1
        c.yml:35:1: `logsource` is missing from the rule
        rule at line 37"#]]
    .assert_eq(&kinds.join("\n"));
}

#[test]
fn placeholders_become_values() {
    let text = WHOLE.replace(
        r"Image|endswith: '\x.exe'",
        r"Host|expand: '%kind%-\%1-%servers%'",
    );
    let table = BTreeMap::from([
        (
            "kind".to_owned(),
            vec!["prod".to_owned(), "test".to_owned()],
        ),
        ("servers".to_owned(), vec!["srv*".to_owned()]),
    ]);
    let options = Options {
        placeholders: Some(&table),
    };
    let Ok(Document::Rule(rule)) = parse("p.yml", &text, &options).remove(0) else {
        panic!()
    };
    for (host, expected) in [
        ("TEST-%1-SRV7", true),
        ("prod-%1-srv", true),
        ("dev-%1-srv", false),
    ] {
        let event = serde_json::json!({ "Host": host });
        assert_eq!(
            rule.matches(&FlatJson::new(event.as_object().unwrap()))
                .is_some(),
            expected
        );
    }
}

#[test]
fn what_is_missing_or_wrong_is_named_with_its_place() {
    let check = |from: &str, to: &str, expect: Expect| {
        assert!(WHOLE.contains(from));
        expect.assert_eq(&load(&WHOLE.replace(from, to)).unwrap_err().to_string());
    };
    check(
        "title: Whole",
        "titel: Whole",
        expect!["rule.yml:1:1: `title` is missing from the rule; did you mean `titel`?"],
    );
    check(
        "title: Whole",
        "title: [a]\nx: 1",
        expect!["rule.yml:1:8: `title` is a list: want text"],
    );
    check(
        "title: Whole",
        "title:",
        expect!["rule.yml:1:6: `title` is null: want text"],
    );
    check(
        "detection:",
        "detections:",
        expect!["rule.yml:1:1: `detection` is missing from the rule; did you mean `detections`?"],
    );
    check(
        "condition: selection",
        "conditions: selection",
        expect![
            "rule.yml:25:1: `condition` is missing from the detection section; did you mean `conditions`?"
        ],
    );
    check(
        "logsource:",
        "log_source:",
        expect!["rule.yml:1:1: `logsource` is missing from the rule; did you mean `log_source`?"],
    );
    check(
        "logsource:",
        "logsource: windows\nother:",
        expect![
            "rule.yml:21:12: `logsource` is `windows`: want a map with category, product or service"
        ],
    );
    check(
        "    category: process_creation\n    product: windows\n",
        "",
        expect![
            "rule.yml:21:1: `category, product or service` is missing from the logsource section"
        ],
    );
    check(
        "level: high",
        "level: hihg",
        expect![
            "rule.yml:8:8: `level` is `hihg`: want informational, low, medium, high, critical; did you mean `high`?"
        ],
    );
    check(
        "status: test",
        "status: tested",
        expect![
            "rule.yml:7:9: `status` is `tested`: want stable, test, experimental, deprecated, unsupported; did you mean `test`?"
        ],
    );
    check(
        "    - id: 08fbc97d-0a2f-491c-ae21-8ffcfd3174e9\n      type: derived",
        "    - x",
        expect!["rule.yml:5:7: `related` is `x`: want a map with `id` and `type`"],
    );
    check(
        "    selection:\n",
        "    selection: {}\n    other:\n",
        expect![
            "rule.yml:26:16: `selection` is empty: want a map of fields, a list of maps or a list of keywords"
        ],
    );
    check(
        "    selection:\n",
        "    timeframe: 5m\n    selection:\n",
        expect!["rule.yml:26:16: `timeframe` is `5m`: want a correlation rule instead"],
    );
    check(
        "        Image|endswith: '\\x.exe'",
        "        Image|endswith: '\\x.exe",
        expect!["rule.yml:27:25: not readable as YAML: invalid indentation in quoted scalar"],
    );
}
