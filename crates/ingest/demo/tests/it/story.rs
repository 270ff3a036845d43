//! What the story promises.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_demo::{Demo, DemoRecord};
use aurora_model::DeadLetterReason;
use aurora_rules::RuleSet;

use crate::pipeline::{Replay, alerts, correlated, replay, shipped};

/// The year turns in the middle of the story, for the sources that write none.
fn starts() -> [Timestamp; 2] {
    ["2026-11-22T08:00:00Z", "2027-12-31T23:50:00.250Z"].map(|text| text.parse().unwrap())
}

/// One test, because a replay takes seconds: the parsers are compiled without optimisation here.
#[test]
fn the_story_keeps_its_promises_whenever_it_starts() {
    let rules = shipped();
    let mut uids = HashSet::new();
    for start in starts() {
        let records = Demo::records(start);
        let replay = replay(start, &records);
        only_the_broken_records_fail(&replay, records.len());
        every_event_happens_in_the_story(&replay, start);
        no_uid_comes_twice(&replay, &mut uids);
        the_rules_fire_exactly_as_expected(&rules, &replay);
    }
}

fn only_the_broken_records_fail(replay: &Replay, records: usize) {
    let dead: Vec<_> = replay
        .dead
        .iter()
        .map(|dead| (dead.reason, dead.host.as_str()))
        .collect();
    let wanted = [
        (DeadLetterReason::Unparsable, "ws-009"),
        (DeadLetterReason::UnknownFormat, "print-03"),
    ];
    assert_eq!(dead, wanted, "{:#?}", replay.dead);
    assert_eq!(replay.stored + replay.dead.len(), records);
}

fn every_event_happens_in_the_story(replay: &Replay, start: Timestamp) {
    // Syslog and CloudTrail write whole seconds.
    let first = start.minus(Duration::from_secs(1));
    let end = start.plus(Demo::DURATION);
    for event in &replay.events {
        let time = Timestamp::from_millis(event["time"].as_i64().unwrap());
        assert!(first <= time && time <= end, "{time} in {event:#}");
    }
}

/// Also not over two demonstrations: the second would be taken for a repetition of the first.
fn no_uid_comes_twice(replay: &Replay, uids: &mut HashSet<String>) {
    for event in &replay.events {
        let uid = event["metadata"]["uid"].as_str().unwrap().to_owned();
        assert!(uids.insert(uid), "twice: {event:#}");
    }
}

fn the_rules_fire_exactly_as_expected(rules: &RuleSet, replay: &Replay) {
    let expected = Demo::expected()
        .into_iter()
        .map(|row| (row.rule, row.alerts));
    let mut told = alerts(rules, &replay.events);
    told.extend(correlated(&replay.events));
    assert_eq!(told, expected.collect());
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
        assert!(
            records.iter().filter(within).count() >= 30,
            "minute {minute} is quiet"
        );
    }
}

#[test]
fn another_start_moves_the_story_and_changes_nothing_else() {
    let [one, other] = starts().map(Demo::records);
    let shape = |records: &[DemoRecord]| -> Vec<_> {
        records
            .iter()
            .map(|r| (r.source.clone(), r.host.clone(), r.at))
            .collect()
    };
    assert_eq!(shape(&one), shape(&other));
}

#[test]
fn every_source_speaks_and_no_place_is_left_open() {
    let records = Demo::records(starts()[0]);
    let sources: BTreeSet<&str> = records
        .iter()
        .map(|record| record.source.as_str())
        .collect();
    let wanted = [
        "auditd",
        "auto",
        "cloudtrail",
        "suricata",
        "syslog",
        "windows",
        "zeek",
    ];
    assert_eq!(sources, BTreeSet::from(wanted));
    for record in &records {
        let text = std::str::from_utf8(&record.body).unwrap();
        assert!(!text.contains("{{"), "{text}");
    }
}

#[test]
fn expected_rules_are_shipped_rules() {
    let shipped: BTreeSet<String> = aurora_shipped::rules().map(|(path, _)| path).collect();
    for row in Demo::expected() {
        assert!(
            shipped.contains(&format!("{}.yml", row.rule)),
            "{}",
            row.rule
        );
    }
}
