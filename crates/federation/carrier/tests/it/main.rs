//! The port's suite over memory, and what is memory's own: ways that are cut.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use async_trait::async_trait;
use aurora_federation_carrier::testkit::{Member, Stand, suite};
use aurora_federation_carrier::{Carrier, Event, Hall, Peer, Sent};
use aurora_ids::Id128;
use aurora_model::SiteId;
use bytes::Bytes;

struct InOneHall(Hall);

fn peer() -> Peer {
    let site = SiteId(Id128::random());
    Peer {
        site,
        name: site.to_string(),
        address: None,
        keys: Vec::new(),
        near: true,
    }
}

#[async_trait]
impl Stand for InOneHall {
    async fn sites(&self, count: usize) -> Vec<Member> {
        let one = |_| {
            let peer = peer();
            let carrier = Arc::new(self.0.enter(peer.site));
            Member { peer, carrier }
        };
        (0..count).map(one).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ports_suite_holds() {
    suite(&InOneHall(Hall::new())).await;
}

#[tokio::test]
async fn a_cut_way_carries_nothing_until_it_is_healed() {
    let hall = Hall::new();
    let (one, other) = (peer(), peer());
    let (a, b) = (hall.enter(one.site), hall.enter(other.site));
    a.set_peers(std::slice::from_ref(&other));
    b.set_peers(std::slice::from_ref(&one));
    assert_eq!(a.next().await, Some(Event::Connected(other.site)));
    hall.cut(one.site, other.site);
    assert_eq!(a.next().await, Some(Event::Disconnected(other.site)));
    assert_eq!(a.send(other.site, Bytes::from_static(b"x")), Sent::NoWay);
    hall.heal(one.site, other.site);
    assert_eq!(a.next().await, Some(Event::Connected(other.site)));
    assert_eq!(a.send(other.site, Bytes::from_static(b"x")), Sent::Away);
}
