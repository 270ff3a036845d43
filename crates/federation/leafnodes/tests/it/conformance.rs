//! The port's own suite: a hub and leaves.

use async_trait::async_trait;
use aurora_federation_carrier::testkit::{Member, Stand, suite};
use tempfile::TempDir;

use crate::support::{Draft, Site, server};

/// The first site is the hub of the others.
struct OneHub(TempDir);

#[async_trait]
impl Stand for OneHub {
    async fn sites(&self, count: usize) -> Vec<Member> {
        let folder = tempfile::tempdir_in(self.0.path()).unwrap();
        let (hub, at) = Draft::hub("site-0");
        let mut members = vec![member(hub.start(&folder).await)];
        for number in 1..count {
            let leaf = Draft::new(&format!("site-{number}")).of(&[("site-0", at)]);
            members.push(member(leaf.start(&folder).await));
        }
        // The outer folder goes at the end.
        let _kept = folder.keep();
        members
    }
}

fn member(site: Site) -> Member {
    Member {
        peer: site.peer,
        carrier: site.carrier,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ports_suite_holds() {
    if server().is_none() {
        return;
    }
    suite(&OneHub(tempfile::tempdir().unwrap())).await;
}
