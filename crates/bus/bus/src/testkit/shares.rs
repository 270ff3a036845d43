//! Shards shared by several workers.

use std::sync::Arc;
use std::time::Duration;

use super::{Harness, SITE};
use crate::{Bus, BusHandle, Capability, Changed, Shares};

const TTL: Duration = Duration::from_secs(2);

fn worker(bus: &Arc<dyn Bus>, name: &str) -> Shares {
    let capability = Capability::of("normalise").unwrap();
    let handle = BusHandle::new(bus.clone(), capability);
    Shares::new(handle, "raw", 4, name.to_owned(), TTL)
}

fn taken(shards: impl Into<Vec<usize>>) -> Changed {
    Changed {
        taken: shards.into(),
        ..Changed::default()
    }
}

pub async fn holders_are_known(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    let names = ["a", "b", "c"].map(str::to_owned);
    let a = bus.acquire("a", "one", TTL).await.unwrap().unwrap();
    bus.acquire("b", "two", TTL).await.unwrap();
    let known = bus.holders(&names).await.unwrap();
    assert_eq!(
        known,
        [Some("one".to_owned()), Some("two".to_owned()), None]
    );
    bus.release(&a).await.unwrap();
    harness.advance(TTL).await;
    assert_eq!(bus.holders(&names).await.unwrap(), [None, None, None]);
}

pub async fn workers_share_come_and_go(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    let (mut one, mut two) = (worker(&bus, "one"), worker(&bus, "two"));
    assert_eq!(one.look().await.unwrap(), taken([0, 1, 2, 3]));
    let short = Changed {
        short: 2,
        ..Changed::default()
    };
    assert_eq!(two.look().await.unwrap(), short, "none is free");
    let changed = one.look().await.unwrap();
    assert_eq!(changed.give, [2, 3]);
    assert_eq!(two.look().await.unwrap(), short, "not yet given");
    one.give(2).await.unwrap();
    one.give(3).await.unwrap();
    let mut changed = two.look().await.unwrap();
    changed.taken.sort_unstable();
    assert_eq!(changed, taken([2, 3]));
    two.leave().await.unwrap();
    assert_eq!(one.look().await.unwrap(), taken([2, 3]));
}

pub async fn who_is_silent_loses_its_shards(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    let (mut one, mut two) = (worker(&bus, "one"), worker(&bus, "two"));
    one.look().await.unwrap();
    let old = one.lease(1).unwrap().clone();
    harness.advance(TTL).await;
    assert_eq!(two.look().await.unwrap(), taken([0, 1, 2, 3]));
    assert!(two.lease(1).unwrap().epoch > old.epoch);
    let changed = one.look().await.unwrap();
    assert_eq!((changed.lost, changed.taken), (vec![0, 1, 2, 3], vec![]));
}

pub async fn a_worker_waits_for_room(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    if !harness.fill(SITE, true).await {
        return;
    }
    let mut one = worker(&bus, "one");
    let waits = |short| Changed {
        short,
        no_room: true,
        ..Changed::default()
    };
    for _ in 0..2 {
        assert_eq!(one.look().await.unwrap(), waits(4));
    }
    harness.fill(SITE, false).await;
    assert_eq!(one.look().await.unwrap(), taken([0, 1, 2, 3]));
    harness.fill(SITE, true).await;
    // Whether or not a renewal needs room, what is owned stays so.
    let changed = one.look().await.unwrap();
    let stays = (changed.taken, changed.give, changed.lost, changed.short);
    assert_eq!(stays, (vec![], vec![], vec![], 0));
    assert!((0..4).all(|shard| one.lease(shard).is_some()));
    harness.fill(SITE, false).await;
    assert_eq!(one.look().await.unwrap(), Changed::default());
}
