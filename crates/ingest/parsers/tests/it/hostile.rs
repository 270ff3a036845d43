//! Records that mean harm. Each has its end, and none takes the process with it.

use std::sync::LazyLock;

use aurora_parsers::Registry;
use expect_test::{Expect, expect};

use crate::support::{batch, scope};

static REGISTRY: LazyLock<Registry> = LazyLock::new(crate::support::registry);

fn check(source: &str, body: Vec<u8>, wanted: Expect) {
    let processed = REGISTRY.process(&scope(), &batch(source, [body]));
    let text = match processed.dead().next() {
        Some(letter) => format!("{}: {}", letter.reason.word(), letter.detail),
        None => format!("events: {}", processed.events().count()),
    };
    wanted.assert_eq(&text);
}

#[test]
fn damaged_json() {
    check(
        "suricata",
        br#"{"event_type":"dns","timestamp":"#.to_vec(),
        expect![
            "unparsable: cannot parse the record: not JSON: EOF while parsing a value at line 1 column 32"
        ],
    );
    check(
        "zeek",
        b"[1,2]".to_vec(),
        expect!["unparsable: cannot parse the record: a line of columns without their names"],
    );
    check(
        "zeek",
        b"{\"ts\":1,\"_path\":\"\xff\xfe\"}".to_vec(),
        expect!["events: 1"],
    );
    check(
        "zeek",
        b"\0\0\0".to_vec(),
        expect!["unparsable: cannot parse the record: a line of columns without their names"],
    );
}

#[test]
fn nesting_10_000_deep() {
    let deep = |open: &str, close: &str| {
        format!(
            "{{\"_path\":\"conn\",\"ts\":1,\"a\":{}1{}}}",
            open.repeat(10_000),
            close.repeat(10_000)
        )
        .into_bytes()
    };
    check(
        "zeek",
        deep("[", "]"),
        expect!["too_deep: the record is nested deeper than the limit"],
    );
    check(
        "zeek",
        deep("{\"a\":", "}"),
        expect!["too_deep: the record is nested deeper than the limit"],
    );
}

#[test]
fn duplicate_keys() {
    check("json", br#"{"a":1,"a":2}"#.to_vec(), expect!["events: 1"]);
}

#[test]
fn types_that_are_not_what_they_should_be() {
    let odd = br#"{"_path":{"x":1},"ts":[],"id.orig_h":7,"id.resp_h":{"a":[]},"answers":"x","query":[1,{"b":2}]}"#;
    check("zeek", odd.to_vec(), expect!["events: 1"]);
    let odd = br#"{"event_type":["dns"],"timestamp":{},"src_ip":5,"dest_ip":"::1","dns":[[]],"alert":"x","flow":7}"#;
    check("suricata", odd.to_vec(), expect!["events: 1"]);
    let odd = br#"{"Records":[1,null,{"eventName":{"a":1}}],"eventSource":1}"#;
    check(
        "cloudtrail",
        odd.to_vec(),
        expect!["unparsable: cannot parse the record: want a JSON object, not integer"],
    );
}

#[test]
fn times_out_of_this_world() {
    check(
        "zeek",
        br#"{"_path":"stats","ts":1e300}"#.to_vec(),
        expect!["events: 1"],
    );
    check(
        "zeek",
        br#"{"_path":"stats","ts":-99999999999999}"#.to_vec(),
        expect!["events: 1"],
    );
    check(
        "auditd",
        b"type=X msg=audit(99999999999999999999.1:1): a=1".to_vec(),
        expect![
            "unparsable: cannot parse the record: not an audit record: want `audit(seconds:serial)`"
        ],
    );
}

#[test]
fn audit_lines_that_do_not_end() {
    for line in [
        "type=",
        "type=X msg=audit(1.1:1",
        "type=X msg=audit(1.1:1): a=\"",
        "type=X msg=audit(1.1:1): msg='",
        "type=X msg=audit(1.1:1): =",
        "type=X msg=audit(1.1:1): {",
        "type=X msg=audit(1.1:1): a={",
        "type=EXECVE msg=audit(1.1:1): a99999=x a0[=1",
    ] {
        let processed = REGISTRY.process(&scope(), &batch("auditd", [line.as_bytes().to_vec()]));
        assert_eq!(processed.outcomes.len(), 1, "{line}");
    }
}

#[test]
fn a_megabyte_of_one_thing() {
    check(
        "syslog",
        [
            b"<13>Jan  1 00:00:00 h sudo: ".as_slice(),
            &vec![b'='; 1 << 20],
        ]
        .concat(),
        expect!["events: 1"],
    );
    check(
        "syslog",
        [
            b"<13>Jan  1 00:00:00 h sshd[1]: Failed password for ".as_slice(),
            &vec![b' '; 1 << 20],
        ]
        .concat(),
        expect!["events: 1"],
    );
    check(
        "auditd",
        [
            b"type=X msg=audit(1.1:1): ".as_slice(),
            &b"a=1 ".repeat(1 << 18),
        ]
        .concat(),
        expect!["events: 1"],
    );
}

#[test]
fn quotes_within_quotes_a_hundred_thousand_deep() {
    let nested = [
        b"type=X msg=audit(1.1:1): ".as_slice(),
        &b"k='".repeat(300_000),
    ];
    check("auditd", nested.concat(), expect!["events: 1"]);
}

#[test]
fn an_audit_event_of_very_many_records() {
    let each = |line: fn(usize) -> String| {
        let lines = (0..20_000).map(|at| line(at).into_bytes());
        let processed = REGISTRY.process(&scope(), &batch("auditd", lines));
        let weights: u32 = processed.events().map(|item| item.records).sum();
        assert_eq!((weights, processed.dead().count()), (20_000, 0));
    };
    each(|at| format!("type=A{at} msg=audit(1.1:1): a={at}"));
    each(|_| "type=EXECVE msg=audit(1.1:1): a4095=x".to_owned());
}
