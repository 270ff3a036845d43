//! Rule files that nobody writes in good faith.

use aurora_sigma::{Error, MAX_TEXT_BYTES, Options, parse};
use expect_test::{Expect, expect};
use proptest::prelude::*;

fn only_error(text: &str) -> Error {
    let mut documents = parse("evil.yml", text, &Options::default());
    documents.pop().expect("a document").unwrap_err()
}

#[test]
fn bombs_and_abysses_are_bounded() {
    let check = |text: &str, expect: Expect| expect.assert_eq(&only_error(text).to_string());
    let mut laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for n in 1..12 {
        let alias = format!("*a{},", n - 1).repeat(10);
        laughs.push_str(&format!("a{n}: &a{n} [{alias}]\n"));
    }
    check(
        &laughs,
        expect!["evil.yml:5:34: the number of nodes exceeds the limit of 100000"],
    );
    check(
        &"[".repeat(100_000),
        expect!["evil.yml:1:256: not readable as YAML: recursion limit exceeded"],
    );
    check(
        &"- ".repeat(10_000),
        expect!["evil.yml:1:97: nesting exceeds the limit of 48"],
    );
    check(
        &"x".repeat(MAX_TEXT_BYTES + 1),
        expect!["evil.yml:1:1: the file's size in bytes exceeds the limit of 4194304"],
    );
    check(
        "a: &a [*a]",
        expect!["evil.yml:1:8: not readable as YAML: an alias inside its own anchor"],
    );
    check(
        "a: 1\na: 2",
        expect!["evil.yml:2:1: not readable as YAML: duplicate key `a`"],
    );
    check(
        "? [a]\n: b",
        expect!["evil.yml:1:3: not readable as YAML: a key must be text, not a list or map"],
    );
    check(
        "a: *nobody",
        expect!["evil.yml:1:4: not readable as YAML: while parsing node, found unknown anchor"],
    );
    check(
        "just text",
        expect![
            "evil.yml:1:1: `rule` is `just text`: want a map with title, logsource and detection"
        ],
    );
    check(
        "a: \"\u{0}",
        expect![
            "evil.yml:1:4: not readable as YAML: while scanning a quoted scalar, found unexpected end of stream"
        ],
    );
}

#[test]
fn deep_conditions_are_bounded() {
    for condition in [
        format!("{}a", "(".repeat(5000)),
        format!("{}a", "not ".repeat(5000)),
    ] {
        let text = crate::rule_text(&format!("a:\n  f: 1\ncondition: {condition}"));
        assert!(matches!(only_error(&text), Error::TooLarge { .. }));
    }
}

#[test]
fn nothing_is_no_document() {
    for text in ["", "\n\n", "# only a comment\n", "---\n---\n", "\u{feff}"] {
        assert!(
            parse("e.yml", text, &Options::default()).is_empty(),
            "{text:?}"
        );
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "[a-z:|\\[\\]{}'\"&*!?%,# \n-]{0,80}") {
        let _documents = parse("p.yml", &text, &Options::default());
    }

    #[test]
    fn no_detection_panics(
        key in "[a-z|]{0,20}",
        value in "[ -~äß]{0,12}",
        condition in "[a-z0-9*()| ]{0,16}",
    ) {
        let value = value.replace('\'', "''");
        let text = crate::rule_text(&format!("sel:\n  '{key}': '{value}'\ncondition: '{condition}'"));
        let _documents = parse("p.yml", &text, &Options::default());
    }
}
