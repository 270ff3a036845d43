//! What is missing, and who is asked for it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_model::SiteId;

use super::peer::Peer;
use super::{Action, Mesh, Now, head, send};
use crate::link::State;
use crate::{Frame, Mark, StreamId};

/// Records asked for at once.
const CHUNK: u64 = 500;
/// An answer that has not come by then is asked of another.
const PATIENCE: Duration = Duration::from_secs(2);

/// Who was asked for what.
#[derive(Debug, Default)]
pub(super) struct Pulls {
    asked: BTreeMap<StreamId, Asked>,
    /// Streams that cannot be taken further before that time, or before the directory changes.
    blocked: BTreeMap<StreamId, Option<Timestamp>>,
}

#[derive(Debug)]
struct Asked {
    whom: SiteId,
    at: Duration,
    /// Those who did not answer.
    silent: BTreeSet<SiteId>,
}

impl Pulls {
    pub fn unblock(&mut self) {
        self.blocked.clear();
    }

    /// Until the time, or until the directory changes.
    pub fn block(&mut self, stream: StreamId, until: Option<Timestamp>) {
        self.blocked.insert(stream, until);
    }

    fn is_blocked(&mut self, stream: StreamId, now: Timestamp) -> bool {
        match self.blocked.get(&stream) {
            None => false,
            Some(Some(until)) if *until <= now => {
                self.blocked.remove(&stream);
                false
            }
            Some(_) => true,
        }
    }

    /// An answer came: the next may be asked for at once.
    pub fn answered(&mut self, stream: &StreamId) {
        self.asked.remove(stream);
    }

    /// Whether records that the peer made are missing here.
    pub fn is_behind(&self, site: SiteId, marks: &BTreeMap<StreamId, Mark>, peer: &Peer) -> bool {
        let own = peer
            .heads
            .values()
            .filter(|head| head.stream.origin == site);
        let mut own = own.filter(|head| !self.blocked.contains_key(&head.stream));
        own.any(|theirs| {
            let mark = marks.get(&theirs.stream);
            theirs.high > head(mark).0 || mark.is_some_and(|mark| !mark.is_complete())
        })
    }
}

impl Mesh {
    /// Asks for what is missing, one chunk of each stream at a time.
    pub(super) fn pull(&mut self, now: Now, actions: &mut Vec<Action>) {
        let heads = self.peers.values().flat_map(|peer| peer.heads.keys());
        let streams: BTreeSet<StreamId> = heads
            .filter(|stream| stream.origin != self.options.site)
            .copied()
            .collect();
        for stream in streams {
            self.pull_stream(stream, now, actions);
        }
    }

    pub(super) fn pull_stream(&mut self, stream: StreamId, now: Now, actions: &mut Vec<Action>) {
        if self.forked.contains(&stream) || self.pulls.is_blocked(stream, now.wall) {
            return;
        }
        let mut silent = BTreeSet::new();
        if let Some(asked) = self.pulls.asked.get(&stream) {
            if now.steady.saturating_sub(asked.at) < PATIENCE {
                return;
            }
            silent.clone_from(&asked.silent);
            silent.insert(asked.whom);
        }
        let Some((from, until)) = self.wanted(&stream) else {
            self.pulls.asked.remove(&stream);
            return;
        };
        let whom = self.whom(&stream, from, &silent).or_else(|| {
            // Everybody was asked once: begin anew.
            silent.clear();
            self.whom(&stream, from, &silent)
        });
        let Some((whom, until)) = whom.map(|(whom, high)| (whom, until.min(high))) else {
            return;
        };
        let Some(carrier) = self.peers[&whom].carrier() else {
            return;
        };
        let frame = Frame::Pull {
            stream,
            from,
            to: until.min(from + CHUNK - 1),
        };
        actions.push(send(whom, carrier, frame.encode().into()));
        let at = now.steady;
        self.pulls.asked.insert(stream, Asked { whom, at, silent });
    }

    /// The first records of the stream that are missing; or its last, when somebody else has another
    /// there.
    fn wanted(&self, stream: &StreamId) -> Option<(u64, u64)> {
        let mark = self.marks.get(stream);
        if let Some(hole) = mark.and_then(|mark| mark.missing().next()) {
            return Some(hole);
        }
        let (high, hash) = head(mark);
        let heads = self
            .peers
            .values()
            .filter_map(|peer| peer.heads.get(stream));
        let theirs = heads.clone().map(|head| head.high).max()?;
        if theirs > high {
            return Some((high + 1, theirs));
        }
        let differs = |head: &&crate::Head| head.high == high && high > 0 && head.hash != hash;
        heads
            .clone()
            .any(|head| differs(&head))
            .then_some((high, high))
    }

    /// The best one to ask for a record, and how far it has read: the origin itself, then whoever was
    /// heard last.
    fn whom(
        &self,
        stream: &StreamId,
        from: u64,
        silent: &BTreeSet<SiteId>,
    ) -> Option<(SiteId, u64)> {
        let (_, hash) = head(self.marks.get(stream));
        let able = self.peers.iter().filter(|(site, peer)| {
            !silent.contains(site) && peer.link.state() != State::Down && peer.carrier().is_some()
        });
        let able = able.filter_map(|(site, peer)| {
            let theirs = peer.heads.get(stream)?;
            let known = head(self.marks.get(stream)).0;
            let differs = from == known && theirs.high == known && theirs.hash != hash;
            let has = theirs.high >= from && (from != known || differs || !self.is_whole(stream));
            let heard = peer.carriers.values().max().copied().unwrap_or_default();
            has.then_some((*site == stream.origin, heard, *site, theirs.high))
        });
        able.max().map(|(_, _, site, high)| (site, high))
    }

    fn is_whole(&self, stream: &StreamId) -> bool {
        self.marks.get(stream).is_none_or(Mark::is_complete)
    }
}
