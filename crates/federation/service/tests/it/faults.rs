//! Stores that fail, before or after they have done what they were told.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use aurora_clock::SystemClock;
use aurora_model::{Context, Severity};
use aurora_records::testkit::{Hook, Hooked};
use aurora_records::{Change, Committed, Error, Records};
use aurora_records_memory::MemoryRecords;

use crate::mesh::{Ground, World, mesh};

/// Fails the federation's commits now and then.
#[derive(Debug)]
struct Faulty {
    /// Of so many commits one fails; 0 for none.
    one_of: AtomicU64,
    random: AtomicU64,
    failed: AtomicU64,
}

impl Faulty {
    fn new(seed: u64) -> Self {
        Self {
            one_of: AtomicU64::new(0),
            random: AtomicU64::new(seed),
            failed: AtomicU64::new(0),
        }
    }

    /// SplitMix64.
    fn below(&self, bound: u64) -> u64 {
        let step = 0x9E37_79B9_7F4A_7C15_u64;
        let mut mixed = self.random.fetch_add(step, Ordering::Relaxed);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn broken() -> Error {
        Error::storage(std::io::Error::other("the disk is broken"))
    }
}

#[async_trait]
impl Hook for Faulty {
    async fn commit(
        &self,
        store: &dyn Records,
        context: &Context,
        change: Change,
    ) -> Result<Committed, Error> {
        let one_of = self.one_of.load(Ordering::Relaxed);
        let ours = context.actor.name() == "federation";
        let fails = ours && one_of > 0 && self.below(one_of) == 0;
        self.failed.fetch_add(fails.into(), Ordering::Relaxed);
        if fails && self.below(2) == 0 {
            return Err(Self::broken());
        }
        let committed = store.commit(context, change).await?;
        match fails {
            true => Err(Self::broken()),
            false => Ok(committed),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_store_does_every_alert_arrives_once() {
    const AT_LEAST: u64 = 60;
    let world = World::default();
    let store = |seed| {
        let memory = MemoryRecords::new(Arc::new(SystemClock::new()));
        Arc::new(Hooked::new(Arc::new(memory), Faulty::new(seed)))
    };
    let stores = [store(7), store(8)];
    let grounds = [
        Ground::on("site-a", stores[0].clone()),
        Ground::on("site-b", stores[1].clone()),
    ];
    let sites = mesh(&world, &grounds).await;
    for store in &stores {
        store.hook.one_of.store(5, Ordering::Relaxed);
    }
    // Commits are few when many alerts fit into one: it goes on until each store has failed.
    let has_failed = |store: &Arc<Hooked<Faulty>>| store.hook.failed.load(Ordering::Relaxed) > 0;
    let mut alerts = 0;
    while alerts < AT_LEAST || !stores.iter().all(has_failed) {
        let number = alerts;
        alerts += 1;
        grounds[0].alert(number, Severity::High).await;
        grounds[1].alert(number, Severity::Critical).await;
        tokio::task::yield_now().await;
        if number % 20 == 10 {
            let (a, b) = (grounds[0].scope.site, grounds[1].scope.site);
            world.hall.cut(a, b);
            world.hall.heal(a, b);
        }
        if number >= AT_LEAST {
            for ground in &grounds {
                ground.holds(alerts as usize).await;
            }
        }
    }
    for ground in &grounds {
        let found = ground.holds(alerts as usize).await;
        let ids: BTreeSet<_> = found.iter().map(|alert| alert.id).collect();
        assert_eq!(ids.len() as u64, alerts);
    }
    for store in &stores {
        store.hook.one_of.store(0, Ordering::Relaxed);
    }
    for site in &sites {
        let status = site.sees(|status| status.peers[0].backlog_in == 0).await;
        assert_eq!(status.counts.evidence, 0);
        assert!(site.alarms.0.lock().unwrap().is_empty());
    }
    for site in sites {
        site.stop().await;
    }
}
