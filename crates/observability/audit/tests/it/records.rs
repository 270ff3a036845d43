use aurora_audit::{Entry, Record};
use aurora_clock::Timestamp;
use aurora_model::{Action, Actor, AuthStrength, Decision, Scope, SiteId, TraceContext};
use expect_test::expect;
use proptest::prelude::*;

pub(crate) fn decision(seq: u64) -> Decision {
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let site = "5f0c2e9a4b7d41c8a6e3d2f1b0c9a8e7";
    Decision {
        seq,
        at: Timestamp::from_millis(1_795_345_544_720),
        scope: Scope::of(SiteId(site.parse().unwrap())),
        actor: Actor::Person("Eva \"E\" Ölund".to_owned()),
        auth: AuthStrength::OneTimeLink,
        action: Action::on("alert.close", ["4f9c", "77aa"]),
        reason: "false positive\n\u{1}\u{7f}".to_owned(),
        policy: None,
        trace: trace.parse::<TraceContext>().unwrap(),
        before: Some("ab".repeat(32)),
        after: None,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Logs that exist depend on these bytes.
#[test]
fn the_first_version_stays_as_it_is() {
    let bytes = Record::encode(&decision(17));
    expect![[r#"{"action":"alert.close","actor":{"kind":"person","name":"Eva \"E\" Ölund"},"after":null,"at":1795345544720,"auth":"one_time_link","before":"abababababababababababababababababababababababababababababababab","objects":["4f9c","77aa"],"reason":"false positive\n\u0001","scope":{"site":"5f0c2e9a4b7d41c8a6e3d2f1b0c9a8e7","tenant":"default"},"seq":17,"trace":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","v":1}"#]]
    .assert_eq(std::str::from_utf8(&bytes).unwrap());
    let entry = Entry::commit(&[7; 32], &bytes);
    expect!["01e5f83c7abfd59067024db998409dd616718f4213da51a6bcabfa6503eb08ebde"]
        .assert_eq(&hex(entry.as_bytes()));
    expect!["0553bb1960ce06ae77dde9fb4c7d3ce0451fae0471fd1633c348b1e6111861b9"]
        .assert_eq(&hex(&entry.leaf().0));
}

/// Of what somebody was allowed to do, with the policies that allowed it.
#[test]
fn the_second_version_stays_as_it_is() {
    let allowed = Decision {
        policy: Some("9c1f".to_owned()),
        ..decision(17)
    };
    let bytes = Record::encode(&allowed);
    expect![[r#"{"action":"alert.close","actor":{"kind":"person","name":"Eva \"E\" Ölund"},"after":null,"at":1795345544720,"auth":"one_time_link","before":"abababababababababababababababababababababababababababababababab","objects":["4f9c","77aa"],"policy":"9c1f","reason":"false positive\n\u0001","scope":{"site":"5f0c2e9a4b7d41c8a6e3d2f1b0c9a8e7","tenant":"default"},"seq":17,"trace":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","v":2}"#]]
    .assert_eq(std::str::from_utf8(&bytes).unwrap());
    assert_eq!(Record::decode(&bytes).unwrap().decision, allowed);
}

#[test]
fn there_is_one_text_a_record() {
    let text = String::from_utf8(Record::encode(&decision(17))).unwrap();
    let refused = |text: &str| Record::decode(text.as_bytes()).unwrap_err().to_string();
    for other in [
        text.replace(":17,", ": 17,"),
        text.replace("Ö", "\\u00d6"),
        text.replace("\"after\":null,", ""),
        text.replace("\"seq\":17", "\"seq\":17.0"),
        format!("{text}\n"),
        text.replace("\"v\":1", "\"v\":1,\"w\":1"),
        text.replace("\"v\":1", "\"v\":0"),
        text.replace("\"v\":1", "\"v\":2"),
        text.replace("\"reason\"", "\"policy\":\"p\",\"reason\""),
        text.replace("\"reason\"", "\"policy\":null,\"reason\""),
    ] {
        assert!(refused(&other).contains("cannot read a record"), "{other}");
    }
    let newer = refused(&text.replace("\"v\":1", "\"v\":3,\"w\":1"));
    assert_eq!(
        newer,
        "cannot read a record of version 3: this release knows up to 2"
    );
}

proptest! {
    #[test]
    fn every_decision_comes_back(
        seq: u64, at in -10_000_000_000_000i64..10_000_000_000_000, name: String, reason: String,
        objects: Vec<String>, before: Option<String>, after: Option<String>,
        policy: Option<String>, who in 0..3,
    ) {
        let actor = [Actor::Person, Actor::LocalOperator, Actor::Service][who as usize](name.clone());
        let decision = Decision {
            at: Timestamp::from_millis(at), actor, action: Action { name, objects }, reason, before,
            after, policy, ..decision(seq)
        };
        let read = Record::decode(&Record::encode(&decision)).unwrap();
        prop_assert_eq!(read.decision, decision);
    }
}
