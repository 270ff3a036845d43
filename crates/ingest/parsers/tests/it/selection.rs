//! Which parser a record meets.

use aurora_parsers::{Failure, Input, Parsed, Parser, Registry};
use expect_test::{Expect, expect};

use crate::support::{batch, render, scope};

#[test]
fn an_unknown_name_lists_the_known_and_the_nearest() {
    let registry = Registry::new().unwrap();
    let message = |name: &str| registry.check_name(name).unwrap_err().to_string();
    expect!["no parser is named `suricatta`; known: auto, sysmon-linux, windows, ocsf, cloudtrail, guardduty, vpcflow, aws-waf, suricata, zeek, laurel, auditd, okta, auth0, duo, entra, exchange-trace, azure-activity, gcp-audit, gworkspace, github, k8s-audit, falco, zscaler, osquery, crowdstrike, eslogger, macos-unified, otlp, browser, mqtt, cisco-asa, cef, leef, access, bind, dnsmasq, syslog, json; did you mean `suricata`?"].assert_eq(&message("suricatta"));
    expect!["no parser is named `oracle`; known: auto, sysmon-linux, windows, ocsf, cloudtrail, guardduty, vpcflow, aws-waf, suricata, zeek, laurel, auditd, okta, auth0, duo, entra, exchange-trace, azure-activity, gcp-audit, gworkspace, github, k8s-audit, falco, zscaler, osquery, crowdstrike, eslogger, macos-unified, otlp, browser, mqtt, cisco-asa, cef, leef, access, bind, dnsmasq, syslog, json"].assert_eq(&message("oracle"));
    registry.check_name("auto").unwrap();
}

fn check(body: &str, wanted: Expect) {
    let registry = Registry::new().unwrap();
    let found = registry
        .parser_for("auto", body.as_bytes())
        .map(|parser| parser.name());
    wanted.assert_eq(found.unwrap_or("none"));
}

#[test]
fn records_are_told_by_their_content() {
    check(
        r#"{"eventVersion":"1.08","eventSource":"s3","eventName":"x","awsRegion":"y"}"#,
        expect!["cloudtrail"],
    );
    check(
        r#"{"timestamp":"t","event_type":"dns","flow_id":1}"#,
        expect!["suricata"],
    );
    check(r#"{"_path":"conn","ts":1}"#, expect!["zeek"]);
    check("type=SYSCALL msg=audit(1.2:3): a=1", expect!["auditd"]);
    check(
        "<13>Jan  1 00:00:00 h audispd: node=h type=PATH msg=audit(1.2:3): item=0",
        expect!["auditd"],
    );
    check("Jan  1 00:00:00 h sshd[1]: x", expect!["syslog"]);
    check(
        "<34>1 2026-01-01T00:00:00Z h app - - - x",
        expect!["syslog"],
    );
    check("plain text", expect!["none"]);
    check(r#"{"a":1}"#, expect!["none"]);
    check("", expect!["none"]);
    check("audit(", expect!["none"]);
}

#[test]
fn an_operators_program_is_a_parser_of_its_own() {
    let mut registry = Registry::new().unwrap();
    let source = r#". = { "class_uid": 0, "activity_id": 99, "activity_name": "Door", "severity_id": 1,
        "message": .body.door, "metadata": { "product": { "name": "Lock", "vendor_name": "Lock" } } }"#;
    registry.add_program("door", source).unwrap();
    let processed = registry.process(&scope(), &batch("door", [br#"{"door": "open"}"#.to_vec()]));
    expect![[r##"
        # event, records: 1
        {
          "activity_id": 99,
          "activity_name": "Door",
          "class_uid": 0,
          "message": "open",
          "metadata": {
            "product": {
              "name": "Lock",
              "vendor_name": "Lock"
            },
            "version": "1.3.0",
            "uid": "de6fde4fe2cb1591a11ac641232c9c88",
            "logged_time": 1795305600000
          },
          "severity_id": 1,
          "time": 1795305600000,
          "raw_data": "{\"door\": \"open\"}",
          "category_uid": 0,
          "type_uid": 99,
          "class_name": "Base Event",
          "severity": "Informational",
          "category_name": "Uncategorized",
          "type_name": "Base Event: Other"
        }
    "##]]
    .assert_eq(&render(&processed));
    let again = registry.add_program("door", source).unwrap_err();
    expect!["a parser named `door` is there already; give the program another name"]
        .assert_eq(&again.to_string());
    let broken = registry
        .add_program("broken", ".a = parse_json(.body)")
        .unwrap_err();
    expect![[r#"
        cannot compile the VRL program `broken`:

        error[E103]: unhandled fallible assignment
          ┌─ :1:6
          │
        1 │ .a = parse_json(.body)
          │ ---- ^^^^^^^^^^^^^^^^^
          │ │    │
          │ │    this expression is fallible because at least one argument's type cannot be verified to be valid
          │ │    update the expression to be infallible by adding a `!`: `parse_json!(.body)`
          │ │    `.body` argument type is `any` and this function expected a parameter `value` of type `string`
          │ or change this to an infallible assignment:
          │ .a, err = parse_json(.body)
          │
          = see documentation about error handling at https://errors.vrl.dev/#handling
          = see functions characteristics documentation at https://vrl.dev/expressions/#function-call-characteristics
          = learn more about error code 103 at https://errors.vrl.dev/103
          = see language documentation at https://vrl.dev
          = try your code in the VRL REPL, learn more at https://vrl.dev/examples
    "#]].assert_eq(&broken.to_string());
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
    expect![[r#"
        # dead letter, unparsable
        the parser panicked; please report this record
    "#]]
    .assert_eq(&render(&processed));
    assert_eq!(processed.dead().next().unwrap().parser, "panics@7");
}
