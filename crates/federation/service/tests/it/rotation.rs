//! A key follows another while sites cannot hear each other.

use std::time::Duration;

use aurora_federation::link::State;
use aurora_federation_service::{Error, Status};
use aurora_model::Severity;

use crate::mesh::{Ground, World, mesh};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn grounds() -> [Ground; 3] {
    ["site-a", "site-b", "site-c"].map(Ground::new)
}

fn keys(status: &Status, label: &str) -> usize {
    let peer = status.peers.iter().find(|peer| peer.label == label);
    peer.map_or(0, |peer| peer.keys.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secondary_rotates_while_the_primary_is_away() {
    let (world, grounds) = (World::default(), grounds());
    let mut sites = mesh(&world, &grounds).await;
    let [a, b, c] = [0, 1, 2].map(|place: usize| grounds[place].scope.site);
    let before = sites[1].handle.status().unwrap().here.fingerprint.clone();
    world.hall.cut(a, b);
    world.hall.cut(b, c);
    let rotated = sites[1].handle.rotate(grounds[1].context(), DAY).await;
    let rotated = rotated.unwrap();
    assert_eq!((rotated.former.as_str(), rotated.listed), (&*before, false));
    let again = sites[1].handle.rotate(grounds[1].context(), DAY).await;
    assert!(matches!(again, Err(Error::Rotating)));
    // Until it is listed the former key signs, also after a restart with another floor.
    grounds[1].alert(1, Severity::High).await;
    sites[1].sees(|status| status.counts.published == 1).await;
    sites.remove(1).stop().await;
    *grounds[1].floor.lock().unwrap() = Severity::Medium;
    sites.insert(1, grounds[1].start(&world).await);
    grounds[1].alert(2, Severity::Medium).await;
    sites[1].sees(|status| status.counts.published == 1).await;
    assert!(sites[1].handle.status().unwrap().here.rotating);
    // Only another secondary hears it: that hands on what the primary has to know.
    world.hall.heal(b, c);
    sites[0].sees(|status| keys(status, "site-b") == 2).await;
    let now = sites[1]
        .sees(|status| !status.here.rotating && status.here.fingerprint != before)
        .await;
    assert_eq!(now.here.fingerprint, rotated.fingerprint);
    grounds[1].alert(3, Severity::High).await;
    grounds[2].holds(3).await;
    grounds[0].holds(3).await;
    world.hall.heal(a, b);
    let bounded = |status: &Status| {
        let peer = status.peers.iter().find(|peer| peer.label == "site-b");
        peer.is_some_and(|peer| peer.keys[0].until.is_some() && peer.keys[1].until.is_none())
    };
    sites[0].sees(bounded).await;
    sites[2].sees(bounded).await;
    grounds[1].alert(4, Severity::High).await;
    grounds[0].holds(4).await;
    for site in &sites {
        let status = site.sees(|status| status.counts.quarantined == 0).await;
        assert_eq!(status.counts.evidence, 0);
    }
    assert_eq!(grounds[1].decisions("federation.rotate").await, 1);
    assert!(grounds[0].decisions("federation.amend").await >= 1);
    for site in sites {
        site.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_primary_rotates_twice_while_a_site_is_away_for_longer_than_the_overlap() {
    let (world, grounds) = (World::default(), grounds());
    let sites = mesh(&world, &grounds).await;
    let [a, b, c] = [0, 1, 2].map(|place: usize| grounds[place].scope.site);
    world.hall.cut(a, c);
    world.hall.cut(b, c);
    grounds[0].alert(1, Severity::High).await;
    for _ in 0..2 {
        let rotated = sites[0]
            .handle
            .rotate(grounds[0].context(), Duration::ZERO)
            .await;
        assert!(rotated.unwrap().listed);
    }
    grounds[0].alert(2, Severity::High).await;
    grounds[1].holds(2).await;
    sites[1].sees(|status| keys(status, "site-a") == 3).await;
    assert!(grounds[2].foreign().await.is_empty());
    world.hall.heal(b, c);
    grounds[2].holds(2).await;
    sites[2].sees(|status| keys(status, "site-a") == 3).await;
    // It still takes sites out, and is believed.
    world.hall.heal(a, c);
    let heard = |status: &Status| status.peers.iter().all(|it| it.state != State::Down);
    sites[2].sees(heard).await;
    let strike = sites[0]
        .handle
        .leave(grounds[0].context(), Some("site-b".to_owned()));
    strike.await.unwrap();
    sites[2].sees(|status| status.peers.len() == 1).await;
    for site in sites {
        site.stop().await;
    }
}
