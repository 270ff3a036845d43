//! Correlation documents: what is read, and what is refused with which words.

use aurora_sigma::{Correlation, CorrelationCondition, CorrelationKind, Document, Options, parse};
use expect_test::{Expect, expect};

const WHOLE: &str = "\
title: Many failures, then success
id: 0e95725d-7320-415d-80f7-004da920fc11
name: guessed
status: test
level: high
author: A
tags:
    - attack.credential-access
correlation:
    type: event_count
    rules: [failed, 5638f7c0-ac70-491d-8465-2a65075e0d86]
    group-by: [User, address]
    timespan: 90m
    aliases:
        address:
            failed: IpAddress
            5638f7c0-ac70-491d-8465-2a65075e0d86: src_ip
    condition:
        gte: 10
    generate: true
";

fn load(text: &str) -> Result<Correlation, String> {
    let mut documents = parse("c.yml", text, &Options::default());
    assert_eq!(documents.len(), 1, "{text}");
    match documents.remove(0) {
        Ok(Document::Correlation(it)) => Ok(*it),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.to_string()),
    }
}

/// The document with its `correlation` section replaced.
fn with(section: &str) -> String {
    let mut text = "title: T\ncorrelation:\n".to_owned();
    for line in section.lines() {
        text.push_str(&format!("    {line}\n"));
    }
    text
}

#[test]
fn every_attribute_is_kept() {
    let it = load(WHOLE).unwrap();
    assert_eq!(
        (it.header.title.as_str(), it.header.at.line),
        ("Many failures, then success", 1)
    );
    assert_eq!(it.header.name.as_deref(), Some("guessed"));
    assert_eq!(it.header.tags, ["attack.credential-access"]);
    assert_eq!(it.kind, CorrelationKind::EventCount);
    let rules: Vec<(&str, u32)> = it
        .rules
        .iter()
        .map(|r| (r.text.as_str(), r.at.line))
        .collect();
    assert_eq!(
        rules,
        [("failed", 11), ("5638f7c0-ac70-491d-8465-2a65075e0d86", 11)]
    );
    assert_eq!(it.group_by, ["User", "address"]);
    assert_eq!(it.timespan.as_secs(), 5400);
    let address = &it.aliases[0];
    assert_eq!(
        (address.name.as_str(), address.fields.len()),
        ("address", 2)
    );
    assert_eq!(address.fields[0].1, "IpAddress");
    assert!(it.generate);
    let CorrelationCondition::Threshold(threshold) = it.condition else {
        panic!()
    };
    assert_eq!((threshold.fields.len(), threshold.bounds.len()), (0, 1));
    assert_eq!(threshold.bounds[0].to_string(), "gte: 10");
}

#[test]
fn conditions_of_every_kind_are_read() {
    let check = |kind: &str, condition: &str, expect: Expect| {
        let text = with(&format!(
            "type: {kind}\nrules: [a, b, c-1]\ngroup-by: [x]\ntimespan: 1h{condition}"
        ));
        expect.assert_eq(&format!("{:?}", load(&text).unwrap().condition));
    };
    check(
        "temporal",
        "",
        expect!["Rules(And([Selection(0), Selection(1), Selection(2)]))"],
    );
    check(
        "temporal_ordered",
        "",
        expect!["Rules(And([Selection(0), Selection(1), Selection(2)]))"],
    );
    check(
        "temporal",
        "\ncondition: a and not (b or c-1)",
        expect!["Rules(And([Selection(0), Not(Or([Selection(1), Selection(2)]))]))"],
    );
    check(
        "temporal",
        "\ncondition: c-1 and 1 of them",
        expect!["Rules(And([Selection(2), Or([Selection(0), Selection(1), Selection(2)])]))"],
    );
    check(
        "temporal_ordered",
        "\ncondition: {gte: 2}",
        expect![
            "Threshold(Threshold { fields: [], percentile: None, bounds: [Bound { comparison: Gte, value: Int(2) }] })"
        ],
    );
    check(
        "event_count",
        "\ncondition: {gt: 100, lte: 200}",
        expect![
            "Threshold(Threshold { fields: [], percentile: None, bounds: [Bound { comparison: Gt, value: Int(100) }, Bound { comparison: Lte, value: Int(200) }] })"
        ],
    );
    check(
        "value_count",
        "\ncondition: {field: [u, d], neq: 3}",
        expect![[
            r#"Threshold(Threshold { fields: ["u", "d"], percentile: None, bounds: [Bound { comparison: Neq, value: Int(3) }] })"#
        ]],
    );
    check(
        "value_sum",
        "\ncondition: {field: b, gt: '1.5'}",
        expect![[
            r#"Threshold(Threshold { fields: ["b"], percentile: None, bounds: [Bound { comparison: Gt, value: Float(1.5) }] })"#
        ]],
    );
    check(
        "value_percentile",
        "\ncondition: {field: b, percentile: 95, gte: 10}",
        expect![[
            r#"Threshold(Threshold { fields: ["b"], percentile: Some(95.0), bounds: [Bound { comparison: Gte, value: Int(10) }] })"#
        ]],
    );
    check(
        "value_median",
        "\ncondition: {field: b, lt: -1}",
        expect![[
            r#"Threshold(Threshold { fields: ["b"], percentile: None, bounds: [Bound { comparison: Lt, value: Int(-1) }] })"#
        ]],
    );
}

