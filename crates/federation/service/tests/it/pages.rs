//! Of which alerts of others people are told.

use std::sync::atomic::Ordering;

use aurora_model::{AlertStatus, Disposition, Severity};
use aurora_records::page;

use crate::mesh::{Ground, World, mesh, until};

async fn pages(ground: &Ground) -> Vec<String> {
    page::waiting(ground.records.as_ref(), &ground.scope)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_ones_are_told_and_late_ones_while_they_are_open() {
    let world = World::default();
    let grounds = ["site-a", "site-b"].map(Ground::new);
    let sites = mesh(&world, &grounds).await;
    let (a, b) = (grounds[0].scope.site, grounds[1].scope.site);
    let live = grounds[0].alert(1, Severity::High).await;
    grounds[1].holds(1).await;
    assert_eq!(pages(&grounds[1]).await, [live.id.to_string()]);
    assert!(
        pages(&grounds[0]).await.is_empty(),
        "its own are told otherwise"
    );
    world.hall.cut(a, b);
    let closed = grounds[0].alert(2, Severity::Critical).await;
    let open = grounds[0].alert(3, Severity::High).await;
    let close = |alert: &mut aurora_model::Alert| {
        alert.status = AlertStatus::Closed;
        alert.disposition = Some(Disposition::FalsePositiveRule);
    };
    sites[0].sees(|status| status.counts.published == 3).await;
    grounds[0].change(closed, close).await;
    sites[0].sees(|status| status.counts.published == 4).await;
    // Two minutes go by.
    grounds[1]
        .clock
        .millis
        .fetch_add(120_000, Ordering::Relaxed);
    world.hall.heal(a, b);
    let held = grounds[1].holds(3).await;
    let late = held
        .iter()
        .filter(|alert| alert.origin.as_ref().unwrap().late);
    assert_eq!(late.count(), 2);
    let mut wanted = vec![live.id.to_string(), open.id.to_string()];
    wanted.sort();
    let told = until(async || {
        let told = pages(&grounds[1]).await;
        (told.len() >= 2).then_some(told)
    });
    assert_eq!(told.await, wanted);
    for site in sites {
        site.stop().await;
    }
    let left = grounds[1]
        .records
        .slots(&grounds[1].scope, "federation/open/");
    assert!(left.await.unwrap().is_empty());
}
