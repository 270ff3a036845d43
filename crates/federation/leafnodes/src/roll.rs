//! Who is in the mesh, who was heard, and who counts as connected.

use std::collections::{BTreeMap, BTreeSet};

use aurora_federation_carrier::Peer;
use aurora_model::SiteId;
use tokio::time::{Duration, Instant};

use crate::subjects::is_label;

/// A site that said nothing for so long is gone.
pub(crate) const SILENCE: Duration = Duration::from_secs(5);
/// After so long frames may have been lost, with a connection that its server gave up meanwhile.
pub(crate) const LAPSE: Duration = Duration::from_millis(2_500);

/// Between frames of a site that is not near, and means to be heard: three heartbeats.
const SPEAKS: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
pub(crate) struct Roll {
    sites: BTreeMap<String, SiteId>,
    labels: BTreeMap<SiteId, String>,
    /// Those that are counted as connected when they are there; others while they say something.
    near: BTreeSet<SiteId>,
    /// When each of the others sent a frame last.
    spoke: BTreeMap<SiteId, Instant>,
    heard: BTreeMap<SiteId, Instant>,
    /// Connected as far as the caller was told.
    connected: BTreeSet<SiteId>,
    /// To be told of as gone, whatever was heard.
    reopened: BTreeSet<SiteId>,
    closed: bool,
}

impl Roll {
    /// These are the sites from now on. A name that cannot stand in a subject, or that another site has,
    /// leaves its site out.
    pub(crate) fn list(&mut self, peers: &[Peer]) {
        (self.sites, self.labels) = Default::default();
        let before = std::mem::take(&mut self.near);
        for peer in peers {
            if !is_label(&peer.name) || self.sites.contains_key(&peer.name) {
                tracing::warn!(site = %peer.site, name = peer.name, "a site's name cannot be used");
                continue;
            }
            self.sites.insert(peer.name.clone(), peer.site);
            self.labels.insert(peer.site, peer.name.clone());
            if peer.near {
                self.near.insert(peer.site);
            }
        }
        self.spoke.retain(|site, _| self.labels.contains_key(site));
        self.reopened.extend(before.difference(&self.near));
    }

    /// A frame of the site came.
    pub(crate) fn spoke(&mut self, site: SiteId, now: Instant) {
        if !self.near.contains(&site) {
            self.spoke.insert(site, now);
        }
    }

    /// Whether a site that says that it is there counts as heard.
    pub(crate) fn counts(&self, site: SiteId, now: Instant) -> bool {
        let spoke = self.spoke.get(&site);
        let lately = spoke.is_some_and(|at| now.saturating_duration_since(*at) < SPEAKS);
        self.near.contains(&site) || lately
    }

    pub(crate) fn site(&self, label: &str) -> Option<SiteId> {
        self.sites.get(label).copied()
    }

    /// The name under which a connected site is reached.
    pub(crate) fn way_to(&self, site: SiteId) -> Option<&str> {
        let label = self.labels.get(&site)?;
        self.connected.contains(&site).then_some(label)
    }

    /// Whether it is to be told of as connected: it was not before, or was silent meanwhile.
    pub(crate) fn heard(&mut self, site: SiteId, now: Instant) -> bool {
        let before = self.heard.insert(site, now);
        if self.closed || self.reopened.contains(&site) {
            return false;
        }
        let lapsed = before.is_some_and(|at| now.saturating_duration_since(at) > LAPSE);
        self.connected.insert(site) || lapsed
    }

    /// It said that it goes.
    pub(crate) fn left(&mut self, site: SiteId) {
        self.heard.remove(&site);
    }

    pub(crate) fn reopen(&mut self, site: SiteId) {
        self.reopened.insert(site);
    }

    /// Nobody is connected any more, nor ever will be.
    pub(crate) fn close(&mut self) {
        self.closed = true;
        self.connected.clear();
    }

