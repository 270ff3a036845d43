//! Who left, and who moved.

use aurora_federation_service::Status;
use aurora_model::Severity;

use crate::mesh::{Ground, World, join, mesh};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_of_a_site_that_left_stays_and_nothing_more_is_asked_for() {
    let world = World::default();
    let grounds = ["site-a", "site-b", "site-c"].map(Ground::new);
    let mut sites = mesh(&world, &grounds).await;
    let [a, b, c] = [0, 1, 2].map(|place: usize| grounds[place].scope.site);
    grounds[1].alert(1, Severity::High).await;
    grounds[0].holds(1).await;
    grounds[2].holds(1).await;
    // Of what it tells last one of the others hears nothing.
    world.hall.cut(b, c);
    world.hall.cut(a, c);
    grounds[1].alert(2, Severity::High).await;
    grounds[0].holds(2).await;
    let strike = sites[0]
        .handle
        .leave(grounds[0].context(), Some("site-b".to_owned()));
    strike.await.unwrap();
    world.hall.heal(a, c);
    let gone = |status: &Status| status.peers.len() == 1 && status.left.contains_key(&b);
    let status = sites[2].sees(gone).await;
    assert_eq!(status.left[&b].label, "site-b");
    let calm = |status: &Status| {
        let peer = &status.peers[0];
        peer.heard_ms.is_some() && peer.last_sync.is_some() && peer.backlog_in == 0
    };
    sites[2].sees(calm).await;
    assert_eq!(grounds[2].foreign().await.len(), 1, "it stays");
    assert_eq!(grounds[0].foreign().await.len(), 2);
    // It is known after a restart, and forgotten when the site is back, which tells what was missed.
    sites.remove(2).stop().await;
    sites.push(grounds[2].start(&world).await);
    sites[2].sees(|status| status.left.contains_key(&b)).await;
    world.hall.heal(b, c);
    sites[1]
        .sees(|status| status.here.directory.is_none())
        .await;
    join((&grounds[0], &sites[0]), (&grounds[1], &sites[1])).await;
    sites[2].sees(|status| status.left.is_empty()).await;
    grounds[2].holds(2).await;
    for site in sites {
        site.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_moved_is_listed_where_it_is_now() {
    let world = World::default();
    let grounds = ["site-a", "site-b", "site-c"].map(Ground::new);
    let mut sites = mesh(&world, &grounds).await;
    for (place, label) in [(1, "site-b"), (0, "site-a")] {
        sites.remove(place).stop().await;
        let moved = format!("new-{label}.example:7423");
        grounds[place].address.lock().unwrap().clone_from(&moved);
        sites.insert(place, grounds[place].start(&world).await);
        let is_there = |status: &Status| {
            let mut peers = status.peers.iter();
            peers.any(|it| it.label == label && it.address.as_ref() == Some(&moved))
        };
        sites[2].sees(is_there).await;
    }
    for site in sites {
        site.stop().await;
    }
}
