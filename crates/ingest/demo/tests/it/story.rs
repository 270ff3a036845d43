//! What the story promises.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_demo::{Demo, DemoRecord};
use aurora_model::DeadLetterReason;

use crate::pipeline::{alerts, replay, shipped};

/// The year turns in the middle of the story, for the sources that write none.
fn starts() -> [Timestamp; 2] {
    ["2026-11-22T08:00:00Z", "2027-12-31T23:50:00.250Z"].map(|text| text.parse().unwrap())
}

#[test]
fn the_rules_fire_exactly_as_expected_whenever_it_starts() {
    let rules = shipped();
    let expected: BTreeMap<String, u32> =
        Demo::expected().into_iter().map(|row| (row.rule, row.alerts)).collect();
    for start in starts() {
        let events = replay(start, &Demo::records(start)).events;
        assert_eq!(alerts(&rules, &events), expected);
    }
}

#[test]
fn every_record_becomes_an_event_except_the_two_broken_ones() {
    for start in starts() {
        let records = Demo::records(start);
        let replay = replay(start, &records);
        let dead: Vec<_> = replay.dead.iter().map(|dead| (dead.reason, dead.host.as_str())).collect();
        let wanted = [
            (DeadLetterReason::Unparsable, "ws-009"),
            (DeadLetterReason::UnknownFormat, "print-03"),
        ];
        assert_eq!(dead, wanted, "{:#?}", replay.dead);
        assert_eq!(replay.stored + replay.dead.len(), records.len());
    }
}

#[test]
fn every_event_happens_when_its_record_says() {
    for start in starts() {
        let events = replay(start, &Demo::records(start)).events;
        let end = start.plus(Demo::DURATION);
        // Syslog and CloudTrail write whole seconds.
        let first = start.minus(Duration::from_secs(1));
        for event in &events {
            let time = Timestamp::from_millis(event["time"].as_i64().unwrap());
            assert!(first <= time && time <= end, "{time} in {event:#}");
        }
    }
}

#[test]
fn no_two_events_have_one_uid() {
    let [start, other] = starts();
    let mut seen = HashSet::new();
    for start in [start, other] {
        for event in replay(start, &Demo::records(start)).events {
            let uid = event["metadata"]["uid"].as_str().unwrap().to_owned();
            assert!(seen.insert(uid), "twice: {event:#}");
        }
    }
}

#[test]
fn the_story_is_deterministic_ordered_and_fills_its_time() {
    let [start, _] = starts();
    let records = Demo::records(start);
    assert_eq!(records, Demo::records(start));
    assert!(records.is_sorted_by_key(|record| record.at));
    assert!(records.last().unwrap().at <= Demo::DURATION);
    assert!(records.len() >= 1_500, "{}", records.len());
    for minute in 0..20 {
        let within = |record: &&DemoRecord| record.at.as_secs() / 60 == minute;
        assert!(records.iter().filter(within).count() >= 30, "minute {minute} is quiet");
    }
}

#[test]
fn another_start_moves_the_story_and_changes_nothing_else() {
    let [one, other] = starts().map(Demo::records);
    let shape = |records: &[DemoRecord]| -> Vec<_> {
        records.iter().map(|r| (r.source.clone(), r.host.clone(), r.at)).collect()
    };
    assert_eq!(shape(&one), shape(&other));
}

#[test]
fn every_source_speaks_and_no_place_is_left_open() {
    let records = Demo::records(starts()[0]);
    let sources: BTreeSet<&str> = records.iter().map(|record| record.source.as_str()).collect();
    let wanted = ["auditd", "auto", "cloudtrail", "suricata", "syslog", "windows", "zeek"];
    assert_eq!(sources, BTreeSet::from(wanted));
    for record in &records {
        let text = std::str::from_utf8(&record.body).unwrap();
        assert!(!text.contains("{{") && !text.contains('@') || record.source.as_str() != "windows", "{text}");
        assert!(!text.contains("{{"), "{text}");
    }
}

#[test]
fn expected_rules_are_shipped_rules() {
    let shipped: BTreeSet<String> = aurora_shipped::rules().map(|(path, _)| path).collect();
    for row in Demo::expected() {
        assert!(shipped.contains(&format!("{}.yml", row.rule)), "{}", row.rule);
    }
}
