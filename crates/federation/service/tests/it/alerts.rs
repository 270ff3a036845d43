use std::time::Duration;

use aurora_federation::link::State;
use aurora_model::{AlertStatus, Disposition, Severity};

use crate::mesh::{Ground, Site, World, mesh, until};

fn grounds(count: usize) -> Vec<Ground> {
    let labels = ["site-a", "site-b", "site-c"];
    labels[..count]
        .iter()
        .map(|label| Ground::new(label))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_arrives_once_with_its_origin_and_goes_no_further() {
    let (world, grounds) = (World::default(), grounds(3));
    let sites = mesh(&world, &grounds).await;
    grounds[1].alert(1, Severity::High).await;
    grounds[1].alert(2, Severity::Medium).await;
    for place in [0, 2] {
        let found = grounds[place].holds(1).await;
        let (alert, origin) = (&found[0], found[0].origin.as_ref().unwrap());
        assert_eq!(alert.title, "Alert 1");
        assert_eq!(origin.site, grounds[1].scope.site);
        assert_eq!(origin.label, "site-b");
        assert!(!origin.late);
        assert_eq!(alert.note, None, "notes stay at home");
        assert_ne!(alert.group_key, "r1|host-1", "no match of ours joins it");
    }
    // Nothing of it comes back, and nobody tells it on.
    grounds[0].alert(3, Severity::Critical).await;
    grounds[1].holds(1).await;
    grounds[2].holds(2).await;
    assert_eq!(grounds[1].decisions("federation.share").await, 1);
    assert_eq!(grounds[2].decisions("federation.share").await, 0);
    for site in sites {
        site.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_its_site_says_of_an_alert_later_is_taken_over() {
    let (world, grounds) = (World::default(), grounds(2));
    let sites = mesh(&world, &grounds).await;
    let alert = grounds[0].alert(1, Severity::High).await;
    grounds[1].holds(1).await;
    let close = |alert: &mut aurora_model::Alert| {
        alert.status = AlertStatus::Closed;
        alert.disposition = Some(Disposition::FalsePositiveRule);
    };
    grounds[0].change(alert, close).await;
    let closed = until(async || {
        let found = grounds[1].foreign().await;
        (found[0].status == AlertStatus::Closed).then(|| found[0].clone())
    });
    let closed = closed.await;
    assert_eq!(closed.disposition, Some(Disposition::FalsePositiveRule));
    for site in sites {
        site.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_missed_comes_after_a_cut_and_after_a_restart() {
    let (world, grounds) = (World::default(), grounds(2));
    let mut sites = mesh(&world, &grounds).await;
    let (a, b) = (grounds[0].scope.site, grounds[1].scope.site);
    world.hall.cut(a, b);
    for number in 0..20 {
        grounds[0].alert(number, Severity::High).await;
    }
    sites[0].sees(|status| status.counts.published == 20).await;
    assert_eq!(grounds[1].foreign().await.len(), 0);
    // Both end, and one of them in the middle of things.
    let second = sites.remove(1);
    second.stop().await;
    sites.remove(0).stop().await;
    let again = vec![
        grounds[0].start(&world).await,
        grounds[1].start(&world).await,
    ];
    world.hall.heal(a, b);
    grounds[1].holds(20).await;
    grounds[0].alert(100, Severity::High).await;
    grounds[1].holds(21).await;
    for site in again {
        site.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drill_cuts_and_heals_and_is_on_record() {
    let (world, grounds) = (World::default(), grounds(2));
    let sites = mesh(&world, &grounds).await;
    let context = grounds[0].context();
    let cut = sites[0]
        .handle
        .cut(context.clone(), Some("site-b".to_owned()));
    assert_eq!(cut.await.unwrap(), [grounds[1].scope.site]);
    grounds[0].alert(1, Severity::High).await;
    grounds[1].alert(1, Severity::High).await;
    sites[0].sees(|status| status.peers[0].cut).await;
    sites[0].sees(|status| status.counts.published == 1).await;
    sites[1].sees(|status| status.counts.published == 1).await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(grounds[0].foreign().await.is_empty() && grounds[1].foreign().await.is_empty());
    let healed = sites[0].handle.heal(context, None).await.unwrap();
    assert_eq!(healed.len(), 1);
    grounds[1].holds(1).await;
    grounds[0].holds(1).await;
    assert_eq!(grounds[0].decisions("federation.cut").await, 1);
    assert_eq!(grounds[0].decisions("federation.heal").await, 1);
    end(sites).await;
}

async fn end(sites: Vec<Site>) {
    for site in &sites {
        site.sees(|status| status.peers[0].state != State::Down)
            .await;
    }
    for site in sites {
        site.stop().await;
    }
}
