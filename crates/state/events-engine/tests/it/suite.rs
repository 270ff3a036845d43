use aurora_events::{Error, Events, testkit};
use aurora_events_clickhouse::Reserve;
use aurora_events_memory::MemoryEvents;
use aurora_ids::Id128;
use aurora_model::BatchId;

use crate::site::site;

#[tokio::test]
async fn the_contract_holds() {
    let Some(site) = site().await else { return };
    testkit::contract(&*site.store).await;
    site.stop().await;
}

#[tokio::test]
async fn hostile_texts_stay_texts() {
    let Some(site) = site().await else { return };
    testkit::hostile_texts(&*site.store).await;
    site.stop().await;
}

#[tokio::test]
async fn hunts_are_answered_as_the_memory_adapter_answers_them() {
    let Some(site) = site().await else { return };
    let (seed, hunts) = match std::env::var("AURORA_SEED") {
        Ok(seed) => (seed.parse().unwrap(), 2000),
        Err(_) => (20_260_801, 250),
    };
    testkit::same_answers(&*site.store, &MemoryEvents::new(), seed, hunts).await;
    site.stop().await;
}

#[tokio::test]
async fn names_of_ecs_find_what_they_mean() {
    let Some(site) = site().await else { return };
    testkit::projected_hunts(site.store.clone(), 20_261_122, 1).await;
    site.stop().await;
}

#[tokio::test]
async fn a_full_disk_refuses_inserts_and_nothing_else() {
    let Some(site) = site().await else { return };
    let scope = testkit::scope();
    let rows = testkit::rows(&mut testkit::Random(1), 5);
    let token = BatchId(Id128::random());
    site.store
        .insert(&scope, token, rows.clone())
        .await
        .unwrap();
    let reserve = Reserve {
        path: site.path().to_owned(),
        bytes: u64::MAX,
    };
    let full = site.reopened(Some(reserve)).await;
    let refused = full.insert(&scope, BatchId(Id128::random()), rows).await;
    assert!(
        matches!(
            refused,
            Err(Error::Full {
                reserve: u64::MAX,
                ..
            })
        ),
        "{refused:?}"
    );
    assert_eq!(testkit::hunt(&full, &scope, "*").await.rows.len(), 5);
    site.stop().await;
}
