use std::collections::HashMap;

use aurora_clock::Timestamp;
use aurora_engineering::health::{Facts, Recent, Record, examine};
use aurora_model::RuleId;
use expect_test::{Expect, expect};

use crate::rules::{FAILED, logon, set};

/// Each rule's worst trouble, as a line.
fn check(events: usize, record: Record, expected: Expect) {
    let never = FAILED
        .replace("1111-4111", "2222-4111")
        .replace("failed_logon", "other")
        .replace("Failed logon", "Needs a field")
        .replace("status_id: 2", "NoSuchField: 2");
    let set = set(&[FAILED, &never]);
    let recent = Recent {
        events: (0..events).map(|n| logon(n as i64, "eva", false)).collect(),
        more: false,
    };
    let logsource = set.rules()[0].rule.logsource.to_string();
    let records = HashMap::from([(
        RuleId("11111111-1111-4111-8111-111111111111".to_owned()),
        record,
    )]);
    let report = examine(&Facts {
        set: &set,
        at: Timestamp::from_millis(0),
        days: 7,
        records: &records,
        recent: &HashMap::from([(logsource, recent)]),
        bounds: &HashMap::new(),
    });
    let mut text = String::new();
    for rule in &report.rules {
        let worst = rule.worst().map_or("well", |kind| kind.word());
        text += &format!("{}: {worst}\n", rule.title);
    }
    expected.assert_eq(&text);
}

#[test]
fn a_rule_without_events_has_no_source() {
    check(
        0,
        Record::default(),
        expect![[r"
            Failed logon: source missing
            Needs a field: source missing
        "]],
    );
}

#[test]
fn a_field_that_no_event_has_breaks_the_rule_that_needs_it() {
    let fired = Record {
        fires: 3,
        alerts: 1,
        ..Record::default()
    };
    check(
        40,
        fired,
        expect![[r"
            Needs a field: broken
            Failed logon: well
        "]],
    );
    check(
        40,
        Record::default(),
        expect![[r"
            Needs a field: broken
            Failed logon: never fired
        "]],
    );
    // Too few to say so.
    check(
        5,
        fired,
        expect![[r"
            Needs a field: never fired
            Failed logon: well
        "]],
    );
}

#[test]
fn false_alarms_make_a_rule_noisy() {
    let noisy = Record {
        fires: 30,
        alerts: 10,
        judged: 8,
        false_positives: 5,
        ..Record::default()
    };
    check(
        5,
        noisy,
        expect![[r"
            Failed logon: noisy
            Needs a field: never fired
        "]],
    );
}
