//! What changes while a site is alone: keys, and what it shares.

use aurora_messages::RotateKey;

use crate::network::{Cut, Network};
use crate::partitions::{all_healthy, both_carriers, has, mesh};
use crate::site::{Site, until};

/// Begins to replace the site's key, of which the former one counts no longer; gives both.
async fn rotate(site: &Site) -> (String, String) {
    let at_once = RotateKey { overlap_minutes: 0 };
    let rotated = site.client.rotate_key(&at_once).await.unwrap();
    (rotated.former, rotated.fingerprint)
}

/// The site signs with the new key.
async fn signs_with(site: &Site, new: &str) {
    let what = format!("{} signs with its new key", site.label());
    until(&what, async || {
        let here = site.client.federation().await.ok().and_then(|it| it.here);
        here.is_some_and(|here| here.fingerprint == new && !here.rotating)
    })
    .await;
}

/// The site knows the other's new key, and that the former one counts no longer.
async fn lists(site: &Site, other: &str, (former, new): &(String, String)) {
    until(
        &format!("{} lists the new key of {other}", site.label()),
        async || {
            let Ok(found) = site.client.federation().await else {
                return false;
            };
            let peer = found.peers.iter().find(|it| it.node.label == other);
            peer.is_some_and(|peer| {
                let former = peer.keys.iter().find(|key| key.fingerprint == *former);
                peer.fingerprint == *new && former.is_some_and(|key| key.until.is_some())
            })
        },
    )
    .await;
}

async fn restart(site: &mut Site, network: &Network, floor: &str) {
    site.start_with_floor(network, floor);
    site.ready().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_and_floors_that_change_in_a_partition_lose_nothing() {
    let Some((network, mut sites)) = mesh().await else {
        return;
    };
    both_carriers(&sites[1]).await;
    both_carriers(&sites[2]).await;
    let alone = [Cut::Between(3, 1), Cut::Between(3, 2)];
    for cut in alone {
        network.cut(cut);
    }

    // Nobody can list the new key of the one that is alone, which goes on with the former; the primary, which is the
    // hub, lists its own at once.
    let before = sites[2].attack().await;
    let (third, hub) = (rotate(&sites[2]).await, rotate(&sites[0]).await);
    signs_with(&sites[0], &hub.1).await;
    lists(&sites[1], "site-a", &hub).await;
    let meanwhile = sites[2].attack().await;
    let there = sites[0].attack().await;
    has(&sites[1], &there).await;
    until("both are in its outbox", async || {
        let found = sites[2].client.federation().await;
        found.is_ok_and(|it| it.counts.published == 2)
    })
    .await;
    // From now on it keeps for itself what is not critical.
    restart(&mut sites[2], &network, "critical").await;
    let kept = sites[2].attack().await;

    for cut in alone {
        network.heal(cut);
    }
    for host in [&before, &meanwhile] {
        let (one, other) = tokio::join!(has(&sites[0], host), has(&sites[1], host));
        eprintln!("{host}: there {:?} after the heal", one.max(other));
    }
    has(&sites[2], &there).await;
    lists(&sites[0], "site-c", &third).await;
    lists(&sites[1], "site-c", &third).await;
    lists(&sites[2], "site-a", &hub).await;
    signs_with(&sites[2], &third.1).await;
    for site in &sites[..2] {
        let alerts = site.alerts().await;
        assert!(!alerts.contains_key(&kept), "{alerts:?}");
    }

    // What is told now only the new key can have signed: the others do not take the former one any more.
    restart(&mut sites[2], &network, "high").await;
    let after = sites[2].attack().await;
    for site in &sites[..2] {
        has(site, &after).await;
        let alerts = site.alerts().await;
        assert!(alerts.values().all(|count| *count == 1), "{alerts:?}");
        until("nothing is aside", async || site.aside().await == 0).await;
    }
    // Each carrier knows the new keys.
    both_carriers(&sites[1]).await;
    both_carriers(&sites[2]).await;
    for site in &sites {
        all_healthy(site).await;
    }
}
