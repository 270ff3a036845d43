//! Correlations and filters of a set: references, order, who alerts, and what goes wrong.

use aurora_rules::{Member, Options, RuleSet};
use expect_test::{Expect, expect};
use serde_json::json;

fn rule(name: &str, field: &str) -> String {
    format!(
        "title: {name}\nid: {name}-id\nname: {name}\nlogsource:\n  product: linux\n\
         detection:\n  s:\n    {field}: 1\n  condition: s\n"
    )
}

fn correlation(name: &str, section: &str) -> String {
    let mut text = format!("title: {name}\nid: {name}-id\nname: {name}\ncorrelation:\n");
    for line in section.lines() {
        text.push_str(&format!("  {line}\n"));
    }
    text
}

fn count(name: &str, rules: &str) -> String {
    correlation(
        name,
        &format!(
            "type: event_count\nrules: [{rules}]\ngroup-by: [User]\ntimespan: 5m\ncondition: {{gte: 2}}"
        ),
    )
}

fn set(files: &[(&str, String)]) -> RuleSet {
    let files = files.iter().map(|(name, text)| (*name, text.as_str()));
    RuleSet::from_texts(files, Options::default())
}

/// Every rule and correlation with whether it alerts and what reaches it, then the problems.
fn shown(set: &RuleSet) -> String {
    let mut lines = Vec::new();
    let alerts = |alerts| if alerts { "alerts" } else { "silent" };
    for rule in set.rules() {
        lines.push(format!(
            "{} {}",
            rule.rule.header.title,
            alerts(rule.alerts())
        ));
    }
    for it in set.correlations() {
        let title = |member: &Member| match member {
            Member::Rule(at) => set.rules()[*at].rule.header.title.as_str(),
            Member::Correlation(at) => set.correlations()[*at].correlation.header.title.as_str(),
        };
        let bases = it.bases.iter().map(|base| {
            let fields = match base.fields.as_slice() {
                [] => String::new(),
                fields => format!(" of {}", fields.join(", ")),
            };
            format!(
                "{} by {}{fields}",
                title(&base.member),
                base.group_by.join(", ")
            )
        });
        lines.push(format!(
            "{} {}: {}",
            it.correlation.header.title,
            alerts(it.alerts()),
            bases.collect::<Vec<_>>().join("; ")
        ));
    }
    let problems = set.problems().iter();
    lines.extend(problems.map(|problem| format!("{:?} {problem}", problem.kind)));
    lines.join("\n")
}

fn check(files: &[(&str, String)], expect: Expect) {
    expect.assert_eq(&shown(&set(files)));
}