#[test]
fn units_of_time_are_told_apart() {
    let check = |timespan: &str, seconds: u64| {
        let text = WHOLE.replace("90m", timespan);
        assert_eq!(
            load(&text).unwrap().timespan.as_secs(),
            seconds,
            "{timespan}"
        );
    };
    check("30s", 30);
    check("5m", 300);
    check("1h", 3_600);
    check("7d", 604_800);
    check("2w", 1_209_600);
    check("1M", 2_629_746);
    check("1y", 31_556_952);
}

#[test]
fn little_is_enough() {
    let it = load(&with("type: temporal\nrules: one\ntimespan: 1s")).unwrap();
    assert_eq!(
        (it.rules.len(), it.group_by.len(), it.generate),
        (1, 0, false)
    );
    let outer = "generate: true\n".to_owned() + &with("type: temporal\nrules: one\ntimespan: 1s");
    assert!(load(&outer).unwrap().generate);
}

#[test]
fn what_is_missing_or_wrong_is_named_with_its_place() {
    let check = |from: &str, to: &str, expect: Expect| {
        assert!(WHOLE.contains(from), "{from}");
        expect.assert_eq(&load(&WHOLE.replace(from, to)).unwrap_err());
    };
    check(
        "title: ",
        "titel: ",
        expect!["c.yml:1:1: `title` is missing from the correlation rule; did you mean `titel`?"],
    );
    check(
        "level: high",
        "level: hgih",
        expect![
            "c.yml:5:8: `level` is `hgih`: want informational, low, medium, high, critical; did you mean `high`?"
        ],
    );
    check(
        "    type: event_count\n",
        "",
        expect!["c.yml:10:5: `type` is missing from the correlation section"],
    );
    check(
        "event_count",
        "evnt_count",
        expect![
            "c.yml:10:11: `type` is `evnt_count`: want event_count, value_count, temporal, temporal_ordered, value_sum, value_avg, value_percentile, value_median; did you mean `event_count`?"
        ],
    );
    check(
        "event_count",
        "near",
        expect![
            "c.yml:10:11: `type` is `near`: want event_count, value_count, temporal, temporal_ordered, value_sum, value_avg, value_percentile, value_median"
        ],
    );
    check(
        "timespan",
        "timeframe",
        expect![
            "c.yml:13:5: the correlation section has no `timeframe`; did you mean `timespan`?; known: type, rules, group-by, timespan, aliases, condition, generate"
        ],
    );
    check(
        "    timespan: 90m\n",
        "",
        expect!["c.yml:10:5: `timespan` is missing from the correlation section"],
    );
    check(
        "90m",
        "90",
        expect![
            "c.yml:13:15: `timespan` is `90`: want a number and a unit such as 30s, 5m, 1h, 7d, 2w, 1M (month) or 1y"
        ],
    );
    check(
        "90m",
        "90min",
        expect![
            "c.yml:13:15: `timespan` is `90min`: want a number and a unit such as 30s, 5m, 1h, 7d, 2w, 1M (month) or 1y; did you mean `90m`?"
        ],
    );
    check(
        "90m",
        "1H",
        expect![
            "c.yml:13:15: `timespan` is `1H`: want a number and a unit such as 30s, 5m, 1h, 7d, 2w, 1M (month) or 1y; did you mean `1h`?"
        ],
    );
    check(
        "90m",
        "0s",
        expect!["c.yml:13:15: `timespan` is `0s`: want more than nothing"],
    );
    check(
        "90m",
        "2y",
        expect!["c.yml:13:15: `timespan` is `2y`: want at most a year"],
    );
    check(
        "90m",
        "99999999999999999999h",
        expect![
            "c.yml:13:15: `timespan` is `99999999999999999999h`: want a number and a unit such as 30s, 5m, 1h, 7d, 2w, 1M (month) or 1y"
        ],
    );
    check(
        "group-by",
        "group_by",
        expect![
            "c.yml:12:5: the correlation section has no `group_by`; did you mean `group-by`?; known: type, rules, group-by, timespan, aliases, condition, generate"
        ],
    );
    check(
        "[User, address]",
        "[User, User]",
        expect!["c.yml:12:5: `group-by` is `User` twice: want each field once"],
    );
    check(
        "[failed, ",
        "[failed, failed, ",
        expect!["c.yml:11:21: `rules` is `failed` a second time: want each rule once"],
    );
    check(
        "[failed, 5638f7c0-ac70-491d-8465-2a65075e0d86]",
        "[]",
        expect!["c.yml:11:12: `rules` is an empty list: want the ids or names of one rule or more"],
    );
    check(
        "[failed, 5638f7c0-ac70-491d-8465-2a65075e0d86]",
        "{a: b}",
        expect!["c.yml:11:12: `rules` is a map: want the ids or names of one rule or more"],
    );
    check(
        "failed: IpAddress",
        "failed: [IpAddress]",
        expect!["c.yml:16:21: `failed` is a list: want text"],
    );
    check(
        "        address:\n",
        "        address: x\n        y:\n",
        expect!["c.yml:15:18: `address` is `x`: want a map of rule to field"],
    );
    check(
        "    aliases:\n",
        "    aliases: x\n    rules2:\n",
        expect![
            "c.yml:15:5: the correlation section has no `rules2`; did you mean `rules`?; known: type, rules, group-by, timespan, aliases, condition, generate"
        ],
    );
    check(
        "generate: true",
        "generate: often",
        expect!["c.yml:20:15: `generate` is `often`: want true or false"],
    );
    check(
        "author: A",
        "generate: false",
        expect![
            "c.yml:20:15: `generate` is `true`: want the same as outside the correlation section, or once"
        ],
    );
    check(
        "    condition:\n        gte: 10\n",
        "",
        expect!["c.yml:10:5: `condition` is missing from the correlation section"],
    );
    check(
        "gte: 10",
        "gte: ten",
        expect!["c.yml:19:14: `gte` is `ten`: want a whole number, 0 or more"],
    );
    check(
        "gte: 10",
        "gte: 1.5",
        expect!["c.yml:19:14: `gte` is the number 1.5: want a whole number, 0 or more"],
    );
    check(
        "gte: 10",
        "gte: -1",
        expect!["c.yml:19:14: `gte` is the number -1: want a whole number, 0 or more"],
    );
    check(
        "gte: 10",
        "ge: 10",
        expect![
            "c.yml:19:9: the condition section has no `ge`; did you mean `gt`?; known: field, percentile, gt, gte, lt, lte, eq, neq"
        ],
    );
    check(
        "gte: 10",
        "field: User",
        expect![
            "c.yml:19:9: `condition` is 0 comparisons: want one of gt, gte, lt, lte, eq, neq, or two for a range"
        ],
    );
    check(
        "gte: 10",
        "gte: 10\n        field: User",
        expect![
            "c.yml:20:16: `field` is `User`: want nothing: event_count counts matches, and value_count the values of a field"
        ],
    );
    check(
        "gte: 10",
        "gt: 1\n        lt: 9\n        neq: 5",
        expect![
            "c.yml:19:9: `condition` is 3 comparisons: want one of gt, gte, lt, lte, eq, neq, or two for a range"
        ],
    );
    check(
        "gte: 10",
        "gt: 10\n        lt: 11",
        expect![
            "c.yml:19:9: `condition` is `gt: 10, lt: 11`: want bounds that a count of 1 or more can be within"
        ],
    );
    check(
        "gte: 10",
        "lt: 1",
        expect![
            "c.yml:19:9: `condition` is `lt: 1`: want bounds that a count of 1 or more can be within"
        ],
    );
    check(
        "gte: 10",
        "gte: 10\n        percentile: 5",
        expect![
            "c.yml:20:21: `percentile` is the number 5: want nothing: it goes with value_percentile, not event_count"
        ],
    );
    check(
        "condition:\n        gte: 10",
        "condition: failed",
        expect!["c.yml:18:16: `condition` is `failed`: want a map such as `gte: 10`"],
    );
    check(
        "title: M",
        "detection: {}\ntitle: M",
        expect![
            "c.yml:1:1: a document has a `correlation` or a `detection` section, not both: part them with `---`"
        ],
    );
}

