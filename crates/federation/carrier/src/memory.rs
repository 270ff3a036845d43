//! Sites of one process, for tests: a hall in which everybody hears everybody, until a way is cut.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use aurora_model::SiteId;
use bytes::Bytes;
use tokio::sync::Notify;

use crate::{Carrier, Counts, Event, Figures, MAX_FRAME_BYTES, Peer, Sent};

/// Frames that wait for one site.
const ROOM: usize = 1024;

/// Where sites of one process meet. Copies are the same hall.
#[derive(Clone, Debug, Default)]
pub struct Hall(Arc<Mutex<Inside>>);

#[derive(Debug, Default)]
struct Inside {
    members: BTreeMap<SiteId, Member>,
    /// Pairs that do not hear each other, the lower first.
    cut: BTreeSet<(SiteId, SiteId)>,
}

#[derive(Debug)]
struct Member {
    /// And whether each is near.
    listed: BTreeMap<SiteId, bool>,
    connected: BTreeSet<SiteId>,
    waiting: std::collections::VecDeque<Event>,
    frames: usize,
    woken: Arc<Notify>,
    counts: Arc<Counts>,
}

/// One site's carrier.
#[derive(Debug)]
pub struct InMemory {
    site: SiteId,
    hall: Hall,
    woken: Arc<Notify>,
    counts: Arc<Counts>,
}

impl Hall {
    pub fn new() -> Self {
        Self::default()
    }

    /// A site comes in; one of that name that is there already leaves.
    pub fn enter(&self, site: SiteId) -> InMemory {
        let (woken, counts) = (Arc::new(Notify::new()), Arc::new(Counts::default()));
        let member = Member {
            listed: BTreeMap::new(),
            connected: BTreeSet::new(),
            waiting: std::collections::VecDeque::new(),
            frames: 0,
            woken: woken.clone(),
            counts: counts.clone(),
        };
        let mut inside = self.lock();
        inside.leave(site);
        inside.members.insert(site, member);
        drop(inside);
        InMemory {
            site,
            hall: self.clone(),
            woken,
            counts,
        }
    }

    /// The two do not hear each other any more.
    pub fn cut(&self, one: SiteId, other: SiteId) {
        let mut inside = self.lock();
        inside.cut.insert(pair(one, other));
        inside.settle();
    }

    pub fn heal(&self, one: SiteId, other: SiteId) {
        let mut inside = self.lock();
        inside.cut.remove(&pair(one, other));
        inside.settle();
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pair(one: SiteId, other: SiteId) -> (SiteId, SiteId) {
    (one.min(other), one.max(other))
}

impl Inside {
    fn leave(&mut self, site: SiteId) {
        if let Some(gone) = self.members.remove(&site) {
            gone.woken.notify_one();
        }
        self.settle();
    }

    /// Two hear each other when both are here, both list the other, one of them as near, and nothing is cut.
    fn hears(&self, one: SiteId, other: SiteId) -> bool {
        let near = |a, b| self.members.get(&a).and_then(|m| m.listed.get(&b).copied());
        let wanted = near(one, other).zip(near(other, one));
        wanted.is_some_and(|(here, there)| here || there) && !self.cut.contains(&pair(one, other))
    }

    /// Tells everybody who came and who is gone.
    fn settle(&mut self) {
        let sites: Vec<SiteId> = self.members.keys().copied().collect();
        for site in sites {
            let member = &self.members[&site];
            let known = member.connected.iter().chain(member.listed.keys());
            let known: BTreeSet<SiteId> = known.copied().collect();
            let known = known.into_iter();
            let now: Vec<(SiteId, bool)> = known
                .map(|other| (other, self.hears(site, other)))
                .collect();
            let member = self.members.get_mut(&site).expect("it was just listed");
            for (other, hears) in now {
                member.turn(other, hears);
            }
        }
    }
}

impl Member {
    fn turn(&mut self, other: SiteId, hears: bool) {
        if hears == self.connected.contains(&other) {
            return;
        }
        if hears {
            self.connected.insert(other);
            self.counts.connected(other);
            self.waiting.push_back(Event::Connected(other));
        } else {
            self.connected.remove(&other);
            self.counts.disconnected(other);
            self.waiting.push_back(Event::Disconnected(other));
        }
        self.woken.notify_one();
    }
}

#[async_trait]
impl Carrier for InMemory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn set_peers(&self, peers: &[Peer]) {
        let mut inside = self.hall.lock();
        let Some(member) = self.own(&mut inside) else {
            return;
        };
        member.listed = peers.iter().map(|peer| (peer.site, peer.near)).collect();
        inside.settle();
    }

    fn send(&self, to: SiteId, frame: Bytes) -> Sent {
        if frame.len() > MAX_FRAME_BYTES {
            return Sent::TooLong;
        }
        let mut inside = self.hall.lock();
        if self.own(&mut inside).is_none() || !inside.hears(self.site, to) {
            return Sent::NoWay;
        }
        let there = inside.members.get_mut(&to).expect("it hears us");
        if there.frames >= ROOM {
            self.counts.lost(to);
            return Sent::Full;
        }
        there.frames += 1;
        self.counts.sent(to, frame.len());
        there.counts.received(self.site, frame.len());
        let (from, bytes) = (self.site, frame);
        there.waiting.push_back(Event::Frame { from, bytes });
        there.woken.notify_one();
        Sent::Away
    }

    async fn next(&self) -> Option<Event> {
        loop {
            {
                let mut inside = self.hall.lock();
                let member = self.own(&mut inside)?;
                if let Some(event) = member.waiting.pop_front() {
                    match &event {
                        Event::Frame { from, .. } => {
                            member.frames -= 1;
                            // Whoever is gone since is not heard any more.
                            if !member.connected.contains(from) {
                                continue;
                            }
                        }
                        Event::Connected(_) | Event::Disconnected(_) => {}
                    }
                    return Some(event);
                }
            }
            self.woken.notified().await;
        }
    }

    fn reopen(&self, peer: SiteId) {
        let mut inside = self.hall.lock();
        if let Some(member) = self.own(&mut inside) {
            member.turn(peer, false);
            inside.settle();
        }
    }

    fn figures(&self) -> BTreeMap<SiteId, Figures> {
        self.counts.all()
    }

    async fn close(&self) {
        let mut inside = self.hall.lock();
        if self.own(&mut inside).is_some() {
            inside.leave(self.site);
        }
    }
}

impl InMemory {
    /// `None` once it was closed or replaced.
    fn own<'a>(&self, inside: &'a mut Inside) -> Option<&'a mut Member> {
        let member = inside.members.get_mut(&self.site)?;
        Arc::ptr_eq(&member.woken, &self.woken).then_some(member)
    }
}

impl Drop for InMemory {
    fn drop(&mut self) {
        let mut inside = self.hall.lock();
        if self.own(&mut inside).is_some() {
            inside.leave(self.site);
        }
    }
}
