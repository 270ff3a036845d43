//! Why a correlation fires, or does not.

use std::fmt::Write as _;

use aurora_engineering::explain_correlation;
use aurora_model::RuleId;
use aurora_rules::{Options, RuleSet};
use expect_test::{Expect, expect};
use serde_json::{Value, json};

const RULES: &str = r"
title: Logon failed
id: 00000000-0000-4000-8000-000000000001
name: failed
logsource: {category: process_creation}
detection:
  selection: {outcome: failure}
  condition: selection
---
title: Logon worked
id: 00000000-0000-4000-8000-000000000002
name: worked
logsource: {category: process_creation}
detection:
  selection: {outcome: success}
  condition: selection
---
";

/// An event with these fields at this second; fields stand under `unmapped`.
fn event(second: i64, fields: &Value) -> Value {
    json!({
        "class_uid": 1007, "activity_id": 1, "time": second * 1_000, "metadata": {"uid": "same for all"},
        "unmapped": fields,
    })
}

fn check(correlation: &str, events: &[Value], expect: Expect) {
    let id = "00000000-0000-4000-8000-00000000000a";
    let text = format!("{RULES}title: It\nid: {id}\ncorrelation:\n{correlation}");
    let set = RuleSet::from_texts([("r.yml", text.as_str())], Options::default());
    assert!(set.problems().is_empty(), "{:?}", set.problems());
    let told = explain_correlation(&set, &RuleId(id.to_owned()), events).unwrap();
    let mut out = format!("fired {}, {} {}\n", told.fired, told.kind, told.condition);
    for member in &told.members {
        let lacking: Vec<String> = member
            .lacking
            .iter()
            .map(|it| format!(" {} without {}", it.hits, it.field))
            .collect();
        writeln!(
            out,
            "{}: {} hits, {} lost{}",
            member.title,
            member.hits,
            member.lost,
            lacking.join("")
        )
        .unwrap();
    }
    for group in &told.groups {
        let seen: Vec<String> = group
            .seen
            .iter()
            .map(|it| format!("{}{}", it.event, it.values.join(",")))
            .collect();
        let fired: Vec<u64> = group.firings.iter().map(|it| it.event).collect();
        writeln!(
            out,
            "{:?} {} ({}, {}] holds {} by {:?} events {} fired {fired:?}",
            group.values,
            group.figure,
            group.after.as_millis() / 1_000,
            group.until.as_millis() / 1_000,
            group.holds,
            group.by_member,
            seen.join(" "),
        )
        .unwrap();
    }
    expect.assert_eq(&out);
}

#[test]
fn a_count_says_how_near_each_group_came() {
    let fail = |second, user: &str| event(second, &json!({"outcome": "failure", "User": user}));
    let events = [
        fail(1, "eva"),
        fail(2, "adam"),
        fail(200, "eva"),
        fail(210, "eva"),
        event(211, &json!({"outcome": "failure"})),
        fail(220, "adam"),
        event(221, &json!({"outcome": "success", "User": "adam"})),
    ];
    let rule = "  type: event_count\n  rules: [failed]\n  group-by: [User]\n  timespan: 1m\n  \
                condition: {gte: 3}\n";
    check(
        rule,
        &events,
        expect![[r#"
            fired false, event_count gte: 3
            Logon failed: 6 hits, 1 lost 1 without User
            ["eva"] 2 (150, 210] holds false by [2] events 2 3 fired []
            ["adam"] 1 (-58, 2] holds false by [1] events 1 fired []
        "#]],
    );
    let rule = rule.replace("gte: 3", "gte: 2");
    check(
        &rule,
        &events,
        expect![[r#"
            fired true, event_count gte: 2
            Logon failed: 6 hits, 1 lost 1 without User
            ["eva"] 2 (150, 210] holds true by [2] events 2 3 fired [3]
            ["adam"] 1 (-58, 2] holds false by [1] events 1 fired []
        "#]],
    );
}

#[test]
fn values_and_rules_are_told() {
    let at = |second, outcome: &str, address: &str| {
        event(
            second,
            &json!({"outcome": outcome, "User": "eva", "SourceAddress": address}),
        )
    };
    let events = [
        at(30, "failure", "10.0.0.2"),
        at(10, "failure", "10.0.0.1"),
        at(20, "failure", "10.0.0.1"),
        at(40, "success", "10.0.0.9"),
    ];
    check(
        "  type: value_count\n  rules: [failed]\n  group-by: [User]\n  timespan: 1m\n  \
         condition: {gte: 3, field: SourceAddress}\n",
        &events,
        expect![[r#"
            fired false, value_count gte: 3
            Logon failed: 3 hits, 0 lost
            ["eva"] 2 (-30, 30] holds false by [3] events 110.0.0.1 210.0.0.1 010.0.0.2 fired []
        "#]],
    );
    check(
        "  type: temporal_ordered\n  rules: [failed, worked]\n  group-by: [User]\n  timespan: 1m\n",
        &events,
        expect![[r#"
            fired true, temporal_ordered `Logon failed` and `Logon worked`
            Logon failed: 3 hits, 0 lost
            Logon worked: 1 hits, 0 lost
            ["eva"] 2 (-20, 40] holds true by [3, 1] events 1 2 0 3 fired [3]
        "#]],
    );
}

#[test]
fn firings_of_an_inner_correlation_are_hits() {
    let fail = |second, user: &str| event(second, &json!({"outcome": "failure", "User": user}));
    let inner = "  type: event_count\n  rules: [failed]\n  group-by: [User]\n  timespan: 1m\n  \
                 condition: {gte: 2}\nname: many\n---\ntitle: Outer\n\
                 id: 00000000-0000-4000-8000-00000000000b\ncorrelation:\n  type: temporal\n  \
                 rules: [many, worked]\n  group-by: [User]\n  timespan: 5m\n";
    let text = format!(
        "{RULES}title: It\nid: 00000000-0000-4000-8000-00000000000a\ncorrelation:\n{inner}"
    );
    let set = RuleSet::from_texts([("r.yml", text.as_str())], Options::default());
    assert!(set.problems().is_empty(), "{:?}", set.problems());
    let id = RuleId("00000000-0000-4000-8000-00000000000b".to_owned());
    let events = [fail(1, "eva"), fail(2, "eva"), fail(3, "adam")];
    let told = explain_correlation(&set, &id, &events).unwrap();
    assert!(!told.fired);
    let members: Vec<(bool, u64)> = told
        .members
        .iter()
        .map(|it| (it.correlation, it.hits))
        .collect();
    assert_eq!(members, [(true, 1), (false, 0)]);
    assert_eq!(told.groups[0].values, ["eva"]);
    assert_eq!(told.groups[0].by_member, [1, 0]);
    assert!(explain_correlation(&set, &RuleId("no such".to_owned()), &events).is_none());
}
