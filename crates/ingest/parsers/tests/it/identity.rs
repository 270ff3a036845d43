//! The ids of events, and that every record is settled once.

use std::sync::LazyLock;

use aurora_parsers::Registry;
use proptest::prelude::*;

use crate::support::{batch, scope};

const TRAIL: &str = r#"{"eventVersion":"1.08","eventID":"8d4c3c1e-0001","eventTime":"2026-01-01T00:00:00Z",
"eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.1",
"userIdentity":{"type":"Root","accountId":"1"}}"#;

fn uids(registry: &Registry, source: &str, bodies: &[&str]) -> Vec<String> {
    let batch = batch(source, bodies.iter().map(|body| body.as_bytes().to_vec()));
    registry
        .process(&scope(), &batch)
        .events()
        .map(|item| item.uid.to_string())
        .collect()
}

#[test]
fn the_sources_own_id_makes_the_same_event_from_another_place() {
    let registry = crate::support::registry();
    let found = uids(&registry, "cloudtrail", &[TRAIL, TRAIL]);
    assert_eq!(found[0], found[1]);
    let json = r#"{"a":1}"#;
    let found = uids(&registry, "json", &[json, json]);
    assert_ne!(found[0], found[1], "two places, and no own id");
}

#[test]
fn a_record_with_an_id_of_its_connection_is_known_by_what_it_says() {
    let registry = crate::support::registry();
    let flow = |id: &str, at: u8| {
        format!(
            r#"{{"timestamp":"2026-03-04T10:15:3{at}.000001+0000","event_type":"alert",{id}"src_ip":"192.0.2.1","dest_ip":"192.0.2.2","proto":"TCP","alert":{{"signature":"s","signature_id":1,"severity":1}}}}"#
        )
    };
    let (one, other, none) = (
        flow(r#""flow_id":7,"#, 1),
        flow(r#""flow_id":7,"#, 2),
        flow("", 1),
    );
    let found = uids(&registry, "suricata", &[&one, &one, &other, &none, &none]);
    assert_eq!(found[0], found[1], "the same record, sent twice");
    assert_ne!(found[0], found[2], "another record of the flow");
    assert_ne!(found[3], found[4], "two places, and no id");
    let row = "#separator \\x09\n#path\tweird\n#fields\tts\tuid\tname\n#types\ttime\tstring\tstring\n1772619330.1\tC1\t";
    let (one, other) = (format!("{row}bad"), format!("{row}worse"));
    let found = uids(&registry, "zeek", &[&one, &one, &other]);
    assert_eq!(found[0], found[1]);
    assert_ne!(found[0], found[2]);
}

#[test]
fn the_uid_stands_in_the_event_and_repeats() {
    let registry = crate::support::registry();
    let batch = batch("auto", [TRAIL.as_bytes().to_vec()]);
    let (once, twice) = (
        registry.process(&scope(), &batch),
        registry.process(&scope(), &batch),
    );
    assert_eq!(once, twice);
    let item = once.events().next().unwrap();
    let event = item.event().unwrap();
    assert_eq!(event["metadata"]["uid"], item.uid.to_string());
}

#[test]
fn a_file_of_records_becomes_events_of_which_the_last_has_the_weight() {
    let registry = crate::support::registry();
    let other = TRAIL.replace("-0001", "-0002");
    let file = format!(r#"{{"Records":[{TRAIL},{other}]}}"#);
    let batch = batch("auto", [file.into_bytes()]);
    let processed = registry.process(&scope(), &batch);
    let weights: Vec<_> = processed.events().map(|item| item.records).collect();
    assert_eq!(weights, [0, 1]);
}

#[test]
fn one_bad_event_of_a_group_sends_every_record_to_the_dead_letter() {
    let registry = crate::support::registry();
    let lines = [
        "type=PATH msg=audit(1.2:3): item=0",
        "type=SYSCALL msg=audit(x:3): a=1",
    ];
    let batch = batch("auditd", lines.iter().map(|line| line.as_bytes().to_vec()));
    let processed = registry.process(&scope(), &batch);
    assert_eq!(processed.dead().count(), 1);
    assert_eq!(processed.events().map(|item| item.records).sum::<u32>(), 1);
}

fn lines() -> impl Strategy<Value = Vec<String>> {
    let line = prop_oneof![
        (
            0..4_u8,
            prop_oneof!["SYSCALL", "EXECVE", "PATH", "EOE", "[A-Z]{3,9}"]
        )
            .prop_map(|(serial, kind)| format!(
                "type={kind} msg=audit(1700000000.1:{serial}): a0=1 pid=7 syscall=59 arch=c000003e"
            )),
        Just(TRAIL.replace('\n', "")),
        "\\PC{0,40}",
        Just(
            "<13>Jan  1 00:00:00 h sshd[1]: Failed password for root from 192.0.2.9 port 22 ssh2"
                .to_owned()
        ),
    ];
    proptest::collection::vec(line, 0..24)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_record_is_settled_once(lines in lines()) {
        static REGISTRY: LazyLock<Registry> = LazyLock::new(crate::support::registry);
        let registry = &*REGISTRY;
        let batch = batch("auto", lines.into_iter().map(String::into_bytes));
        let processed = registry.process(&scope(), &batch);
        let stored: u32 = processed.events().map(|item| item.records).sum();
        prop_assert_eq!(stored as usize + processed.dead().count(), batch.records.len());
    }
}
