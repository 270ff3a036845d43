use serde_json::json;

use super::{Desk, Stand, edit};
use crate::{Change, Collection, Error, Guard, Query, Test};

/// Everything acknowledged is there after a close, and work goes on where it stopped.
pub async fn reopening_keeps_everything(stand: &dyn Stand) {
    let desk = Desk::at(stand).await;
    for collection in Collection::ALL {
        let change = edit("x")
            .put(collection, "x", Guard::New, json!({"name": "n", "rank": 4}))
            .slot(&format!("s/{collection}"), *b"\0\x01")
            .count(format!("c/{collection}"), 9);
        desk.commit(change).await.expect("a commit");
    }
    let removed = edit("x").remove(Collection::Links, "x", Guard::Any);
    desk.commit(removed).await.expect("a commit");
    let before = desk.decisions().await;
    desk.records.close().await.expect("it closes");
    drop(desk);

    for _ in 0..2 {
        let desk = Desk::at(stand).await;
        assert_eq!(desk.decisions().await, before);
        for collection in Collection::ALL {
            let found = desk
                .records
                .get(desk.scope(), collection, "x")
                .await
                .expect("it works");
            assert_eq!(found.is_some(), collection != Collection::Links);
            assert_eq!(
                desk.slot(&format!("s/{collection}")).await.as_deref(),
                Some(&b"\0\x01"[..])
            );
            assert_eq!(desk.counters(&format!("c/{collection}")).await[0].1, 9);
        }
        let ranked = Query::of(Collection::Alerts).with("rank", Test::AtLeast(4));
        assert_eq!(desk.ids(&ranked).await.1, 1);
        desk.records.close().await.expect("it closes");
    }

    let desk = Desk::at(stand).await;
    let change = edit("x").put(Collection::Alerts, "x", Guard::Version(1), json!({}));
    assert_eq!(
        desk.commit(change).await.expect("a commit"),
        Some(before.len() as u64 + 1)
    );
}

/// After `close` nothing is taken, and closing again is harmless.
pub async fn a_closed_store_refuses(stand: &dyn Stand) {
    let desk = Desk::at(stand).await;
    desk.records.close().await.expect("it closes");
    desk.records.close().await.expect("it is closed");
    let commit = desk.commit(Change::progress().slot("s", *b"1")).await;
    assert!(matches!(commit, Err(Error::Closed)), "{commit:?}");
    let slot = desk.records.slot(desk.scope(), "s").await;
    assert!(matches!(slot, Err(Error::Closed)), "{slot:?}");
}
