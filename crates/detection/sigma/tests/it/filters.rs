//! Filter documents.

use aurora_sigma::{Document, Filter, FilterRules, Options, parse};
use expect_test::{Expect, expect};

const WHOLE: &str = "\
title: Our scanner
id: 0e95725d-7320-415d-80f7-004da920fc12
description: It logs on everywhere
author: A
logsource:
    product: windows
filter:
    rules:
        - 6f3e2987-db24-4c78-a860-b4f4095a7095
        - failed_logon
    selection:
        User|startswith: 'adm_'
    other:
        Host: scanner
    condition: not (selection and other)
";

fn load(text: &str) -> Result<Filter, String> {
    match parse("f.yml", text, &Options::default()).remove(0) {
        Ok(Document::Filter(it)) => Ok(*it),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn every_attribute_is_kept() {
    let it = load(WHOLE).unwrap();
    assert_eq!((it.title.as_str(), it.at.line), ("Our scanner", 1));
    assert_eq!(it.logsource.to_string(), "product=windows");
    let FilterRules::Named(named) = &it.rules else {
        panic!()
    };
    let named: Vec<(&str, u32)> = named.iter().map(|r| (r.text.as_str(), r.at.line)).collect();
    assert_eq!(
        named,
        [
            ("6f3e2987-db24-4c78-a860-b4f4095a7095", 9),
            ("failed_logon", 10)
        ]
    );
    let names: Vec<&str> = it
        .detection
        .selections
        .iter()
        .map(|s| s.name.as_str())
        .collect();
    assert_eq!(names, ["selection", "other"]);
    assert_eq!(it.detection.conditions.len(), 1);
}

#[test]
fn any_means_every_rule() {
    for rules in ["any", "Any", "[any]", "\n        - any"] {
        let start = WHOLE.find("    rules:").unwrap();
        let end = WHOLE.find("    selection:").unwrap();
        let text = format!("{}    rules: {rules}\n{}", &WHOLE[..start], &WHOLE[end..]);
        assert_eq!(load(&text).unwrap().rules, FilterRules::Any, "{rules}");
    }
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
        expect!["f.yml:1:1: `title` is missing from the filter; did you mean `titel`?"],
    );
    check(
        "logsource:\n    product: windows\n",
        "",
        expect!["f.yml:1:1: `logsource` is missing from the filter"],
    );
    check(
        "    rules:\n",
        "    rule:\n",
        expect!["f.yml:8:5: `rules` is missing from the filter section; did you mean `rule`?"],
    );
    check(
        "- 6f3e2987-db24-4c78-a860-b4f4095a7095\n        - failed_logon",
        "{a: b}",
        expect![
            "f.yml:9:9: `rules` is a map: want `any`, or the ids or names of the rules to filter"
        ],
    );
    check(
        "\n        - 6f3e2987-db24-4c78-a860-b4f4095a7095\n        - failed_logon",
        " []",
        expect![
            "f.yml:8:12: `rules` is an empty list: want `any`, or the ids or names of the rules to filter"
        ],
    );
    check(
        "condition: not (selection and other)",
        "x: y",
        expect!["f.yml:7:1: `condition` is missing from the filter section"],
    );
    check(
        "(selection and other)",
        "selektion",
        expect![
            "f.yml:15:20: the condition names `selektion`, which no selection is called; did you mean `selection`?"
        ],
    );
    check(
        "User|startswith",
        "User|startwith",
        expect![
            "f.yml:12:14: unknown modifier `startwith`; did you mean `startswith`?; known: all, base64, base64offset, cased, cidr, contains, day, endswith, exists, expand, fieldref, gt, gte, hour, i, lt, lte, minute, month, m, neq, re, s, startswith, utf16, utf16be, utf16le, week, wide, windash, year"
        ],
    );
    check(
        "title: O",
        "correlation: {}\ntitle: O",
        expect![
            "f.yml:8:1: a document has a `correlation` or a `filter` section, not both: part them with `---`"
        ],
    );
}