#[test]
fn contradictions_of_the_kinds_are_refused() {
    let check = |section: &str, expect: Expect| {
        expect.assert_eq(&load(&with(section)).unwrap_err());
    };
    let rest = "rules: [recon_a, recon_b]\ntimespan: 5m\n";
    check(
        &format!("type: value_count\n{rest}condition: {{gte: 3}}"),
        expect!["c.yml:6:16: `field` is missing from the condition"],
    );
    check(
        &format!("type: value_sum\n{rest}condition: {{field: [a, b], gte: 3}}"),
        expect!["c.yml:6:24: `field` is a list: want one field: value_sum reckons with one"],
    );
    check(
        &format!("type: value_avg\n{rest}condition: {{field: a}}"),
        expect![
            "c.yml:6:16: `condition` is 0 comparisons: want one of gt, gte, lt, lte, eq, neq, or two for a range"
        ],
    );
    check(
        &format!("type: value_avg\n{rest}condition: {{field: a, gt: 2, lt: 1}}"),
        expect![
            "c.yml:6:16: `condition` is `gt: 2, lt: 1`: want bounds that some figure can be within"
        ],
    );
    check(
        &format!("type: value_percentile\n{rest}condition: {{field: a, percentile: 101, gt: 2}}"),
        expect!["c.yml:6:39: `percentile` is the number 101: want a number from 0 to 100"],
    );
    check(
        &format!("type: temporal\n{rest}condition: {{gte: 3}}"),
        expect!["c.yml:6:16: `condition` is `gte: 3`: want a number of rules out of the 2 named"],
    );
    check(
        &format!("type: temporal\n{rest}condition: {{gte: 1, field: a}}"),
        expect!["c.yml:6:32: `field` is `a`: want nothing: temporal looks at rules, not values"],
    );
    check(
        &format!("type: temporal\n{rest}condition: recon_a and recon_c"),
        expect![
            "c.yml:6:28: the condition names `recon_c`, which no rule is called; did you mean `recon_a`?"
        ],
    );
    check(
        &format!("type: temporal\n{rest}condition: recon_a and"),
        expect!["c.yml:6:27: condition: ends where a rule is expected"],
    );
    check(
        &format!("type: temporal_ordered\n{rest}condition: recon_a and recon_b"),
        expect![
            "c.yml:6:16: `condition` is `recon_a and recon_b`: want nothing, or a map such as `gte: 2`: an expression over rules goes with `type: temporal`"
        ],
    );
    check(
        "event_count",
        expect![
            "c.yml:3:5: `correlation` is `event_count`: want a map of type, rules, group-by, timespan and condition"
        ],
    );
}
