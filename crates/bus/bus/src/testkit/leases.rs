//! Leases and the fences that prove them.

use std::time::Duration;

use super::{Harness, SITE, message, raw};
use crate::{Bus, Error, Lease, Message};
use aurora_model::Stream;

const TTL: Duration = Duration::from_secs(2);

async fn take(bus: &dyn Bus, holder: &str) -> Option<Lease> {
    bus.acquire("shard/7", holder, TTL).await.unwrap()
}

fn fenced(lease: &Lease, n: u64) -> Message {
    Message {
        fence: Some(lease.fence()),
        ..message(&raw(), n)
    }
}

pub async fn one_holder_at_a_time(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    let lease = take(&*bus, "one").await.unwrap();
    assert_eq!(
        (lease.name.as_str(), lease.holder.as_str()),
        ("shard/7", "one")
    );
    assert!(take(&*bus, "two").await.is_none());
    assert_eq!(
        take(&*bus, "one").await.unwrap().epoch,
        lease.epoch,
        "renewed"
    );
    assert!(
        bus.acquire("shard/8", "two", TTL).await.unwrap().is_some(),
        "another lease"
    );
}

pub async fn a_lease_runs_out(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    let first = take(&*bus, "one").await.unwrap();
    harness.advance(TTL / 2).await;
    take(&*bus, "one").await.unwrap();
    harness.advance(TTL / 2).await;
    assert!(take(&*bus, "two").await.is_none(), "it was renewed");
    harness.advance(TTL).await;
    let second = take(&*bus, "two").await.unwrap();
    assert!(second.epoch > first.epoch);
    assert!(take(&*bus, "one").await.is_none());
}

pub async fn a_stale_fence_is_refused(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    let stale = take(&*bus, "one").await.unwrap();
    bus.publish(vec![fenced(&stale, 1)]).await.unwrap();
    harness.advance(TTL).await;
    let current = take(&*bus, "two").await.unwrap();
    let refused = bus
        .publish(vec![message(&raw(), 2), fenced(&stale, 3)])
        .await;
    assert!(matches!(
        refused,
        Err(Error::Fenced { epoch, current: now, .. }) if epoch == stale.epoch && now == current.epoch
    ));
    assert_eq!(
        bus.stream(Stream::Raw).await.unwrap().last_seq,
        1,
        "nothing of it was stored"
    );
    bus.publish(vec![fenced(&current, 3)]).await.unwrap();
    let unknown = Lease {
        name: "never".into(),
        ..current
    };
    assert!(matches!(
        bus.publish(vec![fenced(&unknown, 4)]).await,
        Err(Error::Fenced { .. })
    ));
}

pub async fn a_lease_is_given_back(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    let first = take(&*bus, "one").await.unwrap();
    bus.release(&first).await.unwrap();
    assert!(matches!(
        bus.publish(vec![fenced(&first, 1)]).await,
        Err(Error::Fenced { .. })
    ));
    let second = take(&*bus, "two").await.unwrap();
    assert!(second.epoch > first.epoch);
    assert!(matches!(
        bus.release(&first).await,
        Err(Error::Fenced { .. })
    ));
    assert!(
        take(&*bus, "one").await.is_none(),
        "a stale holder cannot release it"
    );
}

pub async fn epochs_grow_over_a_restart(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    let before = take(&*bus, "one").await.unwrap();
    bus.close().await.unwrap();
    let bus = harness.open(SITE).await;
    harness.advance(TTL).await;
    let after = take(&*bus, "two").await.unwrap();
    assert!(after.epoch > before.epoch);
    assert!(matches!(
        bus.publish(vec![fenced(&before, 1)]).await,
        Err(Error::Fenced { .. })
    ));
}

/// On a full device nothing is taken, and nothing stands in the way when there is room again.
pub async fn a_lease_that_cannot_be_noted_is_nobodys(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    let first = take(&*bus, "one").await.unwrap();
    if !harness.fill(SITE, true).await {
        return;
    }
    let other = "shard/8";
    for _ in 0..2 {
        let refused = bus.acquire(other, "one", TTL).await;
        assert!(matches!(refused, Err(Error::NoRoom(_))), "{refused:?}");
        let holders = bus.holders(&[other.to_owned()]).await.unwrap();
        assert_eq!(holders, [None]);
    }
    assert!(harness.fill(SITE, false).await);
    let second = bus.acquire(other, "two", TTL).await.unwrap().unwrap();
    let again = take(&*bus, "one").await.unwrap();
    assert_eq!(again.epoch, first.epoch, "it was held all the time");
    bus.close().await.unwrap();
    let bus = harness.open(SITE).await;
    harness.advance(TTL).await;
    let third = bus.acquire(other, "three", TTL).await.unwrap().unwrap();
    assert!(third.epoch > second.epoch);
}
