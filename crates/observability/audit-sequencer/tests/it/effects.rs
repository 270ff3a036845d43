use std::sync::Arc;

use aurora_audit_sequencer::Keys;
use aurora_clock::{ManualClock, Timestamp};
use aurora_disk::SimDisk;
use aurora_model::Context;
use aurora_model::effect::{Intent, Outcome};
use aurora_records::{Change, DecisionQuery, Error, Records, effect};
use aurora_records_memory::MemoryRecords;

use crate::stand::{judge, keyring, open, scope};

fn intent(id: &str) -> Intent {
    Intent {
        id: id.to_owned(),
        does: "notify.send".to_owned(),
        target: "mail".to_owned(),
    }
}

#[tokio::test]
async fn an_effect_without_an_outcome_is_reported_once() {
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1)));
    let records = MemoryRecords::new(clock);
    let scope = scope();
    let context = Context::service(scope.clone(), "notify", "an alert is told");
    let commit = |change| records.commit(&context, change);
    commit(Change::announce("notify", &intent("a")))
        .await
        .unwrap();
    commit(Change::settle("notify", &intent("a"), Outcome::Done))
        .await
        .unwrap();
    commit(Change::announce("notify", &intent("b")))
        .await
        .unwrap();
    commit(Change::announce("other", &intent("c")))
        .await
        .unwrap();
    let twice = commit(Change::announce("notify", &intent("b")))
        .await
        .unwrap_err();
    assert!(matches!(twice, Error::CheckpointMoved { .. }), "{twice}");

    let keys = Keys::of(&keyring(), &scope);
    let disk = SimDisk::new(1);
    let query = DecisionQuery {
        limit: 100,
        ..DecisionQuery::default()
    };
    let log = async || {
        let mut log = open(&disk, &keys);
        let after = log.head().checkpoint.size;
        let query = DecisionQuery {
            after,
            ..query.clone()
        };
        log.append(&records.decisions(&scope, &query).await.unwrap())
            .unwrap();
        judge(&disk, &keys, None).open_effects
    };
    assert_eq!(log().await, [3, 4], "the log itself shows what is open");
    let left = effect::report_unknown(&records, &scope, "notify")
        .await
        .unwrap();
    assert_eq!(left, [intent("b")]);
    assert_eq!(
        effect::report_unknown(&records, &scope, "notify")
            .await
            .unwrap(),
        []
    );
    assert_eq!(log().await, [4], "another role's is not ours to settle");
    let last = records
        .decisions(&scope, &query)
        .await
        .unwrap()
        .pop()
        .unwrap();
    assert_eq!(last.action, intent("b").settled(Outcome::Unknown));
    let late = commit(Change::settle("notify", &intent("b"), Outcome::Done)).await;
    assert!(late.is_err(), "it ends once");
    commit(Change::announce("notify", &intent("b")))
        .await
        .unwrap();
    assert_eq!(log().await, [4, 6], "tried again, open again");
}
