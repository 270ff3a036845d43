//! A site that lies, with keys that are good.

use aurora_clock::Clock as _;
use aurora_federation::{Channel, Frame, Hash, Hlc, Kind, Sealed, StreamId};
use aurora_federation_carrier::Carrier as _;
use aurora_model::{Severity, SiteId};
use bytes::Bytes;

use crate::mesh::{Ground, World, mesh};

fn record(origin: SiteId, by: &Ground, seq: u64, body: &str) -> Sealed {
    let stream = StreamId {
        origin,
        channel: Channel::Alerts,
        epoch: 1,
    };
    let hlc = Hlc {
        wall: aurora_clock::SystemClock::new().now().as_millis(),
        count: 0,
    };
    let place = (stream, seq, Hash::NONE);
    let body = Bytes::from(body.to_owned());
    Sealed::new(place, Kind::Alert, hlc, body, by.key().signer()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_liar_is_found_out() {
    let world = World::default();
    let grounds = ["site-a", "site-b", "site-c"].map(Ground::new);
    let mut sites = mesh(&world, &grounds).await;
    // The liar's process makes room for one that speaks with its keys.
    sites.remove(2).stop().await;
    let liar = world.hall.enter(grounds[2].scope.site);
    let listed: Vec<_> = grounds[..2]
        .iter()
        .map(|ground| aurora_federation_carrier::Peer {
            site: ground.scope.site,
            name: String::new(),
            address: None,
            keys: Vec::new(),
            near: true,
        })
        .collect();
    liar.set_peers(&listed);
    let tell = |to: &Ground, record: &Sealed| {
        let frame = Frame::Announce(record.bytes().clone()).encode();
        liar.send(to.scope.site, frame.into());
    };
    // In another site's name.
    let forged = record(grounds[1].scope.site, &grounds[2], 1, "forged");
    tell(&grounds[0], &forged);
    let reason = "the key belongs to another site";
    sites[0]
        .sees(|status| status.counts.rejected.contains_key(reason))
        .await;
    // What is signed but no alert is kept, counted, and shown to nobody.
    let own = grounds[2].scope.site;
    tell(&grounds[0], &record(own, &grounds[2], 1, "no alert"));
    let unread = |reason: &String| reason.contains("no alert that this release reads");
    sites[0]
        .sees(|status| status.counts.rejected.keys().any(unread))
        .await;
    // Two things under one number.
    tell(&grounds[0], &record(own, &grounds[2], 1, "another"));
    sites[0].sees(|status| status.counts.evidence == 1).await;
    let seen = async || (!sites[0].alarms.0.lock().unwrap().is_empty()).then_some(());
    crate::mesh::until(seen).await;
    assert_eq!(
        sites[0].alarms.0.lock().unwrap()[0].severity,
        Severity::Critical
    );
    assert!(grounds[0].foreign().await.is_empty());
    assert_eq!(grounds[0].decisions("federation.evidence").await, 1);
    for site in sites {
        site.stop().await;
    }
}
