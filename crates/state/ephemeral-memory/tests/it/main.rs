//! The port's suite, and what is memory's own: its bound.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aurora_clock::{ManualClock, Timestamp};
use aurora_ephemeral::testkit::{Stand, suite};
use aurora_ephemeral::{Ephemeral, Error};
use aurora_ephemeral_memory::MemoryEphemeral;
use aurora_ids::Id128;
use aurora_model::{Scope, SiteId};

struct InMemory {
    clock: Arc<ManualClock>,
    store: Arc<MemoryEphemeral>,
}

fn stand(most: usize) -> InMemory {
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_000)));
    let store = Arc::new(MemoryEphemeral::bounded(clock.clone(), most));
    InMemory { clock, store }
}

#[async_trait]
impl Stand for InMemory {
    async fn open(&self) -> Arc<dyn Ephemeral> {
        self.store.clone()
    }

    async fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ports_suite_holds() {
    suite(&stand(100_000)).await;
}

/// Strangers who fill it keep others out until theirs expire, and never take more memory.
#[tokio::test]
async fn room_is_bounded_and_comes_back() {
    const MOST: usize = 3_000;
    let stand = stand(MOST);
    let scope = Scope::of(SiteId(Id128::from_bytes([7; 16])));
    let count = |key: usize| {
        let (store, scope) = (stand.store.clone(), scope.clone());
        async move {
            store
                .count(&scope, &key.to_string(), 1, Duration::from_secs(60))
                .await
        }
    };
    for key in 0..MOST {
        count(key).await.unwrap();
    }
    assert!(matches!(count(MOST).await, Err(Error::Full { most: MOST })));
    assert_eq!(count(0).await.unwrap().count, 2, "what is there goes on");
    stand.clock.advance(Duration::from_secs(61));
    for key in MOST..3 * MOST {
        count(key).await.unwrap_or_else(|_| panic!("{key}"));
        if key % 1_000 == 0 {
            stand.clock.advance(Duration::from_secs(61));
        }
    }
}