    /// Whether a site that is near is not connected.
    pub(crate) fn misses_somebody(&self) -> bool {
        !self.near.is_subset(&self.connected)
    }

    /// Those that were connected and are not any more.
    pub(crate) fn settle(&mut self, now: Instant) -> Vec<SiteId> {
        let gone = |site: &SiteId| {
            let heard = self.heard.get(site);
            let silent = heard.is_none_or(|at| now.saturating_duration_since(*at) > SILENCE);
            silent || !self.labels.contains_key(site) || self.reopened.contains(site)
        };
        let gone: Vec<SiteId> = self.connected.iter().copied().filter(gone).collect();
        for site in &gone {
            self.connected.remove(site);
        }
        self.reopened.clear();
        gone
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use aurora_ids::Id128;

    use super::*;

    fn peer(name: &str) -> Peer {
        Peer {
            site: SiteId(Id128::random()),
            name: name.to_owned(),
            address: None,
            keys: Vec::new(),
            near: true,
        }
    }

    #[tokio::test]
    async fn silence_leaving_and_the_list_end_a_connection() {
        let (a, b) = (peer("a"), peer("b"));
        let mut roll = Roll::default();
        let now = Instant::now();
        roll.list(&[a.clone(), b.clone()]);
        assert!(roll.misses_somebody());
        assert!(roll.heard(a.site, now) && roll.heard(b.site, now));
        assert!(!roll.heard(a.site, now), "told already");
        assert!(!roll.heard(b.site, now + LAPSE), "not silent for long");
        let late = now + LAPSE * 2 + Duration::from_millis(1);
        assert!(roll.heard(b.site, late), "what came meanwhile may be lost");
        roll.heard.insert(b.site, now);
        assert_eq!(roll.way_to(a.site), Some("a"));
        assert!(roll.settle(now + SILENCE).is_empty());
        roll.left(a.site);
        assert_eq!(roll.settle(now), [a.site]);
        assert_eq!(roll.way_to(a.site), None);
        assert!(roll.heard(a.site, now + SILENCE));
        assert_eq!(roll.settle(now + SILENCE * 2), [b.site]);
        roll.list(&[b]);
        assert_eq!(roll.settle(now + SILENCE), [a.site]);
    }

    #[tokio::test]
    async fn a_way_that_is_opened_again_is_told_of_as_gone_first() {
        let a = peer("a");
        let mut roll = Roll::default();
        roll.list(std::slice::from_ref(&a));
        let now = Instant::now();
        assert!(roll.heard(a.site, now));
        roll.reopen(a.site);
        assert!(!roll.heard(a.site, now), "not before it is told");
        assert_eq!(roll.settle(now), [a.site]);
        assert!(roll.heard(a.site, now));
    }

    #[tokio::test]
    async fn who_is_not_near_counts_when_it_says_something() {
        let (mut a, now) = (peer("a"), Instant::now());
        let mut roll = Roll::default();
        roll.list(std::slice::from_ref(&a));
        assert!(roll.counts(a.site, now) && roll.heard(a.site, now));
        a.near = false;
        roll.list(std::slice::from_ref(&a));
        assert!(!roll.misses_somebody());
        assert!(!roll.heard(a.site, now), "not before it is told");
        assert_eq!(roll.settle(now), [a.site]);
        assert!(!roll.counts(a.site, now));
        roll.spoke(a.site, now);
        assert!(roll.counts(a.site, now) && roll.heard(a.site, now));
        assert!(roll.settle(now).is_empty());
        assert!(!roll.counts(a.site, now + SPEAKS));
    }

    #[test]
    fn a_name_that_makes_other_subjects_leaves_its_site_out() {
        let mut roll = Roll::default();
        let peers = [
            peer("a.b"),
            peer("*"),
            peer(">"),
            peer(""),
            peer("a"),
            peer("a"),
        ];
        roll.list(&peers);
        assert_eq!(roll.sites.len(), 1);
        assert_eq!(roll.site("a"), Some(peers[4].site));
    }
}
