//! Which parser a record meets.

use aurora_parsers::{Failure, Input, Parsed, Parser, Registry};
use expect_test::{Expect, expect};

use crate::support::{batch, render, scope};

#[test]
fn an_unknown_name_lists_the_known_and_the_nearest() {
    let registry = Registry::new().unwrap();
    let message = |name: &str| registry.check_name(name).unwrap_err().to_string();
    expect![[r#""#]].assert_eq(&message("suricatta"));
    expect![[r#""#]].assert_eq(&message("oracle"));
    registry.check_name("auto").unwrap();
}

fn check(body: &str, wanted: Expect) {
    let registry = Registry::new().unwrap();
    let found = registry.parser_for("auto", body.as_bytes()).map(|parser| parser.name());
    wanted.assert_eq(&found.unwrap_or("none"));
}

#[test]
fn records_are_told_by_their_content() {
    check(r#"{"eventVersion":"1.08","eventSource":"s3","eventName":"x","awsRegion":"y"}"#, expect![[r#""#]]);
    check(r#"{"timestamp":"t","event_type":"dns","flow_id":1}"#, expect![[r#""#]]);
    check(r#"{"_path":"conn","ts":1}"#, expect![[r#""#]]);
    check("type=SYSCALL msg=audit(1.2:3): a=1", expect![[r#""#]]);
    check("<13>Jan  1 00:00:00 h audispd: node=h type=PATH msg=audit(1.2:3): item=0", expect![[r#""#]]);
    check("Jan  1 00:00:00 h sshd[1]: x", expect![[r#""#]]);
    check("<34>1 2026-01-01T00:00:00Z h app - - - x", expect![[r#""#]]);
    check("plain text", expect![[r#""#]]);
    check(r#"{"a":1}"#, expect![[r#""#]]);
    check("", expect![[r#""#]]);
    check("audit(", expect![[r#""#]]);
}

#[test]
fn an_operators_program_is_a_parser_of_its_own() {
    let mut registry = Registry::new().unwrap();
    let source = r#". = { "class_uid": 0, "activity_id": 99, "activity_name": "Door", "severity_id": 1,
        "message": .body.door, "metadata": { "product": { "vendor_name": "Lock" } } }"#;
    registry.add_program("door", source).unwrap();
    let processed = registry.process(&scope(), &batch("door", [br#"{"door": "open"}"#.to_vec()]));
    expect![[r#""#]].assert_eq(&render(&processed));
    let again = registry.add_program("door", source).unwrap_err();
    expect![[r#""#]].assert_eq(&again.to_string());
    let broken = registry.add_program("broken", ".a = parse_json(.body)").unwrap_err();
    expect![[r#""#]].assert_eq(&broken.to_string());
}

/// Panics on everything.
struct Panics;

impl Parser for Panics {
    fn name(&self) -> &'static str {
        "panics"
    }

    fn version(&self) -> u32 {
        7
    }

    fn detects(&self, _: &[u8]) -> bool {
        true
    }

    fn parse(&self, _: &Input<'_>) -> Result<Vec<Parsed>, Failure> {
        panic!("on purpose")
    }
}

#[test]
fn a_panic_ends_the_record_and_not_the_worker() {
    let registry = Registry::of(vec![Box::new(Panics)]);
    let processed = registry.process(&scope(), &batch("auto", [b"x".to_vec()]));
    expect![[r#""#]].assert_eq(&render(&processed));
    assert_eq!(processed.dead().next().unwrap().parser, "panics@7");
}
