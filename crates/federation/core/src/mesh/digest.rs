//! What changed since somebody last asked: how a site of a large mesh hears of those it has no link with.
//!
//! Nobody has to believe a digest. It says how far streams go, which the records themselves then prove, and
//! which sites a guide does not hear.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aurora_model::SiteId;
use bytes::Bytes;

use super::overlay::Overlay;
use super::{Action, Mesh, Now, head, send};
use crate::link::State;
use crate::{Frame, Head, StreamId};

/// Between two questions to whom a site follows.
const FOLLOW: Duration = Duration::from_secs(5);
/// An answer that has not come by then is asked of another one of the group.
const PATIENCE: Duration = Duration::from_secs(2);
/// Who asked that lately is told of records at once.
const LATELY: Duration = Duration::from_secs(15);
/// Changes in one answer.
const CHUNK: usize = 2_000;

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Stream(StreamId),
    Site(SiteId),
}

/// Each subject under the number of its last change.
#[derive(Debug, Default)]
struct Changes {
    last: u64,
    at: BTreeMap<Subject, u64>,
    log: BTreeMap<u64, Subject>,
}

impl Changes {
    fn touch(&mut self, subject: Subject) {
        self.last += 1;
        if let Some(before) = self.at.insert(subject, self.last) {
            self.log.remove(&before);
        }
        self.log.insert(self.last, subject);
    }
}

/// Sites of which one is followed.
#[derive(Debug)]
struct Following {
    group: Vec<SiteId>,
    place: usize,
    /// When the question went out that is not answered yet.
    asked: Option<Duration>,
    next: Duration,
    /// Of each, its life and how far its changes are known.
    known: BTreeMap<SiteId, (u64, u64)>,
}

/// What a site knows by hearsay, and who hears it from this one.
#[derive(Debug, Default)]
pub(super) struct Gossip {
    changes: Changes,
    followers: BTreeMap<SiteId, Duration>,
    following: Vec<Following>,
    /// Sites that their guides do not hear.
    lost: BTreeSet<SiteId>,
}

impl Gossip {
    pub fn of<'s>(streams: impl Iterator<Item = &'s StreamId>) -> Self {
        let mut gossip = Self::default();
        streams.for_each(|stream| gossip.moved(*stream));
        gossip
    }

    /// The stream goes further than it did.
    pub fn moved(&mut self, stream: StreamId) {
        self.changes.touch(Subject::Stream(stream));
    }

    pub fn is_lost(&self, site: SiteId) -> bool {
        self.lost.contains(&site)
    }

    /// Whether the site is heard, as far as this one knows. Gives whether that is new.
    pub fn hears(&mut self, site: SiteId, heard: bool) {
        let changed = match heard {
            true => self.lost.remove(&site),
            false => self.lost.insert(site),
        };
        if changed {
            self.changes.touch(Subject::Site(site));
        }
    }

    /// Another directory: groups that stay are followed on.
    pub fn arrange(&mut self, overlay: &Overlay) {
        let mut before = std::mem::take(&mut self.following);
        for group in overlay.sources() {
            let known = before.iter().position(|it| it.group == group);
            let known = known.map(|place| before.swap_remove(place));
            self.following.push(known.unwrap_or(Following {
                group,
                place: 0,
                asked: None,
                next: Duration::ZERO,
                known: BTreeMap::new(),
            }));
        }
    }

    fn followers(&self, now: Duration) -> impl Iterator<Item = SiteId> + '_ {
        let lately = move |at: &Duration| now.saturating_sub(*at) < LATELY;
        let followers = self.followers.iter().filter(move |(_, at)| lately(at));
        followers.map(|(site, _)| *site)
    }
}

impl Mesh {
    /// Asks those that are followed what changed.
    pub(super) fn follow(&mut self, now: Now, actions: &mut Vec<Action>) {
        let peers = &self.peers;
        let way = |site: &SiteId| peers.get(site).and_then(super::peer::Peer::carrier);
        for following in &mut self.gossip.following {
            let waited = following.asked.map(|at| now.steady.saturating_sub(at));
            if waited.is_some_and(|waited| waited >= PATIENCE) {
                following.place += 1;
                (following.asked, following.next) = (None, now.steady);
            }
            if following.asked.is_some() || now.steady < following.next {
                continue;
            }
            let count = following.group.len();
            let open = (0..count).map(|step| (following.place + step) % count);
            let open = open.filter_map(|place| Some((place, way(&following.group[place])?)));
            let Some((place, carrier)) = open.into_iter().next() else {
                continue;
            };
            let whom = following.group[place];
            let (life, version) = following.known.get(&whom).copied().unwrap_or_default();
            (following.place, following.asked) = (place, Some(now.steady));
            following.next = now.steady + FOLLOW;
            let frame = Frame::Since { life, version };
            actions.push(send(whom, carrier, frame.encode().into()));
        }
    }

