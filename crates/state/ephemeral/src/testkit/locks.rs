use std::sync::Arc;

use tokio::task::JoinSet;

use super::{LONG, SHORT, Stand, scope};

pub(crate) async fn a_lock_has_one_holder_and_tokens_grow(stand: &dyn Stand) {
    const TASKS: u64 = 8;
    let scope = Arc::new(scope("locks"));
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (store, scope) = (stand.open().await, scope.clone());
        tasks.spawn(async move { store.lock(&scope, "a", LONG).await.unwrap() });
    }
    let held: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    let [first] = held.as_slice() else {
        panic!("one holder: {held:?}")
    };
    let store = stand.open().await;
    assert!(store.renew(&scope, "a", *first, LONG).await.unwrap());
    let mut last = *first;
    for _ in 0..20 {
        assert!(store.unlock(&scope, "a", last).await.unwrap());
        assert!(!store.unlock(&scope, "a", last).await.unwrap());
        let next = store.lock(&scope, "a", LONG).await.unwrap().unwrap();
        assert!(next > last, "{next:?} after {last:?}");
        last = next;
    }
    let other = store.lock(&scope, "b", LONG).await.unwrap().unwrap();
    assert!(other > last, "tokens grow in the whole scope");
}

pub(crate) async fn a_lost_lock_is_lost(stand: &dyn Stand) {
    let (store, other) = (stand.open().await, stand.open().await);
    let scope = scope("lost");
    let slept = store.lock(&scope, "a", SHORT).await.unwrap().unwrap();
    assert_eq!(other.lock(&scope, "a", LONG).await.unwrap(), None);
    stand.pass(SHORT * 2).await;
    assert!(!store.renew(&scope, "a", slept, LONG).await.unwrap());
    let taken = other.lock(&scope, "a", LONG).await.unwrap().unwrap();
    assert!(taken > slept);
    assert!(!store.renew(&scope, "a", slept, LONG).await.unwrap());
    assert!(!store.unlock(&scope, "a", slept).await.unwrap());
    assert_eq!(store.lock(&scope, "a", LONG).await.unwrap(), None);
    assert!(other.renew(&scope, "a", taken, LONG).await.unwrap());
}
