//! The port's suite over loopback, and what is this carrier's own: keys, doors and dead ways.
#![allow(clippy::unwrap_used)]

mod door;
mod keys;

use std::sync::Arc;

use async_trait::async_trait;
use aurora_federation_carrier::testkit::{Member, Stand, suite};
use aurora_federation_carrier::{Door, Peer};
use aurora_federation_direct::{Direct, Options};
use aurora_ids::Id128;
use aurora_model::SiteId;
use aurora_secrets::{Secret, Signer};
use aurora_tasks::Tasks;

/// A site that listens on a port of its own.
async fn site(tasks: &Tasks, door: Option<Arc<dyn Door>>) -> (Peer, Direct) {
    let (options, key) = options(Some(([127, 0, 0, 1], 0).into()));
    let direct = Direct::start(&options, door, tasks).await.unwrap();
    let peer = Peer {
        site: options.site,
        name: options.site.to_string(),
        address: direct.address().map(|address| address.to_string()),
        keys: vec![key],
        near: true,
    };
    (peer, direct)
}

fn options(listen: Option<std::net::SocketAddr>) -> (Options, [u8; 32]) {
    let (a, b) = (Id128::random(), Id128::random());
    let seed: [u8; 32] = [*a.as_bytes(), *b.as_bytes()].concat().try_into().unwrap();
    let key = Signer::from_seed(&Secret::new(seed)).public_key();
    let options = Options {
        site: SiteId(Id128::random()),
        seed: Secret::new(seed),
        listen,
    };
    (options, key)
}

struct OnLoopback(Tasks);

#[async_trait]
impl Stand for OnLoopback {
    async fn sites(&self, count: usize) -> Vec<Member> {
        let mut members = Vec::new();
        for _ in 0..count {
            let (peer, direct) = site(&self.0, None).await;
            members.push(Member {
                peer,
                carrier: Arc::new(direct),
            });
        }
        members
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ports_suite_holds() {
    suite(&OnLoopback(Tasks::new())).await;
}
