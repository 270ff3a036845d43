use serde_json::json;

use super::{Desk, Stand, edit};
use crate::{Change, Collection, Error, Guard};

const ALERTS: Collection = Collection::Alerts;

/// `New` wants nothing there, `Version` exactly that version, `Any` nothing in particular; a
/// conflict says what was found.
pub async fn guards_name_the_version(stand: &dyn Stand) {
    let desk = Desk::at(stand).await;
    let write = |guard| edit("a").put(ALERTS, "a", guard, json!({"rule": "r"}));
    let remove = |guard| edit("a").remove(ALERTS, "a", guard);
    let conflicts = [
        (write(Guard::Version(1)), 1, 0),
        (remove(Guard::Version(3)), 3, 0),
    ];
    for (change, expected, found) in conflicts {
        refused(&desk, change, expected, found).await;
    }
    for (guard, version) in [(Guard::New, 1), (Guard::Version(1), 2), (Guard::Any, 3)] {
        desk.commit(write(guard)).await.expect("the guard holds");
        assert_eq!(desk.version("a").await, version);
    }
    let conflicts = [
        (write(Guard::New), 0, 3),
        (write(Guard::Version(2)), 2, 3),
        (write(Guard::Version(4)), 4, 3),
        (remove(Guard::Version(2)), 2, 3),
        (remove(Guard::New), 0, 3),
    ];
    for (change, expected, found) in conflicts {
        refused(&desk, change, expected, found).await;
    }
    desk.commit(remove(Guard::Version(3)))
        .await
        .expect("the guard holds");
    assert_eq!(desk.get("a").await, None);
    desk.commit(remove(Guard::Any))
        .await
        .expect("removing what is not there is no conflict");
    desk.commit(write(Guard::New))
        .await
        .expect("it was removed");
    assert_eq!(desk.version("a").await, 1);
}

async fn refused(desk: &Desk, change: Change, want: u64, is: u64) {
    match desk.commit(change).await {
        Err(Error::Conflict {
            collection: ALERTS,
            id,
            expected,
            found,
        }) => {
            assert_eq!((id.as_str(), expected, found), ("a", want, is));
        }
        other => panic!("want a conflict ({want}, {is}), got {other:?}"),
    }
}

/// One refused part undoes documents, slots, counters and the decision.
pub async fn a_change_commits_whole_or_not_at_all(stand: &dyn Stand) {
    let desk = Desk::at(stand).await;
    desk.put("old", json!({"owner": "eve"})).await;
    desk.commit(Change::progress().slot("s", *b"1").count("c".into(), 5))
        .await
        .expect("progress");
    let all = || {
        edit("new")
            .put(ALERTS, "new", Guard::New, json!({"a": 1}))
            .put(Collection::People, "new", Guard::Any, json!({"name": "n"}))
            .put(
                ALERTS,
                "old",
                Guard::Version(1),
                json!({"owner": "mallory"}),
            )
            .slot("s", *b"2")
            .slot("t", *b"2")
            .count("c".into(), 1)
            .count("d".into(), 1)
    };
    let late_conflict = all().put(ALERTS, "old", Guard::Version(9), json!({}));
    let moved = all().advance("s", Some(b"0".to_vec()), *b"3");
    assert!(matches!(
        desk.commit(late_conflict).await,
        Err(Error::Conflict { .. })
    ));
    assert!(matches!(
        desk.commit(moved).await,
        Err(Error::CheckpointMoved { .. })
    ));

    assert_eq!(desk.get("new").await, None);
    let person = desk
        .records
        .get(desk.scope(), Collection::People, "new")
        .await;
    assert_eq!(person.expect("the store works"), None);
    assert_eq!(
        desk.get("old").await.expect("it stays").body,
        json!({"owner": "eve"})
    );
    assert_eq!(desk.slot("s").await.as_deref(), Some(&b"1"[..]));
    assert_eq!(desk.slot("t").await, None);
    assert_eq!(desk.counters("").await, [("c".to_owned(), 5)]);
    assert_eq!(desk.decisions().await.len(), 1);

    assert_eq!(
        desk.commit(all()).await.expect("nothing is in the way"),
        Some(2)
    );
    assert_eq!(desk.version("old").await, 2);
    assert_eq!(desk.slot("t").await.as_deref(), Some(&b"2"[..]));
    assert_eq!(
        desk.counters("").await,
        [("c".to_owned(), 6), ("d".to_owned(), 1)]
    );
}

