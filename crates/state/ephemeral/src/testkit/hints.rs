use std::time::Duration;

use bytes::Bytes;

use super::{Stand, scope};
use crate::{Hint, Hints};

/// Longer than anything takes; the wait ends when the hint is there.
const PATIENCE: Duration = Duration::from_secs(20);

async fn next(hints: &mut Hints) -> Hint {
    let hint = tokio::time::timeout(PATIENCE, hints.next()).await;
    hint.expect("a hint comes").expect("the topic goes on")
}

pub(crate) async fn everybody_who_listens_hears(stand: &dyn Stand) {
    let (store, other) = (stand.open().await, stand.open().await);
    let (one, two) = (scope("hints-1"), scope("hints-2"));
    store.publish(&one, "a", "early".into()).await.unwrap();
    let mut listeners = [
        store.subscribe(&one, "a").await.unwrap(),
        store.subscribe(&one, "a").await.unwrap(),
        other.subscribe(&one, "a").await.unwrap(),
    ];
    let mut elsewhere = [
        store.subscribe(&one, "b").await.unwrap(),
        store.subscribe(&two, "a").await.unwrap(),
        other.subscribe(&one, "*").await.unwrap(),
    ];
    for text in ["first", "", "\0"] {
        store.publish(&one, "a", text.into()).await.unwrap();
    }
    for listener in &mut listeners {
        for text in ["first", "", "\0"] {
            assert_eq!(next(listener).await, Hint::Said(text.into()));
        }
    }
    for (topic, scope) in [("b", &one), ("a", &two), ("*", &one)] {
        store.publish(scope, topic, "its own".into()).await.unwrap();
    }
    for listener in &mut elsewhere {
        assert_eq!(next(listener).await, Hint::Said("its own".into()));
    }
}

/// Whoever does not listen fast enough hears that he missed something, and then what is new.
pub(crate) async fn a_slow_listener_is_told(stand: &dyn Stand) {
    let (store, scope) = (stand.open().await, scope("slow"));
    let mut fast = store.subscribe(&scope, "a").await.unwrap();
    let mut slow = store.subscribe(&scope, "a").await.unwrap();
    for number in 0_u32..2_000 {
        let hint = Bytes::from(number.to_string());
        store.publish(&scope, "a", hint.clone()).await.unwrap();
        assert_eq!(next(&mut fast).await, Hint::Said(hint));
    }
    assert_eq!(next(&mut slow).await, Hint::Missed);
    assert!(matches!(next(&mut slow).await, Hint::Said(_)));
}
