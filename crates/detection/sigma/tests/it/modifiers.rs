//! Modifiers × kinds of value × arrays × null × case: the table is `tests/cases/modifiers.tsv`, which
//! `just sigma-pysigma` also puts to an independent implementation.

use std::collections::BTreeMap;

use crate::{refused, rule_text, run};
use aurora_sigma::{Document, Options, parse};
use expect_test::{Expect, expect};

const CASES: &str = include_str!("../cases/modifiers.tsv");

#[test]
fn every_case_fires_as_the_table_says() {
    let values = |list: &[&str]| list.iter().map(|value| (*value).to_owned()).collect();
    let placeholders = BTreeMap::from([("hosts".to_owned(), values(&["srv*", "db1"]))]);
    let options = Options {
        placeholders: Some(&placeholders),
    };
    let (mut count, mut wrong) = (0, Vec::new());
    for (number, line) in CASES.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let cells: Vec<&str> = line.split('\t').collect();
        let [selection, event, expected] = cells[..3] else {
            panic!("line {}: too few cells", number + 1);
        };
        let lines = selection.split('␤').map(|line| format!("  {line}\n"));
        let lines: String = lines.collect();
        let text = rule_text(&format!("selection:\n{lines}condition: selection"));
        count += 1;
        let fired = match parse("rule.yml", &text, &options).remove(0) {
            Ok(Document::Rule(rule)) => match run(&rule, event) {
                Some(_) => "yes".to_owned(),
                None => "no".to_owned(),
            },
            other => format!("{other:?}"),
        };
        if fired != expected {
            wrong.push(format!("line {}: {line}: {fired}", number + 1));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 700, "{count} cases");
}