#[test]
fn references_lead_by_id_or_name_whatever_the_order_of_files() {
    check(
        &[
            (
                "a.yml",
                correlation(
                    "chain",
                    "type: temporal_ordered\nrules: [many, won-id]\ngroup-by: [User]\ntimespan: 1h",
                ),
            ),
            ("b.yml", count("many", "failed")),
            ("c.yml", rule("failed", "a")),
            ("d.yml", rule("won", "b")),
            ("e.yml", rule("other", "c")),
        ],
        expect![[r#"
            failed silent
            won silent
            other alerts
            many silent: failed by User
            chain alerts: many by User; won by User"#]],
    );
}

#[test]
fn generate_keeps_rules_alerting() {
    let generate = count("many", "failed").replace("type:", "generate: true\n  type:");
    check(
        &[("a.yml", rule("failed", "a")), ("b.yml", generate.clone())],
        expect![[r#"
            failed alerts
            many alerts: failed by User"#]],
    );
    check(
        &[
            ("a.yml", rule("failed", "a")),
            ("b.yml", generate),
            ("c.yml", count("quiet", "failed")),
        ],
        expect![[r#"
            failed alerts
            many alerts: failed by User
            quiet alerts: failed by User"#]],
    );
}

#[test]
fn aliases_name_each_rules_own_field() {
    let section = "type: value_count\nrules: [many, won]\ngroup-by: [who]\ntimespan: 1h\n\
        aliases:\n  who: {failed: User, won: TargetUser}\n  what: {many: User, won-id: Program}\n\
        condition: {field: what, gte: 2}";
    check(
        &[
            ("a.yml", rule("failed", "a")),
            ("b.yml", rule("won", "b")),
            ("c.yml", count("many", "failed")),
            ("d.yml", correlation("chain", section)),
        ],
        expect![[r#"
            failed silent
            won silent
            many silent: failed by User
            chain alerts: many by User of User; won by TargetUser of Program"#]],
    );
}

#[test]
fn what_leads_nowhere_is_reported_and_the_rest_loads() {
    let chain = |rules: &str| {
        correlation(
            "chain",
            &format!("type: temporal\nrules: [{rules}]\ntimespan: 1h"),
        )
    };
    let aliased = |alias: &str| {
        correlation(
            "aliased",
            &format!(
                "type: temporal\nrules: [failed, won]\ngroup-by: [who]\ntimespan: 1h\naliases:\n  who: {alias}"
            ),
        )
    };
    let twin = rule("failed", "b").replace("failed-id", "twin-id");
    let base = [("a.yml", rule("failed", "a")), ("b.yml", rule("won", "b"))];
    let with = |more: &[(&'static str, String)]| [&base, more].concat();
    check(
        &with(&[("c.yml", count("many", "faild"))]),
        expect![[r#"
        failed alerts
        won alerts
        Unresolved c.yml:6:11: no rule has the id or name `faild`; did you mean `failed`?"#]],
    );
    check(
        &with(&[("c.yml", twin), ("d.yml", count("many", "failed"))]),
        expect![[r#"
            failed alerts
            won alerts
            failed alerts
            Unresolved d.yml:6:11: 2 rules are named `failed`: refer to the one that is meant by its id"#]],
    );
    check(
        &with(&[
            ("c.yml", chain("many, won")),
            ("d.yml", count("many", "gone")),
        ]),
        expect![[r#"
            failed alerts
            won alerts
            Unresolved d.yml:6:11: no rule has the id or name `gone`
            Unresolved c.yml:6:11: the correlation `many` cannot be used itself"#]],
    );
    check(
        &with(&[
            ("c.yml", count("one", "two")),
            ("d.yml", count("two", "three")),
            ("e.yml", count("three", "one, failed")),
            ("f.yml", count("four", "two")),
            ("g.yml", count("fine", "failed")),
        ]),
        expect![[r#"
            failed silent
            won alerts
            fine alerts: failed by User
            Cyclic c.yml:1:1: the correlation needs itself: `one` → `two` → `three` → `one`
            Cyclic d.yml:1:1: the correlation needs itself: `one` → `two` → `three` → `one`
            Cyclic e.yml:1:1: the correlation needs itself: `one` → `two` → `three` → `one`
            Unresolved f.yml:6:11: the correlation `two` cannot be used itself"#]],
    );
    check(
        &with(&[("c.yml", count("self", "self"))]),
        expect![[r#"
        failed alerts
        won alerts
        Cyclic c.yml:1:1: the correlation needs itself: `self` → `self`"#]],
    );
    check(
        &with(&[("c.yml", aliased("{failed: x}"))]),
        expect![[r#"
        failed alerts
        won alerts
        Invalid c.yml:10:5: the alias `who` has no field for `won`: add one"#]],
    );
    check(
        &with(&[("c.yml", aliased("{failed: x, wom: y}"))]),
        expect![[r#"
            failed alerts
            won alerts
            Unresolved c.yml:10:22: the alias names `wom`, which is none of the correlation's rules; did you mean `won`?"#]],
    );
    check(
        &with(&[
            ("c.yml", count("many", "failed")),
            (
                "d.yml",
                correlation(
                    "chain",
                    "type: temporal\nrules: [many, won]\ngroup-by: [Host]\ntimespan: 1h",
                ),
            ),
        ]),
        expect![[r#"
            failed silent
            won alerts
            many alerts: failed by User
            Invalid d.yml:1:1: `Host` has no value in an alert of `many`, which groups by User: add it to that group-by, or an alias for one that is there"#]],
    );
    check(
        &with(&[(
            "c.yml",
            correlation(
                "rare",
                "type: value_percentile\nrules: [won]\ntimespan: 1h\ncondition: {field: f, lte: 1}",
            ),
        )]),
        expect![[r#"
            failed alerts
            won alerts
            Invalid c.yml:1:1: value_percentile does not say which: add `percentile: 95` or another to the condition"#]],
    );
    check(
        &with(&[("c.yml", count("failed", "won"))]),
        expect![[r#"
        failed alerts
        won alerts
        DuplicateId c.yml:1:1: the id failed-id is already that of a.yml"#]],
    );
}

fn filter(rules: &str, product: &str) -> String {
    format!(
        "title: Our scanner\nid: filter-id\nlogsource:\n  product: {product}\nfilter:\n  rules: {rules}\n  \
         selection:\n    User: scanner\n  condition: not selection\n"
    )
}

fn fires(set: &RuleSet, event: serde_json::Value) -> Vec<&str> {
    let whole = json!({"class_uid": 0, "metadata": {"product": {"name": "Linux"}}, "device": {"os": {"type_id": 200}}, "unmapped": event});
    let fired = set.evaluate(&whole);
    fired
        .iter()
        .map(|it| it.rule.rule.header.title.as_str())
        .collect()
}

#[test]
fn a_filter_narrows_the_rules_it_names() {
    let files = [
        ("a.yml", rule("failed", "a")),
        ("b.yml", rule("won", "a")),
        ("c.yml", filter("[failed]", "linux")),
    ];
    let filtered = set(&files);
    assert_eq!(filtered.problems(), []);
    assert_eq!(fires(&filtered, json!({"a": 1})), ["failed", "won"]);
    assert_eq!(
        fires(&filtered, json!({"a": 1, "User": "Scanner"})),
        ["won"]
    );
    assert_eq!(filtered.filters()[0].rules, [0]);
    assert_eq!(filtered.rules()[0].filters[0].0, "filter-id");
    let plain = set(&files[..2]);
    assert_ne!(plain.rules()[0].revision, filtered.rules()[0].revision);
    assert_eq!(plain.rules()[1].revision, filtered.rules()[1].revision);
    assert_ne!(plain.revision(), filtered.revision());
}

#[test]
fn any_filters_every_rule_of_the_logsource() {
    let windows = rule("windows", "a").replace("linux", "windows");
    let files = [
        ("a.yml", rule("failed", "a")),
        ("b.yml", windows),
        ("c.yml", filter("any", "linux")),
    ];
    assert_eq!(set(&files).filters()[0].rules, [0]);
    let files = [
        ("a.yml", rule("failed", "a")),
        ("c.yml", filter("any", "macos")),
    ];
    assert!(set(&files).filters()[0].rules.is_empty());
}

#[test]
fn a_filter_that_names_the_wrong_thing_still_holds_for_the_rest() {
    let windows = rule("windows", "a").replace("linux", "windows");
    check(
        &[
            ("a.yml", rule("failed", "a")),
            ("b.yml", windows),
            ("c.yml", count("many", "failed")),
            ("d.yml", filter("[failed, windows, many, gone]", "linux")),
        ],
        expect![[r#"
            failed silent
            windows alerts
            many alerts: failed by User
            Unresolved d.yml:6:19: the filter is for product=linux, and `windows` is of product=windows: widen the filter's logsource
            Unresolved d.yml:6:28: `many` is a correlation: name the rules it refers to
            Unresolved d.yml:6:34: no rule has the id or name `gone`"#]],
    );
}

#[test]
fn a_correlations_revision_covers_what_it_counts() {
    let revisions = |files: &[(&str, String)]| -> Vec<String> {
        set(files)
            .correlations()
            .iter()
            .map(|it| it.revision.clone())
            .collect()
    };
    let files = |field: &str, more: &[(&'static str, String)]| {
        let base = [
            ("a.yml", rule("failed", field)),
            ("b.yml", count("many", "failed")),
            ("c.yml", count("more", "many")),
        ];
        revisions(&[&base, more].concat())
    };
    let before = files("a", &[]);
    assert_eq!(before.len(), 2);
    for after in [
        files("b", &[]),
        files("a", &[("d.yml", filter("any", "linux"))]),
    ] {
        assert!(before.iter().zip(&after).all(|(a, b)| a != b));
    }
    assert_eq!(files("a", &[("d.yml", rule("other", "x"))]), before);
}
