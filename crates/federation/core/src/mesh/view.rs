//! What there is to see of the mesh from here.

use std::time::Duration;

use aurora_model::SiteId;

use super::{Carrier, Mesh, head};
use crate::link::State;
use crate::{Beat, Head, Mark};

/// Records that one side of a link has and the other has not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Held here, and not read there as far as was heard.
    pub out: u64,
    /// Held there, and missing here.
    pub into: u64,
}

/// Another site and the way to it.
#[derive(Clone, Debug)]
pub struct View {
    pub site: SiteId,
    pub state: State,
    /// Since its last beat.
    pub age: Option<Duration>,
    /// Until its next, as it promised.
    pub interval: Option<Duration>,
    /// 95th percentile of round trips.
    pub echo: Option<Duration>,
    /// Share of the last beats that did not come.
    pub loss: f64,
    /// How far its clock is ahead, in milliseconds, half a round trip allowed for.
    pub skew: Option<i64>,
    /// Whether others hear it.
    pub heard_by_others: bool,
    /// What it said of itself last.
    pub beat: Option<Beat>,
    pub backlog: Backlog,
    /// The carrier that is used now, and all that are connected.
    pub carrier: Option<Carrier>,
    pub carriers: Vec<Carrier>,
}

impl Mesh {
    /// Every site that was heard of.
    pub fn views(&self, now: Duration) -> Vec<View> {
        let sites: Vec<SiteId> = self.peers.keys().copied().collect();
        sites.into_iter().map(|site| self.view(site, now)).collect()
    }

    fn view(&self, site: SiteId, now: Duration) -> View {
        let peer = &self.peers[&site];
        let echo = peer.link.echo();
        let half = echo.map_or(0, |echo| i64::try_from(echo.as_millis() / 2).unwrap_or(0));
        View {
            site,
            state: match self.overlay.is_near(site) {
                true => peer.link.state(),
                false => self.hearsay(site),
            },
            age: peer.link.age(now),
            interval: peer.link.interval(),
            echo,
            loss: peer.link.loss(),
            skew: peer.skew.map(|skew| skew + half),
            heard_by_others: peer.link.is_heard_by_others(now) || self.is_said_to_live(site),
            beat: peer.last.clone(),
            backlog: self.backlog(site),
            carrier: peer.carrier(),
            carriers: peer.carriers.keys().copied().collect(),
        }
    }

    /// By the heads that it told last. Of its own streams it has everything.
    fn backlog(&self, site: SiteId) -> Backlog {
        let peer = &self.peers[&site];
        let held = self
            .marks
            .iter()
            .filter(|(stream, _)| stream.origin != site)
            .filter(|(stream, _)| self.directory.knows(stream.origin));
        let out = held.map(|(stream, mark)| {
            let theirs = peer.heads.get(stream).map_or(0, |head| head.high);
            mark.high().saturating_sub(theirs)
        });
        let theirs = peer.heads.values();
        let theirs = theirs.filter(|head| head.stream.origin != self.options.site);
        let theirs = theirs.filter(|head| !self.directory.has_left(head.stream.origin));
        let into = theirs.map(|theirs| missing(self.marks.get(&theirs.stream), theirs));
        Backlog {
            out: out.sum(),
            into: into.sum(),
        }
    }
}

fn missing(mark: Option<&Mark>, theirs: &Head) -> u64 {
    let holes = mark.map_or(0, |mark| {
        mark.missing().map(|(from, to)| to - from + 1).sum()
    });
    theirs.high.saturating_sub(head(mark).0) + holes
}
