//! The suite that every adapter of the port runs: [`suite`] runs every case, each with carriers of
//! its own.

// The suite is test code that happens to be exported.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)]

mod cases;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aurora_model::SiteId;
use bytes::Bytes;

use crate::{Carrier, Event, Peer, Sent};

/// A carrier waits that long for what must come; nothing is ever waited for on purpose.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sites that could reach each other over the adapter under test, were they told of each other.
#[async_trait]
pub trait Stand: Send + Sync {
    /// So many new sites whose carriers run, with what the others have to be told of each. The suite
    /// calls [`Carrier::set_peers`].
    async fn sites(&self, count: usize) -> Vec<Member>;
}

/// A site under test.
#[derive(Debug)]
pub struct Member {
    pub peer: Peer,
    pub carrier: Arc<dyn Carrier>,
}

/// Every case, one after another.
pub async fn suite(stand: &dyn Stand) {
    cases::frames_arrive_as_they_were_sent(stand).await;
    cases::each_site_hears_who_spoke(stand).await;
    cases::who_speaks_at_once_disturbs_nobody(stand).await;
    cases::what_is_too_long_or_has_no_way_is_refused(stand).await;
    cases::strangers_are_not_heard(stand).await;
    cases::who_is_taken_off_the_list_is_gone(stand).await;
    cases::who_is_not_near_is_let_in(stand).await;
    cases::a_flood_makes_nobody_wait(stand).await;
    cases::a_way_is_opened_again(stand).await;
    cases::who_closes_is_gone(stand).await;
}

/// Sites that know each other, all of them connected.
async fn met(stand: &dyn Stand, count: usize) -> Vec<Member> {
    let members = stand.sites(count).await;
    for member in &members {
        member
            .carrier
            .set_peers(&others(&members, member.peer.site));
    }
    for member in &members {
        for other in others(&members, member.peer.site) {
            member.connected(other.site).await;
        }
    }
    members
}

fn others(members: &[Member], site: SiteId) -> Vec<Peer> {
    let peers = members.iter().map(|member| member.peer.clone());
    peers.filter(|peer| peer.site != site).collect()
}

impl Member {
    async fn next(&self) -> Event {
        let next = tokio::time::timeout(PATIENCE, self.carrier.next()).await;
        next.expect("something happens").expect("it is not closed")
    }

    /// Reads on until the site is connected by the carrier's own figures.
    async fn connected(&self, site: SiteId) {
        while !self.sees(site) {
            self.next().await;
        }
    }

    /// Reads on until the site is gone.
    async fn gone(&self, site: SiteId) {
        while self.next().await != Event::Disconnected(site) {}
    }

    fn sees(&self, site: SiteId) -> bool {
        let figures = self.carrier.figures();
        figures.get(&site).is_some_and(|of| of.connected)
    }

    /// The next frame, whoever sent it.
    async fn frame(&self) -> (SiteId, Bytes) {
        loop {
            if let Event::Frame { from, bytes } = self.next().await {
                return (from, bytes);
            }
        }
    }

    fn send(&self, to: &Self, frame: impl Into<Bytes>) -> Sent {
        self.carrier.send(to.peer.site, frame.into())
    }

    /// Sends until one arrives: what is lost once need not be lost twice.
    async fn reaches(&self, to: &Self, text: &'static [u8]) {
        let arrives = async {
            loop {
                self.send(to, text);
                let soon = tokio::time::timeout(Duration::from_millis(200), to.frame());
                match soon.await {
                    Ok(frame) if frame == (self.peer.site, Bytes::from_static(text)) => return,
                    Ok(_) | Err(_) => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, arrives)
            .await
            .expect("a frame arrives");
    }
}
