//! What is missing, and who is asked for it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_model::SiteId;

use super::peer::Peer;
use super::{Action, Carrier, Mesh, Now, head, send};
use crate::link::State;
use crate::{Frame, Mark, StreamId};

/// Records asked for at once.
const CHUNK: u64 = 500;
/// An answer that has not come by then is asked of another.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two looks at all streams.
const SWEEP: Duration = Duration::from_secs(60);
/// Whoever was heard that lately answers, whatever the state of its link, which lags behind on purpose.
const LATELY: Duration = Duration::from_secs(5);

/// Who was asked for what.
#[derive(Debug, Default)]
pub(super) struct Pulls {
    asked: BTreeMap<StreamId, Asked>,
    /// Who sent of a stream what cannot be taken before that time, or before the directory changes.
    blocked: BTreeMap<(StreamId, SiteId), Option<Timestamp>>,
    /// Streams of which somebody told since it was last seen that nothing of them is missing.
    open: BTreeSet<StreamId>,
    /// When all streams are looked at again, whoever told of them.
    sweep: Duration,
}

#[derive(Debug)]
struct Asked {
    whom: SiteId,
    over: Carrier,
    at: Duration,
    /// Those who did not answer.
    silent: BTreeSet<SiteId>,
}

impl Pulls {
    pub fn unblock(&mut self) {
        self.blocked.clear();
        self.asked.clear();
    }

    /// Until the time, or until the directory changes. Others are still asked: whoever sends what
    /// nobody can verify must not keep a stream from us that they have.
    pub fn block(&mut self, stream: StreamId, whom: SiteId, until: Option<Timestamp>) {
        self.blocked.insert((stream, whom), until);
    }

    /// Sites that are not asked for the stream for now.
    fn blocked(&mut self, stream: StreamId, now: Timestamp) -> BTreeSet<SiteId> {
        self.blocked
            .retain(|_, until| until.is_none_or(|until| until > now));
        let of = self.blocked.keys().filter(|(of, _)| *of == stream);
        of.map(|(_, whom)| *whom).collect()
    }

    /// The way was made anew: answers that were on it do not come.
    pub fn forget(&mut self, whom: SiteId, over: Carrier) {
        self.asked
            .retain(|_, asked| (asked.whom, asked.over) != (whom, over));
    }

    /// Somebody says how far these go, or one of their records shows it.
    pub fn told(&mut self, streams: impl IntoIterator<Item = StreamId>) {
        self.open.extend(streams);
    }

    /// An answer came: the next may be asked for at once.
    pub fn answered(&mut self, stream: &StreamId) {
        self.asked.remove(stream);
    }

    /// Whether records that the peer made are missing here.
    pub fn is_behind(&self, site: SiteId, marks: &BTreeMap<StreamId, Mark>, peer: &Peer) -> bool {
        let own = peer.heads_of(site);
        let mut own = own.filter(|head| !self.blocked.contains_key(&(head.stream, site)));
        own.any(|theirs| {
            let mark = marks.get(&theirs.stream);
            theirs.high > head(mark).0 || mark.is_some_and(|mark| !mark.is_complete())
        })
    }
}

impl Mesh {
    /// Asks for what is missing, one chunk of each stream at a time.
    pub(super) fn pull(&mut self, now: Now, actions: &mut Vec<Action>) {
        if now.steady >= self.pulls.sweep {
            self.pulls.sweep = now.steady + SWEEP;
            let heads = self.peers.values().flat_map(|peer| peer.heads.keys());
            self.pulls.open.extend(heads.copied());
        }
        for stream in self.pulls.open.clone() {
            let has_left = self.directory.has_left(stream.origin);
            if stream.origin == self.options.site || has_left || self.wanted(&stream).is_none() {
                self.pulls.open.remove(&stream);
                self.pulls.asked.remove(&stream);
                continue;
            }
            self.pull_stream(stream, now, actions);
        }
    }

    /// What this site has said since the other one could last be heard goes there unasked, a chunk of each stream: on
    /// a slow way a question would cost a round trip. Nothing goes to whoever never said how far it is.
    pub(super) fn offer(&self, to: SiteId, carrier: Carrier, actions: &mut Vec<Action>) {
        let Some(peer) = self.peers.get(&to) else {
            return;
        };
        // A beat tells of all streams in a mesh that is whole: of one that it left out there is nothing.
        let tells_all = self.overlay.is_whole() && peer.last.is_some();
        let own = |(stream, _): &(&StreamId, &Mark)| stream.origin == self.options.site;
        for (stream, mark) in self.marks.iter().filter(own) {
            let theirs = peer.heads.get(stream).map(|head| head.high);
            let Some(theirs) = theirs.or(tells_all.then_some(0)) else {
                continue;
            };
            if mark.high() > theirs {
                actions.push(Action::Serve {
                    to,
                    carrier,
                    stream: *stream,
                    from: theirs + 1,
                    until: mark.high().min(theirs + CHUNK),
                });
            }
        }
    }

    pub(super) fn pull_stream(&mut self, stream: StreamId, now: Now, actions: &mut Vec<Action>) {
        if self.forked.contains(&stream) {
            return;
        }
        let blocked = self.pulls.blocked(stream, now.wall);
        let mut silent = blocked.clone();
        if let Some(asked) = self.pulls.asked.get(&stream) {
            if now.steady.saturating_sub(asked.at) < PATIENCE {
                return;
            }
            silent.extend(&asked.silent);
            silent.insert(asked.whom);
        }
        let Some((from, until)) = self.wanted(&stream) else {
            self.pulls.asked.remove(&stream);
            return;
        };
        let whom = self.whom(&stream, from, &silent, now).or_else(|| {
            // Everybody was asked once: begin anew.
            silent.clone_from(&blocked);
            self.whom(&stream, from, &silent, now)
        });
        let Some((whom, until)) = whom.map(|(whom, high)| (whom, until.min(high))) else {
            return;
        };
        let Some(over) = self.peers[&whom].carrier() else {
            return;
        };
        let frame = Frame::Pull {
            stream,
            from,
            to: until.min(from + CHUNK - 1),
        };
        actions.push(send(whom, over, frame.encode().into()));
        let asked = Asked {
            whom,
            over,
            at: now.steady,
            silent,
        };
        self.pulls.asked.insert(stream, asked);
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
    /// heard last. A link that is down counts for less, and is not ruled out: it stays down for a while
    /// after the way is open again.
    fn whom(
        &self,
        stream: &StreamId,
        from: u64,
        silent: &BTreeSet<SiteId>,
        now: Now,
    ) -> Option<(SiteId, u64)> {
        let (_, hash) = head(self.marks.get(stream));
        let able = self
            .peers
            .iter()
            .filter(|(site, peer)| !silent.contains(site) && peer.carrier().is_some());
        let able = able.filter_map(|(site, peer)| {
            let theirs = peer.heads.get(stream)?;
            let known = head(self.marks.get(stream)).0;
            let differs = from == known && theirs.high == known && theirs.hash != hash;
            let has = theirs.high >= from && (from != known || differs || !self.is_whole(stream));
            let heard = peer.carriers.values().max().copied().unwrap_or_default();
            let is_alive =
                peer.link.state() != State::Down || now.steady.saturating_sub(heard) < LATELY;
            let is_origin = *site == stream.origin;
            has.then_some((is_alive, is_origin, heard, *site, theirs.high))
        });
        able.max().map(|(.., site, high)| (site, high))
    }

    fn is_whole(&self, stream: &StreamId) -> bool {
        self.marks.get(stream).is_none_or(Mark::is_complete)
    }
}
