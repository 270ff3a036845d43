//! One site's part of the mesh: commands in, actions out.

mod beats;
mod digest;
mod overlay;
mod peer;
mod pull;
mod receive;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_model::SiteId;
use aurora_secrets::Signer;
use bytes::Bytes;

use self::digest::Gossip;
use self::overlay::Overlay;
pub use self::overlay::Scale;
use self::peer::Peer;
use self::pull::Pulls;
pub use self::view::{Backlog, View};
use crate::link::{State, Verdict};
use crate::{
    AuditHead, Channel, Directory, Frame, Hash, Head, Hlc, Kind, Malformed, Mark, Refusal, Sealed,
    Step, StreamId, Tier,
};

/// A steady clock that only runs forward, and the wall clock, which may be wrong.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    pub steady: Duration,
    pub wall: Timestamp,
}

/// A way to a site: leafnodes, a direct link. Given by whoever runs the mesh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Carrier(pub u8);

#[derive(Clone, Debug)]
pub struct Options {
    pub site: SiteId,
    pub name: String,
    pub tier: Tier,
    pub software: String,
    /// Records taken from one peer in a second; more are dropped and pulled later.
    pub records_per_second: u32,
}

/// What happens to a site.
#[derive(Clone, Debug)]
pub enum Command {
    /// The site has something to say.
    Publish {
        channel: Channel,
        kind: Kind,
        body: Bytes,
    },
    /// A carrier brought a frame, and says from whom.
    Received {
        from: SiteId,
        carrier: Carrier,
        frame: Bytes,
    },
    Connected {
        peer: SiteId,
        carrier: Carrier,
    },
    Disconnected {
        peer: SiteId,
        carrier: Carrier,
    },
    /// The site directory changed.
    Directory(Directory),
    /// What [`Action::Compare`] asked for: another record is kept under that number.
    Differs {
        held: Sealed,
        came: Sealed,
    },
    /// At least twice a second.
    Tick,
}

/// How a record came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It was made here.
    Own,
    /// Its origin, or a relay, told of it at once.
    Live,
    /// It was pulled, more than a minute after it was made: it does not page anybody.
    Late,
}

/// What is to be done, in order; what follows a [`Action::Keep`] only when that is durable. Whoever
/// cannot carry one out drops the mesh and makes it again from what is stored.
#[derive(Clone, Debug)]
pub enum Action {
    /// Keep the record, the mark of its stream and what the record does to this site, all of it in
    /// one transaction.
    Keep {
        record: Sealed,
        mark: Mark,
        arrival: Arrival,
    },
    Send {
        to: SiteId,
        carrier: Carrier,
        frame: Bytes,
    },
    /// Send kept records, both ends included, as [`Frame::Records`], as many as fit in one frame.
    Serve {
        to: SiteId,
        carrier: Carrier,
        stream: StreamId,
        from: u64,
        until: u64,
    },
    /// Look whether the kept record of that number is this one; if not, [`Command::Differs`].
    Compare(Sealed),
    /// Keep both, raise a critical alert: the origin said two things under one number.
    Evidence {
        held: Option<Sealed>,
        came: Sealed,
        beside: u64,
    },
    /// Keep it aside, visibly: nobody can say yet whether it is to be believed.
    Quarantine {
        from: SiteId,
        record: Sealed,
        reason: Reason,
    },
    /// Something that a site in order does not send; audited.
    Reject { from: SiteId, reason: Reason },
    Link {
        peer: SiteId,
        from: State,
        to: State,
    },
    /// The carrier says that it is connected, but nothing comes: close it and open it again.
    Reopen { peer: SiteId, carrier: Carrier },
    /// What the host of another site told ours. The mesh vouches for nothing but the carrier's word.
    Notice { from: SiteId, bytes: Bytes },
    /// Others hold records of ours that we do not: the outbox was restored from a backup and goes on
    /// in a new epoch.
    Restored { lost: StreamId, until: u64 },
}

/// Why something was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the frame says that it is of another site than its carrier says")]
    WrongSender,
    #[error("the sender is not in the site directory")]
    Stranger,
    #[error("its clock is more than five minutes ahead of ours")]
    AheadOfTime,
    #[error("a beat that came before")]
    OldBeat,
    #[error("more records than a peer may send in a second")]
    TooMany,
    #[error("a record in this site's name that it did not make")]
    InOurName,
    #[error("a record of a site that left the mesh")]
    Departed,
}

/// What a site has stored of the mesh.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// Of every stream, this site's own among them.
    pub marks: BTreeMap<StreamId, Mark>,
    pub clock: Hlc,
    /// Higher than ever before, and durable before the mesh is made: beats of an earlier life are old,
    /// whatever clocks say.
    pub life: u64,
}

