use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinSet;

use super::{LONG, SHORT, Stand, scope};
use crate::{Error, MAX_VALUE};

pub(crate) async fn values_expire_and_are_replaced(stand: &dyn Stand) {
    let (store, other) = (stand.open().await, stand.open().await);
    let scope = scope("values");
    assert_eq!(store.get(&scope, "a").await.unwrap(), None);
    for text in ["one", "", "\0\u{7f}"] {
        let value = Bytes::from(text);
        store.put(&scope, "a", value.clone(), LONG).await.unwrap();
        assert_eq!(other.get(&scope, "a").await.unwrap(), Some(value));
    }
    store.put(&scope, "a", "new".into(), SHORT).await.unwrap();
    store.put(&scope, "b", "new".into(), LONG).await.unwrap();
    stand.pass(SHORT * 2).await;
    assert_eq!(store.get(&scope, "a").await.unwrap(), None);
    assert_eq!(store.get(&scope, "b").await.unwrap(), Some("new".into()));

    let swaps = [
        (Some("x"), Some("y"), false),
        (None, Some(""), true),
        (None, Some("z"), false),
        (Some(""), Some("y"), true),
        (Some("Y"), None, false),
        (Some("y"), None, true),
        (None, None, true),
        (Some(""), None, false),
    ];
    for (expected, value, done) in swaps {
        let (expected, value) = (expected.map(str::as_bytes), value.map(Bytes::from));
        let swapped = store.swap(&scope, "s", expected, value, LONG).await;
        assert_eq!(swapped.unwrap(), done, "{expected:?}");
    }
}

pub(crate) async fn one_of_many_swaps_wins(stand: &dyn Stand) {
    const TASKS: u64 = 8;
    const ROUNDS: u64 = 10;
    let scope = Arc::new(scope("swaps"));
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (store, scope) = (stand.open().await, scope.clone());
        tasks.spawn(async move {
            let mut won = 0;
            while won < ROUNDS {
                let found = store.get(&scope, "n").await.unwrap();
                let number = found
                    .as_deref()
                    .map_or(0, |found| u64::from_le_bytes(found.try_into().unwrap()));
                let next = Bytes::copy_from_slice(&(number + 1).to_le_bytes());
                let swap = store.swap(&scope, "n", found.as_deref(), Some(next), LONG);
                won += u64::from(swap.await.unwrap());
            }
        });
    }
    tasks.join_all().await;
    let found = stand.open().await.get(&scope, "n").await.unwrap().unwrap();
    assert_eq!(found.as_ref(), (TASKS * ROUNDS).to_le_bytes());
}

pub(crate) async fn any_text_is_a_key_and_scopes_do_not_meet(stand: &dyn Stand) {
    let store = stand.open().await;
    let long = "x".repeat(100_000);
    let keys = ["", "\0", "a:b", "{a}", "*", "é\r\n$3", &long];
    for tenant in ["keys-1", "keys-2"] {
        for key in keys {
            let value = Bytes::from(format!("{tenant}{}", key.len()));
            store.put(&scope(tenant), key, value, LONG).await.unwrap();
        }
    }
    for tenant in ["keys-1", "keys-2"] {
        let scope = scope(tenant);
        for key in keys {
            let value = store.get(&scope, key).await.unwrap();
            assert_eq!(value, Some(format!("{tenant}{}", key.len()).into()));
            assert_eq!(store.count(&scope, key, 1, LONG).await.unwrap().count, 1);
            assert!(store.lock(&scope, key, LONG).await.unwrap().is_some());
        }
    }
}

pub(crate) async fn large_values_are_refused(stand: &dyn Stand) {
    let (store, scope) = (stand.open().await, scope("large"));
    let (most, more) = (vec![7; MAX_VALUE], vec![7; MAX_VALUE + 1]);
    store
        .put(&scope, "a", most.clone().into(), LONG)
        .await
        .unwrap();
    assert_eq!(store.get(&scope, "a").await.unwrap(), Some(most.into()));
    let more = Bytes::from(more);
    let refused = [
        store.put(&scope, "a", more.clone(), LONG).await,
        store.publish(&scope, "a", more.clone()).await,
        store
            .swap(&scope, "b", None, Some(more), LONG)
            .await
            .map(drop),
    ];
    for refused in refused {
        assert!(
            matches!(refused, Err(Error::TooLarge { .. })),
            "{refused:?}"
        );
    }
}