/// `IEX ([` at each of the three offsets, before each of the 95 printable bytes: what encoded
/// PowerShell is found by.
#[test]
fn base64offset_holds_whatever_follows() {
    for (modifiers, wide) in [
        ("base64offset|contains", false),
        ("wide|base64offset|contains", true),
    ] {
        let text = rule_text(&format!(
            "selection:\n  f|{modifiers}: 'IEX (['\ncondition: selection"
        ));
        let rule = crate::load(&text).unwrap();
        let mut count = 0;
        for before in ["", "x", "xy"] {
            for after in ' '..='~' {
                let text = format!("{before}IEX ([{after}");
                let bytes: Vec<u8> = match wide {
                    // The offset is the number of bytes before, which one byte of padding shifts.
                    true => [before.as_bytes(), &utf16(&format!("IEX ([{after}"))].concat(),
                    false => text.into_bytes(),
                };
                let event = format!(r#"{{"f":"-enc {}"}}"#, base64(&bytes));
                assert!(run(&rule, &event).is_some(), "{before:?} {after:?} {wide}");
                count += 1;
            }
        }
        assert_eq!(count, 285);
        assert!(run(&rule, &format!(r#"{{"f":"{}"}}"#, base64(b"xxIEX (x"))).is_none());
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// RFC 4648, apart from the crate's own.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits: String = chunk.iter().map(|byte| format!("{byte:08b}")).collect();
        for six in bits.as_bytes().chunks(6) {
            let digits = format!("{:0<6}", std::str::from_utf8(six).unwrap());
            let index = usize::from_str_radix(&digits, 2).unwrap();
            out.push(char::from(ALPHABET[index]));
        }
    }
    while !out.len().is_multiple_of(4) {
        out.push('=');
    }
    out
}

#[test]
fn what_means_nothing_is_refused() {
    let check = |line: &str, expect: Expect| expect.assert_eq(&refused(line));
    check(
        "f|contain: a",
        expect![
            "rule.yml:6:7: unknown modifier `contain`; did you mean `contains`?; known: all, base64, base64offset, cased, cidr, contains, day, endswith, exists, expand, fieldref, gt, gte, hour, i, lt, lte, minute, month, m, neq, re, s, startswith, utf16, utf16be, utf16le, week, wide, windash, year"
        ],
    );
    check(
        "f|contains|regex: a",
        expect![
            "rule.yml:6:16: unknown modifier `regex`; known: all, base64, base64offset, cased, cidr, contains, day, endswith, exists, expand, fieldref, gt, gte, hour, i, lt, lte, minute, month, m, neq, re, s, startswith, utf16, utf16be, utf16le, week, wide, windash, year"
        ],
    );
    check(
        "f|re|contains: a",
        expect!["rule.yml:6:5: modifier `contains` does not go with `re`"],
    );
    check(
        "f|re|cidr: a",
        expect!["rule.yml:6:5: modifier `cidr` does not go with `re`"],
    );
    check(
        "f|i: a",
        expect!["rule.yml:6:5: modifier `i` only follows `re`"],
    );
    check(
        "f|re: 'a('",
        expect!["rule.yml:6:11: regular expression `a(`: unclosed group"],
    );
    check(
        "f|re: 'a(?=b)'",
        expect![
            "rule.yml:6:11: regular expression `a(?=b)`: look-around is not in Sigma's flavour: use a second selection and `not`"
        ],
    );
    check(
        "f|cidr: ten",
        expect!["rule.yml:6:13: modifier `cidr` takes a network such as 10.0.0.0/8, not `ten`"],
    );
    check(
        "f|gt: many",
        expect!["rule.yml:6:11: modifier `gt` takes a number, not `many`"],
    );
    check(
        "f|exists: maybe",
        expect!["rule.yml:6:15: modifier `exists` takes true or false, not `maybe`"],
    );
    check(
        "f|exists: [true, false]",
        expect!["rule.yml:6:5: modifier `exists` takes one value: true or false"],
    );
    check(
        "f|contains|exists: true",
        expect!["rule.yml:6:5: modifier `contains` does not go with `exists`"],
    );
    check(
        "f|contains: null",
        expect!["rule.yml:6:17: modifier `contains` does not apply to null"],
    );
    check(
        "f|contains|base64: a",
        expect![
            "rule.yml:6:24: modifier `base64` cannot encode wildcards: put it before `contains`, or escape them"
        ],
    );
    check(
        "f|base64: 'a*'",
        expect![
            "rule.yml:6:15: modifier `base64` cannot encode wildcards: put it before `contains`, or escape them"
        ],
    );
    check(
        "f|wide|utf16: a",
        expect!["rule.yml:6:19: modifier `utf16` must come before other encodings"],
    );
    check(
        "f|base64offset: a",
        expect!["rule.yml:6:21: modifier `base64offset` needs a value of two bytes or more"],
    );
    check(
        "f|fieldref: 5",
        expect!["rule.yml:6:17: modifier `fieldref` takes a field name, not the number 5"],
    );
    check(
        "f|hour: noon",
        expect!["rule.yml:6:13: modifier `hour` takes a number, not `noon`"],
    );
    check(
        "f|hour|day: 5",
        expect!["rule.yml:6:5: modifier `day` does not go with `hour`"],
    );
    check(
        "f: []",
        expect!["rule.yml:6:8: `f` is an empty list: want a value or a list of values"],
    );
    check(
        "f: {a: b}",
        expect!["rule.yml:6:8: `f` is a map: want a value or a list of values"],
    );
    check(
        "'|exists': true",
        expect!["rule.yml:6:5: modifier `exists` needs a field name before it"],
    );
    check(
        "'': a",
        expect!["rule.yml:6:5: `field name` is empty: want a field, or a list of keywords"],
    );
    check(
        "f|expand: '%hosts%'",
        expect![
            "rule.yml:6:15: placeholder `%hosts%` has no values: give it some in the placeholder file, or remove `expand`"
        ],
    );
    check(
        "f|contains|: a",
        expect![
            "rule.yml:6:16: unknown modifier ``; did you mean `i`?; known: all, base64, base64offset, cased, cidr, contains, day, endswith, exists, expand, fieldref, gt, gte, hour, i, lt, lte, minute, month, m, neq, re, s, startswith, utf16, utf16be, utf16le, week, wide, windash, year"
        ],
    );
}