    /// Somebody asks what changed: it is told at once of what comes from now on, too.
    pub(super) fn asked_since(
        &mut self,
        from: SiteId,
        (life, version): (u64, u64),
        now: Now,
    ) -> Frame {
        self.gossip.followers.insert(from, now.steady);
        let since = if life == self.life { version } else { 0 };
        // Whoever is of another region asks each region's guides about their own.
        let is_regional = self.overlay.is_whole() || self.overlay.is_regional(from);
        let tells = |site| is_regional || self.overlay.is_regional(site);
        let (mut heads, mut heard) = (Vec::new(), Vec::new());
        let mut until = self.gossip.changes.last;
        let mut more = false;
        for (number, subject) in self.gossip.changes.log.range(since.saturating_add(1)..) {
            if heads.len() + heard.len() >= CHUNK {
                (until, more) = (*number - 1, true);
                break;
            }
            match subject {
                Subject::Stream(stream) if tells(stream.origin) => heads.push(self.head(stream)),
                Subject::Site(site) if tells(*site) => {
                    heard.push((*site, !self.gossip.is_lost(*site)));
                }
                _ => {}
            }
        }
        Frame::Digest {
            life: self.life,
            version: until,
            more,
            heads,
            heard,
        }
    }

    fn head(&self, stream: &StreamId) -> Head {
        let mark = self.marks.get(stream);
        let (high, hash) = head(mark);
        Head {
            stream: *stream,
            high,
            hash,
            complete: mark.is_none_or(crate::Mark::is_complete),
        }
    }

    /// What somebody says has changed; nobody is listened to who is not followed.
    pub(super) fn told(
        &mut self,
        from: SiteId,
        (life, version, more): (u64, u64, bool),
        heads: &[Head],
        heard: &[(SiteId, bool)],
        now: Now,
        actions: &mut Vec<Action>,
    ) {
        let following = self.gossip.following.iter_mut();
        let mut following = following.filter(|it| it.group.contains(&from));
        let Some(following) = following.next() else {
            return;
        };
        following.known.insert(from, (life, version));
        following.asked = None;
        if more {
            following.next = now.steady;
        }
        let speaks = self.overlay.is_regional(from);
        for (site, heard) in heard {
            let is_guides = self.overlay.guides_of(*site).contains(&from);
            let near = self.overlay.is_near(*site);
            // What this site hears itself it need not be told.
            if !near && (speaks || is_guides) {
                self.gossip.hears(*site, *heard);
            }
        }
        let peer = self.peers.entry(from).or_default();
        peer.heads
            .extend(heads.iter().map(|head| (head.stream, *head)));
        self.look_for_lost(heads, actions);
        self.pulls.told(heads.iter().map(|head| head.stream));
        self.pull(now, actions);
    }

    /// Who is told at once of a record that is made here.
    pub(super) fn hearers(&self, now: Now) -> Vec<SiteId> {
        if self.overlay.is_whole() {
            return self.peers.keys().copied().collect();
        }
        let here = self.options.site;
        let guides = self.overlay.guides_of(here).iter().copied();
        let hearers = guides.chain(self.gossip.followers(now.steady));
        let hearers: BTreeSet<SiteId> = hearers.filter(|site| *site != here).collect();
        hearers.into_iter().collect()
    }

    /// The state of a site that this one has no link with, as far as guides say.
    pub(super) fn hearsay(&self, site: SiteId) -> State {
        let mut following = self.gossip.following.iter();
        match following.any(|it| it.asked.is_none() && !it.known.is_empty()) {
            true if self.gossip.is_lost(site) => State::Down,
            true => State::Healthy,
            false => State::Unknown,
        }
    }

    pub(super) fn is_said_to_live(&self, site: SiteId) -> bool {
        !self.overlay.is_near(site) && self.hearsay(site) == State::Healthy
    }

    /// Hands a record on to followers: one of this region to all, another to those of this region.
    pub(super) fn relay(
        &mut self,
        origin: SiteId,
        record: &Bytes,
        now: Now,
        actions: &mut Vec<Action>,
    ) {
        if self.overlay.is_whole() {
            return;
        }
        let is_own = self.overlay.is_regional(origin);
        let ring = self.overlay.guides_of(self.options.site);
        let followers = self.gossip.followers(now.steady).filter(|site| {
            // Guides of one region are told by the origin, or find it in the next digest.
            *site != origin && !ring.contains(site) && (is_own || self.overlay.is_regional(*site))
        });
        let followers: Vec<SiteId> = followers.collect();
        let frame = Bytes::from(Frame::Announce(record.clone()).encode());
        for to in followers {
            if let Some(carrier) = self.peers.get(&to).and_then(super::peer::Peer::carrier) {
                actions.push(send(to, carrier, frame.clone()));
            }
        }
    }
}