/// One site's part of the mesh.
#[derive(Debug)]
pub struct Mesh {
    options: Options,
    signer: Signer,
    directory: Directory,
    marks: BTreeMap<StreamId, Mark>,
    clock: Hlc,
    /// Of this site's own streams.
    epochs: BTreeMap<Channel, u32>,
    peers: BTreeMap<SiteId, Peer>,
    pulls: Pulls,
    scale: Scale,
    overlay: Overlay,
    gossip: Gossip,
    /// Streams whose origin said two things.
    forked: BTreeSet<StreamId>,
    life: u64,
    ticked: Option<Now>,
    about: About,
}

/// What a site says of itself in its beats, beside who it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Hosts that are enrolled.
    pub agents: u32,
    /// Version of the policies in force.
    pub policy: String,
    pub audit: Option<AuditHead>,
}

/// A record may be that far ahead of this site's clock.
const AHEAD: Duration = Duration::from_secs(300);
/// Without a tick for so long this site slept.
const SLEPT: Duration = Duration::from_secs(5);

impl Mesh {
    pub fn new(options: Options, signer: Signer, directory: Directory, stored: Stored) -> Self {
        let own = stored
            .marks
            .keys()
            .filter(|stream| stream.origin == options.site);
        let mut epochs = BTreeMap::new();
        for stream in own {
            let epoch: &mut u32 = epochs.entry(stream.channel).or_default();
            *epoch = stream.epoch.max(*epoch);
        }
        let gossip = Gossip::of(stored.marks.keys());
        let mut mesh = Self {
            options,
            signer,
            directory,
            marks: stored.marks,
            clock: stored.clock,
            epochs,
            peers: BTreeMap::new(),
            pulls: Pulls::default(),
            scale: Scale::default(),
            overlay: Overlay::default(),
            gossip,
            forked: BTreeSet::new(),
            life: stored.life,
            ticked: None,
            about: About::default(),
        };
        mesh.arrange();
        mesh
    }

    /// The same, which counts another number of sites as many.
    #[must_use]
    pub fn scaled(mut self, scale: Scale) -> Self {
        self.scale = scale;
        self.arrange();
        self
    }

    /// Whether the two sites beat to each other; carriers need not link others. In a mesh of up to a hundred
    /// sites all do.
    pub fn is_near(&self, site: SiteId) -> bool {
        self.overlay.is_near(site)
    }

    /// The guides of a site's region, of which it may be one; none in a mesh in which all are near.
    pub fn guides_of(&self, site: SiteId) -> &[SiteId] {
        match self.overlay.is_whole() {
            true => &[],
            false => self.overlay.guides_of(site),
        }
    }

    fn arrange(&mut self) {
        self.overlay = Overlay::of(&self.directory, self.options.site, self.scale);
        self.gossip.arrange(&self.overlay);
    }

    /// From now on beats say so.
    pub fn describe(&mut self, about: About) {
        self.about = about;
    }

    /// What beats say now.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// How far this site's own streams reach.
    pub fn outbox(&self) -> Vec<Head> {
        let heads = self.heads().into_iter();
        heads
            .filter(|head| head.stream.origin == self.options.site)
            .collect()
    }

    /// From now on records and beats are signed by that key, which the directory has to list.
    pub fn sign_with(&mut self, signer: Signer) {
        self.signer = signer;
    }

    /// What a command comes to.
    pub fn apply(&mut self, command: Command, now: Now) -> Vec<Action> {
        let mut actions = Vec::new();
        match command {
            Command::Publish {
                channel,
                kind,
                body,
            } => self.publish(channel, kind, body, now, &mut actions),
            Command::Received {
                from,
                carrier,
                frame,
            } => self.receive(from, carrier, &frame, now, &mut actions),
            Command::Connected { peer, carrier } => {
                self.connected(peer, carrier, now, &mut actions)
            }
            Command::Disconnected { peer, carrier } => {
                self.pulls.forget(peer, carrier);
                if let Some(peer) = self.peers.get_mut(&peer) {
                    peer.carriers.remove(&carrier);
                }
            }
            Command::Directory(directory) => {
                self.directory = directory;
                self.pulls.unblock();
                let known = &self.directory;
                self.peers.retain(|site, _| known.knows(*site));
                self.arrange();
            }
            Command::Differs { held, came } => self.differs(held, came, &mut actions),
            Command::Tick => self.tick(now, &mut actions),
        }
        actions
    }

    /// Whether records of a site are known to be missing here, and may still come.
    pub fn is_behind(&self, origin: SiteId) -> bool {
        let heads = self.peers.values().flat_map(|peer| peer.heads.values());
        let mut heads = heads.filter(|head| head.stream.origin == origin);
        self.directory.knows(origin)
            && heads.any(|theirs| {
                let mark = self.marks.get(&theirs.stream);
                let incomplete = mark.is_some_and(|mark| !mark.is_complete());
                !self.forked.contains(&theirs.stream) && (theirs.high > head(mark).0 || incomplete)
            })
    }

    /// The state of the link to a site.
    pub fn link(&self, peer: SiteId) -> State {
        self.peers
            .get(&peer)
            .map_or(State::Unknown, |peer| peer.link.state())
    }

