use std::sync::Arc;

use tokio::task::JoinSet;

use super::{LONG, SHORT, Stand, scope};

pub(crate) async fn a_window_counts_and_ends(stand: &dyn Stand) {
    let (store, scope) = (stand.open().await, scope("counters"));
    for (by, count) in [
        (0, 0),
        (1, 1),
        (2, 3),
        (0, 3),
        (u32::MAX, 3 + u64::from(u32::MAX)),
    ] {
        let counted = store.count(&scope, "a", by, LONG).await.unwrap();
        assert_eq!(counted.count, count);
        assert!(counted.left <= LONG);
    }
    store.reset(&scope, "a").await.unwrap();
    store.reset(&scope, "a").await.unwrap();
    assert_eq!(store.count(&scope, "a", 0, LONG).await.unwrap().count, 0);

    let first = store.count(&scope, "b", 1, SHORT).await.unwrap();
    assert!(!first.left.is_zero() && first.left <= SHORT);
    let more = store.count(&scope, "b", 1, LONG).await.unwrap();
    assert!(more.left <= SHORT, "a later one makes no window longer");
    stand.pass(SHORT * 2).await;
    assert_eq!(store.count(&scope, "b", 0, LONG).await.unwrap().count, 0);
    assert_eq!(store.count(&scope, "b", 5, LONG).await.unwrap().count, 5);
}

/// No attempt slips through between two others.
pub(crate) async fn every_count_counts(stand: &dyn Stand) {
    const TASKS: u64 = 8;
    const ROUNDS: u64 = 25;
    let scope = Arc::new(scope("counted"));
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (store, scope) = (stand.open().await, scope.clone());
        tasks.spawn(async move {
            let mut seen = Vec::new();
            for _ in 0..ROUNDS {
                seen.push(store.count(&scope, "a", 1, LONG).await.unwrap().count);
            }
            seen
        });
    }
    let mut seen = tasks.join_all().await.concat();
    seen.sort_unstable();
    assert!(seen.into_iter().eq(1..=TASKS * ROUNDS));
}
