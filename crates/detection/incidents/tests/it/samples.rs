//! Alerts of a small world, in which everything happens soon.

use aurora_clock::Timestamp;
use aurora_ids::Derive;
use aurora_model::{
    Alert, AlertId, AlertStatus, Disposition, Entity, EntityKind, Severity, TraceContext,
};
use proptest::prelude::*;
use serde_json::json;

pub const MINUTE: i64 = 60_000;

pub fn id(number: u64) -> AlertId {
    AlertId(Derive::new("test.alert").number(number).finish())
}

pub fn entity(kind: EntityKind, value: &str) -> Entity {
    let value = value.to_owned();
    Entity { kind, value }
}

/// An alert of the `number`th name, `minute` minutes into 1970, about `entities`.
pub fn alert(number: u64, minute: i64, entities: &[(EntityKind, &str)]) -> Alert {
    let at = minute * MINUTE;
    let entities: Vec<Entity> = entities
        .iter()
        .map(|(kind, value)| entity(*kind, value))
        .collect();
    let document = json!({
        "id": id(number), "rule": format!("rule-{}", number % 5), "rule_revision": "1",
        "title": format!("title {number}"), "author": "a", "severity": Severity::High,
        "status": AlertStatus::New, "disposition": null, "owner": null, "note": null,
        "entities": entities, "group_key": "", "count": 1, "first_seen": at, "last_seen": at,
        "created_at": at, "updated_at": at, "attack": [], "source": "windows", "evidence": [],
        "related": [], "matched": [], "trace": TraceContext::new(),
    });
    serde_json::from_value(document).unwrap()
}

const WORLD: &[(EntityKind, &str)] = &[
    (EntityKind::Host, "h1.example"),
    (EntityKind::Host, "h2"),
    (EntityKind::Host, "H3"),
    (EntityKind::User, "eva"),
    (EntityKind::User, r"LAB\tom"),
    (EntityKind::User, "SYSTEM"),
    (EntityKind::Address, "10.0.0.1"),
    (EntityKind::Address, "10.0.0.2"),
    (EntityKind::Address, "127.0.0.1"),
    (EntityKind::Address, "203.0.113.7"),
    (EntityKind::Process, "/bin/p"),
    (EntityKind::File, "/tmp/f"),
    (EntityKind::Account, "1111"),
    (EntityKind::Hash, "aa"),
];

const TACTICS: &[&str] = &["TA0001", "TA0002", "TA0006", "TA0008", "TA0010", "T1059"];

prop_compose! {
    /// Any version of any of 16 alerts.
    pub fn any_alert()(
        number in 0_u64..16,
        minute in 0_i64..(40 * 60),
        lasts in prop_oneof![3 => Just(0_i64), 1 => 0_i64..90],
        about in proptest::sample::subsequence(WORLD, 0..4),
        attack in proptest::sample::subsequence(TACTICS, 0..3),
        severity in 1_usize..6,
        closed in proptest::option::weighted(0.2, 0_usize..6),
        count in 1_u64..4,
    ) -> Alert {
        let mut alert = alert(number, minute, &about);
        alert.last_seen = Timestamp::from_millis((minute + lasts) * MINUTE);
        alert.attack = attack.into_iter().map(str::to_owned).collect();
        alert.severity = Severity::ALL[severity];
        alert.count = count;
        if let Some(disposition) = closed {
            alert.status = AlertStatus::Closed;
            alert.disposition = Some(Disposition::ALL[disposition]);
        }
        alert
    }
}
