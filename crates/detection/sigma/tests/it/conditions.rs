//! The condition language.

use crate::{load, rule_text, run};
use expect_test::{Expect, expect};

const SELECTIONS: &str = "a1:\n  a: 1\na2:\n  a: 2\nb:\n  b: 1\n_c:\n  c: 1\nfilter_x:\n  x: 1\n";

fn check(condition: &str, event: &str, expected: bool) {
    let rule = load(&rule_text(&format!("{SELECTIONS}condition: {condition}"))).unwrap();
    assert_eq!(
        run(&rule, event).is_some(),
        expected,
        "`{condition}` on {event}"
    );
}

#[test]
fn operators_bind_as_specified() {
    for (condition, event, expected) in [
        ("a1", r#"{"a":1}"#, true),
        ("not a1", r#"{"a":1}"#, false),
        ("not a1", r#"{}"#, true),
        ("not not a1", r#"{"a":1}"#, true),
        ("a1 and b", r#"{"a":1,"b":1}"#, true),
        ("a1 and b", r#"{"a":1}"#, false),
        ("a1 or b", r#"{"b":1}"#, true),
        ("a1 or a2 and b", r#"{"a":1}"#, true),
        ("(a1 or a2) and b", r#"{"a":1}"#, false),
        ("a1 and b or a2", r#"{"a":2}"#, true),
        ("a1 and not b", r#"{"a":1}"#, true),
        ("not a1 and b", r#"{"b":1}"#, true),
        ("not (a1 and b)", r#"{"b":1}"#, true),
        ("not a1 or b", r#"{"a":1,"b":1}"#, true),
        ("a1 AND NOT b", r#"{"a":1}"#, true),
        ("((a1))", r#"{"a":1}"#, true),
        ("1 of a*", r#"{"a":2}"#, true),
        ("any of a*", r#"{"a":2}"#, true),
        ("all of a*", r#"{"a":2}"#, false),
        ("all of a*", r#"{"a":[1,2]}"#, true),
        ("1 of *1", r#"{"a":1}"#, true),
        ("1 of a1", r#"{"a":1}"#, true),
        ("1 of them", r#"{"c":1}"#, false),
        ("1 of them", r#"{"x":1}"#, true),
        ("1 of _c", r#"{"c":1}"#, true),
        ("all of them", r#"{"a":[1,2],"b":1,"x":1}"#, true),
        ("b and not 1 of filter_*", r#"{"b":1}"#, true),
        ("b and not 1 of filter_*", r#"{"b":1,"x":1}"#, false),
        ("not 1 of a* and b", r#"{"b":1}"#, true),
        ("[a1, b]", r#"{"b":1}"#, true),
        ("[a1, b]", r#"{"x":1}"#, false),
        ("\n    a1\n    and b", r#"{"a":1,"b":1}"#, true),
    ] {
        check(condition, event, expected);
    }
}

#[test]
fn errors_say_what_and_where() {
    let check = |condition: &str, expect: Expect| {
        let text = rule_text(&format!("{SELECTIONS}condition: {condition}"));
        expect.assert_eq(&load(&text).unwrap_err().to_string());
    };
    check(
        "a1 and a3",
        expect![
            "rule.yml:15:21: the condition names `a3`, which no selection is called; did you mean `a1`?"
        ],
    );
    check(
        "1 of selection_*",
        expect!["rule.yml:15:19: the condition names `selection_*`, which no selection is called"],
    );
    check(
        "1 of filterx*",
        expect![
            "rule.yml:15:19: the condition names `filterx*`, which no selection is called; did you mean `filter_x`?"
        ],
    );
    check(
        "2 of a*",
        expect!["rule.yml:15:14: condition: `2 of` is unknown: want `1 of`, `any of` or `all of`"],
    );
    check(
        "1 of",
        expect!["rule.yml:15:14: condition: `of` wants `them` or a pattern such as `selection_*`"],
    );
    check(
        "a1 and",
        expect!["rule.yml:15:20: condition: ends where a selection is expected"],
    );
    check(
        "(a1 or b",
        expect!["rule.yml:15:14: condition: this bracket is never closed"],
    );
    check(
        "a1 b",
        expect!["rule.yml:15:17: condition: `b` is not expected here: want `and`, `or` or the end"],
    );
    check(
        "a1 or or b",
        expect!["rule.yml:15:20: condition: `or` stands where a selection is expected"],
    );
    check(
        "a1)",
        expect!["rule.yml:15:16: condition: `)` is not expected here: want `and`, `or` or the end"],
    );
    check(
        "a1 | count() > 5",
        expect![
            "rule.yml:15:17: condition: `|` aggregations are not in Sigma 2: write a correlation rule"
        ],
    );
    check(
        "''",
        expect!["rule.yml:15:14: condition: ends where a selection is expected"],
    );
    check(
        "{a: b}",
        expect!["rule.yml:15:14: `condition` is a map: want text"],
    );
    check(
        "[]",
        expect!["rule.yml:15:14: `condition` is a list: want at least one expression"],
    );
}
