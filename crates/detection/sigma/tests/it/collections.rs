//! `action: global`, `reset` and `repeat`.

use aurora_sigma::{Document, FlatJson, Options, Rule, parse};
use expect_test::{Expect, expect};

fn rules(text: &str) -> Vec<Result<Rule, String>> {
    let one = |document| match document {
        Ok(Document::Rule(rule)) => Ok(*rule),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(format!("{error}")),
    };
    parse("c.yml", text, &Options::default())
        .into_iter()
        .map(|document: Result<Document, aurora_sigma::Error>| one(document))
        .collect()
}

/// Title, level, logsource and lines of every rule, and the events it fires on.
fn check(text: &str, expect: Expect) {
    let lines = rules(text).into_iter().map(|rule| match rule {
        Err(error) => error,
        Ok(rule) => {
            let fires = ["1", "2", "3"].into_iter().filter(|f| {
                let event = serde_json::json!({ "f": f });
                rule.matches(&FlatJson::new(event.as_object().unwrap()))
                    .is_some()
            });
            let fires: Vec<&str> = fires.collect();
            let level = rule.header.level.map_or("none", |level| level.word());
            format!(
                "{} ({level}, {}) line {} with {:?} on {}",
                rule.header.title,
                rule.logsource,
                rule.header.at.line,
                rule.header.inherited,
                fires.join("")
            )
        }
    });
    expect.assert_eq(&lines.collect::<Vec<_>>().join("\n"));
}

const GLOBAL: &str = "\
action: global
title: Shared
level: low
logsource:
    product: linux
detection:
    condition: s
---
detection:
    s:
        f: 1
---
title: Own
level: high
logsource:
    service: sshd
detection:
    s:
        f: 2
";

#[test]
fn a_global_document_lends_to_all_that_follow() {
    check(
        GLOBAL,
        expect![[r#"
        Shared (low, product=linux) line 9 with [1] on 1
        Own (high, product=linux service=sshd) line 13 with [1] on 2"#]],
    );
}

#[test]
fn a_second_global_document_adds_to_the_first() {
    let text = format!("action: global\nauthor: A\ntitle: First\n---\n{GLOBAL}");
    assert_eq!(
        rules(&text)[0].as_ref().unwrap().header.author.as_deref(),
        Some("A")
    );
    check(
        &text,
        expect![[r#"
        Shared (low, product=linux) line 13 with [1, 5] on 1
        Own (high, product=linux service=sshd) line 17 with [1, 5] on 2"#]],
    );
}

#[test]
fn reset_takes_back_what_was_lent() {
    check(
        &format!(
            "{GLOBAL}---\naction: reset\n---\ntitle: Alone\ndetection:\n    s:\n        f: 3\n"
        ),
        expect![[r#"
            Shared (low, product=linux) line 9 with [1] on 1
            Own (high, product=linux service=sshd) line 13 with [1] on 2
            c.yml:23:1: `logsource` is missing from the rule"#]],
    );
    check(
        &format!("{GLOBAL}---\naction: reset\ntitle: X\n"),
        expect![[r#"
            Shared (low, product=linux) line 9 with [1] on 1
            Own (high, product=linux service=sshd) line 13 with [1] on 2
            c.yml:22:1: `action: reset` takes nothing beside it: give `title` in a document of its own"#]],
    );
}

#[test]
fn repeat_is_the_rule_before_with_changes() {
    let text = format!(
        "{GLOBAL}---\naction: repeat\ntitle: Again\ndetection:\n    s:\n        f: 3\n---\naction: repeat\nlevel: critical\n"
    );
    check(
        &text,
        expect![[r#"
        Shared (low, product=linux) line 9 with [1] on 1
        Own (high, product=linux service=sshd) line 13 with [1] on 2
        Again (high, product=linux service=sshd) line 21 with [1, 13] on 3
        Again (critical, product=linux service=sshd) line 27 with [1, 13, 21] on 3"#]],
    );
    check(
        "action: repeat\ntitle: X\n",
        expect!["c.yml:1:9: `action` is `repeat`: want a rule before it, which it repeats"],
    );
}

#[test]
fn an_unknown_action_names_the_known_ones() {
    check(
        "action: globl\ntitle: X\n",
        expect![
            "c.yml:1:9: `action` is `globl`: want global, reset, repeat; did you mean `global`?"
        ],
    );
    check(
        "action: [global]\ntitle: X\n",
        expect!["c.yml:1:9: `action` is a list: want text"],
    );
}

#[test]
fn a_broken_document_does_not_spoil_the_others() {
    check(
        &format!(
            "{GLOBAL}---\ntitle: Bad\ndetection:\n    s:\n        f|bad: 1\n---\n- list\n---\ntitle: Good\ndetection:\n    s:\n        f: 3\n"
        ),
        expect![[r#"
            Shared (low, product=linux) line 9 with [1] on 1
            Own (high, product=linux service=sshd) line 13 with [1] on 2
            c.yml:24:11: unknown modifier `bad`; known: all, base64, base64offset, cased, cidr, contains, day, endswith, exists, expand, fieldref, gt, gte, hour, i, lt, lte, minute, month, m, neq, re, s, startswith, utf16, utf16be, utf16le, week, wide, windash, year
            c.yml:26:1: `rule` is a list: want a map with title, logsource and detection
            Good (low, product=linux) line 28 with [1] on 3"#]],
    );
}