/// Within a change, a later write meets what an earlier one left.
pub async fn writes_of_one_change_see_each_other(stand: &dyn Stand) {
    let desk = Desk::at(stand).await;
    let change = edit("a")
        .put(ALERTS, "a", Guard::New, json!({"n": 1}))
        .put(ALERTS, "a", Guard::Version(1), json!({"n": 2}))
        .put(ALERTS, "b", Guard::New, json!({}))
        .remove(ALERTS, "b", Guard::Version(1))
        .advance("s", None, *b"1")
        .advance("s", Some(b"1".to_vec()), *b"2")
        .count("c".into(), 1)
        .count("c".into(), 2);
    desk.commit(change)
        .await
        .expect("each follows from the one before");
    let document = desk.get("a").await.expect("it was written");
    assert_eq!((document.version, document.body), (2, json!({"n": 2})));
    assert_eq!(desk.get("b").await, None);
    assert_eq!(desk.slot("s").await.as_deref(), Some(&b"2"[..]));
    assert_eq!(desk.counters("c").await, [("c".to_owned(), 3)]);
}

/// Checkpoints and counters are progress; a document is not.
pub async fn documents_need_a_decision(stand: &dyn Stand) {
    let desk = Desk::at(stand).await;
    let undecided = [
        Change::progress().put(ALERTS, "a", Guard::Any, json!({})),
        Change::progress()
            .remove(ALERTS, "a", Guard::Any)
            .slot("s", *b"1"),
    ];
    for change in undecided {
        assert!(matches!(desk.commit(change).await, Err(Error::Undecided)));
    }
    assert_eq!(desk.slot("s").await, None);
    assert_eq!(
        desk.commit(Change::progress().slot("s", *b"1"))
            .await
            .expect("progress"),
        None
    );
    assert_eq!(
        desk.commit(Change::progress())
            .await
            .expect("nothing to do"),
        None
    );
    assert_eq!(
        desk.commit(edit("a")).await.expect("a decision alone"),
        Some(1)
    );
}

/// A body is a JSON object.
pub async fn bodies_are_objects(stand: &dyn Stand) {
    let desk = Desk::at(stand).await;
    for body in [json!(null), json!(1), json!("x"), json!([{}])] {
        let change = edit("a").put(ALERTS, "a", Guard::Any, body);
        assert!(matches!(
            desk.commit(change).await,
            Err(Error::NotAnObject { .. })
        ));
    }
    assert!(desk.decisions().await.is_empty());
}

/// Two tenants use the same ids, slots and counters, and each has its own decisions.
pub async fn scopes_do_not_see_each_other(stand: &dyn Stand) {
    let one = Desk::at(stand).await;
    let two = one.tenant("two");
    let mut elsewhere = one.tenant("default");
    elsewhere.context.scope.site.0 = aurora_ids::Id128::from_bytes([8; 16]);
    one.put("a", json!({"owner": "one", "rule": "r"})).await;
    one.put("a", json!({"owner": "one", "rule": "r"})).await;
    one.commit(Change::progress().slot("s", *b"1").count("c".into(), 1))
        .await
        .expect("progress");
    for other in [&two, &elsewhere] {
        assert_eq!(other.get("a").await, None);
        assert_eq!(other.slot("s").await, None);
        assert!(other.counters("").await.is_empty());
        assert!(other.decisions().await.is_empty());
        assert_eq!(other.ids(&crate::Query::of(ALERTS)).await, (vec![], 0));
        let change = edit("a")
            .put(ALERTS, "a", Guard::New, json!({"owner": "other"}))
            .advance("s", None, *b"2")
            .count("c".into(), 7);
        assert_eq!(other.commit(change).await.expect("its own"), Some(1));
    }
    assert_eq!(one.get("a").await.expect("its own").body["owner"], "one");
    assert_eq!(one.version("a").await, 2);
    assert_eq!(one.slot("s").await.as_deref(), Some(&b"1"[..]));
    assert_eq!(one.counters("").await, [("c".to_owned(), 1)]);
    assert_eq!(one.decisions().await.len(), 2);
}
