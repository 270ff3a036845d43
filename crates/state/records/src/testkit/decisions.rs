use std::time::Duration;

use aurora_model::{Action, Actor};
use serde_json::json;

use super::{Desk, Stand, edit};
use crate::{Change, Collection, DecisionQuery, Guard, fingerprint};

/// 1, 2, 3 … whatever failed in between.
pub async fn decisions_are_dense_across_failures(stand: &dyn Stand) {
    let desk = Desk::at(stand).await;
    for round in 1..=20 {
        let conflict = edit("a").put(
            Collection::Alerts,
            "a",
            Guard::Version(round + 1),
            json!({}),
        );
        desk.commit(conflict).await.expect_err("a conflict");
        desk.commit(Change::progress().slot("s", *b"x"))
            .await
            .expect("progress");
        let good = edit("a").put(Collection::Alerts, "a", Guard::Any, json!({"n": round}));
        assert_eq!(desk.commit(good).await.expect("a commit"), Some(round));
    }
    let seqs: Vec<u64> = desk
        .decisions()
        .await
        .iter()
        .map(|decision| decision.seq)
        .collect();
    assert_eq!(seqs, (1..=20).collect::<Vec<_>>());
}

/// Scope, actor, authentication, action, reason, trace and time all come back.
pub async fn decisions_say_who_what_and_why(stand: &dyn Stand) {
    let mut desk = Desk::at(stand).await;
    desk.clock.advance(Duration::from_secs(5));
    desk.context.actor = Actor::Person("ada".into());
    desk.context.auth = aurora_model::AuthStrength::OneTimeLink;
    desk.context.reason = "seen it".into();
    let action = Action::on("alert.close", ["a", "b"]);
    desk.commit(Change::decided(action.clone()))
        .await
        .expect("a decision");
    let decisions = desk.decisions().await;
    let [decision] = decisions.as_slice() else {
        panic!("one decision: {decisions:?}")
    };
    assert_eq!(decision.scope, desk.context.scope);
    assert_eq!(decision.actor, desk.context.actor);
    assert_eq!(decision.auth, desk.context.auth);
    assert_eq!(decision.action, action);
    assert_eq!(decision.reason, "seen it");
    assert_eq!(decision.trace, desk.context.trace);
    assert_eq!(decision.at.as_millis(), 6_000);
    assert_eq!((&decision.before, &decision.after), (&None, &None));
}

/// The hashes are those of the documents in the store.
pub async fn decisions_hash_before_and_after(stand: &dyn Stand) {
    let desk = Desk::at(stand).await;
    let both = |a, b| {
        edit("a").put(Collection::Alerts, "b", Guard::Any, b).put(
            Collection::Alerts,
            "a",
            Guard::Any,
            a,
        )
    };
    desk.commit(both(json!({"n": 1}), json!({"n": 2})))
        .await
        .expect("a commit");
    let first = fingerprint([
        &desk.get("a").await.expect("a"),
        &desk.get("b").await.expect("b"),
    ]);
    desk.commit(both(json!({"n": 3}), json!({"n": 4, "m": 0.1})))
        .await
        .expect("a commit");
    let second = fingerprint([
        &desk.get("a").await.expect("a"),
        &desk.get("b").await.expect("b"),
    ]);
    let remove = edit("a")
        .remove(Collection::Alerts, "a", Guard::Any)
        .remove(Collection::Alerts, "b", Guard::Any);
    desk.commit(remove).await.expect("a commit");
    let seen: Vec<_> = desk
        .decisions()
        .await
        .into_iter()
        .map(|d| (d.before, d.after))
        .collect();
    assert!(first.is_some() && first != second);
    assert_eq!(
        seen,
        [
            (None, first.clone()),
            (first, second.clone()),
            (second, None)
        ]
    );
}

/// By object, after a sequence, up to a limit.
pub async fn decisions_are_found_by_object(stand: &dyn Stand) {
    let desk = Desk::at(stand).await;
    let sets: [&[&str]; 4] = [&["a"], &["b", "a"], &["b"], &["a", "a"]];
    for objects in sets {
        let action = Action::on("alert.edit", objects.iter().copied());
        desk.commit(Change::decided(action))
            .await
            .expect("a decision");
    }
    let cases = [
        (0, None, 10, vec![1, 2, 3, 4]),
        (2, None, 10, vec![3, 4]),
        (0, None, 2, vec![1, 2]),
        (9, None, 10, vec![]),
        (0, None, 0, vec![]),
        (0, Some("a"), 10, vec![1, 2, 4]),
        (1, Some("b"), 10, vec![2, 3]),
        (1, Some("a"), 1, vec![2]),
        (0, Some("c"), 10, vec![]),
    ];
    for (after, object, limit, want) in cases {
        let query = DecisionQuery {
            after,
            object: object.map(str::to_owned),
            limit,
        };
        let found = desk
            .records
            .decisions(desk.scope(), &query)
            .await
            .expect("the store works");
        let seqs: Vec<u64> = found.iter().map(|decision| decision.seq).collect();
        assert_eq!(seqs, want, "{query:?}");
    }
}