    /// What is known of a stream.
    pub fn mark(&self, stream: &StreamId) -> Option<&Mark> {
        self.marks.get(stream)
    }

    fn publish(
        &mut self,
        channel: Channel,
        kind: Kind,
        body: Bytes,
        now: Now,
        actions: &mut Vec<Action>,
    ) {
        let stream = StreamId {
            origin: self.options.site,
            channel,
            epoch: *self.epochs.entry(channel).or_insert(1),
        };
        let mark = self.marks.entry(stream).or_default();
        let place = (stream, mark.high() + 1, mark.head());
        let clock = self.clock.next(now.wall);
        let record = match Sealed::new(place, kind, clock, body, &self.signer) {
            Ok(record) => record,
            Err(error) => {
                let (from, reason) = (self.options.site, error.into());
                return actions.push(Action::Reject { from, reason });
            }
        };
        let step = mark.take(record.record(), record.hash());
        debug_assert_eq!(step, Step::New);
        self.clock = clock;
        let mark = mark.clone();
        let announced = Bytes::from(Frame::Announce(record.bytes().clone()).encode());
        let arrival = Arrival::Own;
        actions.push(Action::Keep {
            record,
            mark,
            arrival,
        });
        self.gossip.moved(stream);
        for to in self.hearers(now) {
            if let Some(carrier) = self.peers.get(&to).and_then(Peer::carrier) {
                actions.push(send(to, carrier, announced.clone()));
            }
            self.beat_soon(to, now);
        }
    }

    fn tick(&mut self, now: Now, actions: &mut Vec<Action>) {
        let slept = self.ticked.is_some_and(|before| {
            let steady = now.steady.saturating_sub(before.steady);
            let wall = now.wall.as_millis() - before.wall.as_millis();
            let drift = wall - i64::try_from(steady.as_millis()).unwrap_or(i64::MAX);
            steady > SLEPT || drift.unsigned_abs() > 2 * SLEPT.as_millis() as u64
        });
        self.ticked = Some(now);
        if slept {
            for (site, peer) in &mut self.peers {
                let change = peer.link.forget(now.steady);
                actions.extend(change.and_then(|verdict| changed(*site, verdict)));
            }
        }
        self.judge(now, actions);
        self.reopen_quiet(now, actions);
        self.beat(now, actions);
        self.follow(now, actions);
        self.pull(now, actions);
    }

    /// Judges every link.
    fn judge(&mut self, now: Now, actions: &mut Vec<Action>) {
        let able: Vec<SiteId> = self
            .peers
            .iter()
            .filter(|(_, peer)| matches!(peer.link.state(), State::Healthy | State::Degraded))
            .filter(|(_, peer)| peer.link.age(now.steady).is_some_and(|age| age < SLEPT * 4))
            .map(|(site, _)| *site)
            .collect();
        let mut ask = Vec::new();
        for (site, peer) in &mut self.peers {
            if !self.overlay.is_near(*site) {
                continue;
            }
            let behind = self.pulls.is_behind(*site, &self.marks, peer);
            let probers = probers(&self.overlay, &able, *site);
            match peer.link.judge(probers.len(), behind, now.steady) {
                Some(Verdict::Ask) => ask.push((*site, probers)),
                Some(verdict) => {
                    actions.extend(changed(*site, verdict));
                    if !self.overlay.is_whole() {
                        self.gossip.hears(*site, peer.link.state() != State::Down);
                    }
                }
                None => {}
            }
        }
        for (about, probers) in ask {
            let frame = Bytes::from(Frame::Probe(about).encode());
            for to in probers {
                if let Some(carrier) = self.peers[&to].carrier() {
                    actions.push(send(to, carrier, frame.clone()));
                }
            }
        }
    }

    fn differs(&mut self, held: Sealed, came: Sealed, actions: &mut Vec<Action>) {
        let (stream, beside) = (came.record().stream, came.record().seq);
        self.forked.insert(stream);
        let held = Some(held);
        actions.push(Action::Evidence { held, came, beside });
    }
}

/// Those of the able who may hear a site: all, or its guides.
fn probers(overlay: &Overlay, able: &[SiteId], about: SiteId) -> Vec<SiteId> {
    let sites = match overlay.is_whole() {
        true => able,
        false => overlay.guides_of(about),
    };
    let probers = sites.iter().copied();
    let probers = probers.filter(|site| *site != about && able.binary_search(site).is_ok());
    probers.collect()
}

fn changed(peer: SiteId, verdict: Verdict) -> Option<Action> {
    match verdict {
        Verdict::Changed { from, to } => Some(Action::Link { peer, from, to }),
        Verdict::Ask => None,
    }
}

fn send(to: SiteId, carrier: Carrier, frame: Bytes) -> Action {
    Action::Send { to, carrier, frame }
}

/// The head of an empty stream.
pub(crate) fn head(mark: Option<&Mark>) -> (u64, Hash) {
    mark.map_or((0, Hash::NONE), |mark| (mark.high(), mark.head()))
}
