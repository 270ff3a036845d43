//! Sites in one simulated world: one seed, one order of everything that happens.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_federation::link::State;
use aurora_federation::{
    Action, Arrival, Carrier, Channel, Command, Frame, Kind, Mark, Mesh, Now, Options, Scale,
    Sealed, Stored, StreamId, Tier,
};
use aurora_federation::{Directory, Key};
use aurora_model::SiteId;
use aurora_secrets::Signer;
use bytes::Bytes;

use crate::{START, key, key_of, later_signer, site};

/// A frame of the host's own making holds so much.
const ROOM: usize = 256 * 1024;

/// SplitMix64.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// What a site keeps through a crash.
#[derive(Default)]
pub struct Disk {
    pub records: BTreeMap<(StreamId, u64), Sealed>,
    pub marks: BTreeMap<StreamId, Mark>,
    /// Every body that was handed over, and how it came.
    pub delivered: Vec<(Bytes, Arrival)>,
    pub life: u64,
}

pub struct Host {
    pub mesh: Mesh,
    pub disk: Disk,
    /// Of its wall clock, in milliseconds.
    pub skew: i64,
    /// Steady clocks start anew with the process.
    pub born: u64,
    pub evidence: usize,
    pub quarantined: usize,
    pub rejected: Vec<String>,
    pub links: Vec<(u64, SiteId, State)>,
    /// The newest directory that it has heard of, and by which it signs.
    directory: Directory,
    signer: Signer,
}

/// Milliseconds in which an old key still signs.
const OVERLAP: u64 = 600_000;

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Frame {
        to: u8,
        from: u8,
        life: u64,
        frame: Bytes,
    },
    Tick(u8),
}

pub struct World {
    pub random: Random,
    /// Milliseconds.
    pub now: u64,
    pub hosts: Vec<Host>,
    queue: BinaryHeap<std::cmp::Reverse<(u64, u64, Event)>>,
    order: u64,
    /// Pairs that do not hear each other.
    pub cut: BTreeSet<(u8, u8)>,
    /// Percent.
    pub loss: u64,
    pub repeats: u64,
    pub published: Vec<Bytes>,
    /// Percent of actions that a disk does not carry out.
    pub faults: u64,
    pub crashes: usize,
    /// What the primary has listed, whoever has heard of it.
    keys: Vec<Key>,
    scale: Scale,
}

impl World {
    /// The same, where another number of sites is many.
    pub fn scaled(mut self, scale: Scale) -> Self {
        let scaled = self.hosts.into_iter().map(|mut host| {
            host.mesh = host.mesh.scaled(scale);
            host
        });
        self.hosts = scaled.collect();
        self.scale = scale;
        self
    }

    pub fn new(seed: u64, sites: u8) -> Self {
        let keys: Vec<Key> = (0..sites).map(key).collect();
        let hosts = (0..sites).map(|number| {
            let directory = Directory::new(keys.clone());
            host(
                number,
                Disk::default(),
                0,
                directory,
                later_signer(number, 0),
            )
        });
        let mut world = Self {
            random: Random(seed),
            now: 0,
            hosts: hosts.collect(),
            queue: BinaryHeap::new(),
            order: 0,
            cut: BTreeSet::new(),
            loss: 0,
            repeats: 0,
            published: Vec::new(),
            faults: 0,
            crashes: 0,
            keys: keys.clone(),
            scale: Scale::default(),
        };
        for number in 0..sites {
            world.join(number);
            world.at(u64::from(number) * 37, Event::Tick(number));
        }
        world
    }

    fn sites(&self) -> u8 {
        u8::try_from(self.hosts.len()).unwrap()
    }

    /// Connects a host with all others.
    fn join(&mut self, number: u8) {
        for other in (0..self.sites()).filter(|other| *other != number) {
            let peer = site(other);
            let carrier = Carrier(0);
            self.command(number, Command::Connected { peer, carrier });
        }
    }

    fn at(&mut self, delay: u64, event: Event) {
        self.order += 1;
        let entry = (self.now + delay, self.order, event);
        self.queue.push(std::cmp::Reverse(entry));
    }

    pub fn now_of(&self, number: u8) -> Now {
        let host = &self.hosts[usize::from(number)];
        let wall = START + i64::try_from(self.now).unwrap() + host.skew;
        Now {
            steady: Duration::from_millis(self.now - host.born),
            wall: Timestamp::from_millis(wall),
        }
    }

    pub fn publish(&mut self, number: u8) {
        let body = Bytes::from(format!("alert {} of {number}", self.published.len()));
        let before = self.hosts[usize::from(number)].disk.delivered.len();
        let command = Command::Publish {
            channel: Channel::Alerts,
            kind: Kind::Alert,
            body: body.clone(),
        };
        self.command(number, command);
        let delivered = &self.hosts[usize::from(number)].disk.delivered;
        // What was not durable was never promised to anybody.
        if delivered.len() > before {
            self.published.push(body);
        }
    }

    pub fn crash(&mut self, number: u8) {
        self.crashes += 1;
        let host = &mut self.hosts[usize::from(number)];
        let (disk, skew) = (std::mem::take(&mut host.disk), host.skew);
        let (directory, signer) = (host.directory.clone(), host.signer.clone());
        let mut fresh = self::host(number, disk, self.now, directory, signer);
        fresh.mesh = fresh.mesh.scaled(self.scale);
        fresh.skew = skew;
        fresh.evidence = host.evidence;
        fresh.quarantined = host.quarantined;
        fresh.links = std::mem::take(&mut host.links);
        fresh.rejected = std::mem::take(&mut host.rejected);
        *host = fresh;
        self.join(number);
    }

    /// The primary lists another key of the site, which hears of it at once; others do later.
    pub fn rotate(&mut self, number: u8) {
        let until = START + i64::try_from(self.now + OVERLAP).unwrap();
        let mut changes = 0;
        for key in self.keys.iter_mut().filter(|key| key.site == site(number)) {
            changes += 1;
            if key.until == Timestamp::from_millis(i64::MAX) {
                key.until = Timestamp::from_millis(until);
            }
        }
        let signer = later_signer(number, changes);
        self.keys.push(key_of(number, &signer));
        self.learn(number);
        let host = &mut self.hosts[usize::from(number)];
        host.mesh.sign_with(signer.clone());
        host.signer = signer;
    }

    /// The site hears of the newest directory.
    pub fn learn(&mut self, number: u8) {
        let directory = Directory::new(self.keys.clone());
        self.hosts[usize::from(number)].directory = directory.clone();
        self.command(number, Command::Directory(directory));
    }

    pub fn command(&mut self, number: u8, command: Command) {
        let now = self.now_of(number);
        let actions = self.hosts[usize::from(number)].mesh.apply(command, now);
        for action in actions {
            let writes = matches!(action, Action::Keep { .. });
            if writes && self.faults > 0 && self.random.chance(self.faults) {
                return self.crash(number);
            }
            self.act(number, action);
        }
    }

    fn act(&mut self, number: u8, action: Action) {
        let at = self.now;
        let host = &mut self.hosts[usize::from(number)];
        match action {
            Action::Keep {
                record,
                mark,
                arrival,
            } => {
                let (stream, seq) = (record.record().stream, record.record().seq);
                host.disk.delivered.push((record.body().clone(), arrival));
                host.disk.marks.insert(stream, mark);
                assert!(host.disk.records.insert((stream, seq), record).is_none());
            }
            Action::Send { to, frame, .. } => self.send(number, to, frame),
            Action::Serve {
                to,
                stream,
                from,
                until,
                ..
            } => {
                let mut room = ROOM;
                let kept = host.disk.records.range((stream, from)..=(stream, until));
                let records = kept.map(|(_, record)| record.bytes().clone());
                let records = records.take_while(|bytes| {
                    room = room.saturating_sub(bytes.len());
                    room > 0
                });
                let frame = Frame::Records(records.collect()).encode();
                self.send(number, to, frame.into());
            }
            Action::Compare(came) => {
                let place = (came.record().stream, came.record().seq);
                let held = host.disk.records.get(&place).cloned();
                if let Some(held) = held.filter(|held| held.hash() != came.hash()) {
                    self.command(number, Command::Differs { held, came });
                }
            }
            Action::Evidence { .. } => host.evidence += 1,
            Action::Quarantine { .. } => host.quarantined += 1,
            Action::Reject { reason, .. } => host.rejected.push(reason.to_string()),
            Action::Link { peer, to, .. } => host.links.push((at, peer, to)),
            Action::Reopen { .. } | Action::Restored { .. } | Action::Notice { .. } => {}
        }
    }

    fn send(&mut self, from: u8, to: SiteId, frame: Bytes) {
        let to = to.0.as_bytes()[0] - 1;
        let life = self.hosts[usize::from(to)].disk.life;
        let copies = 1 + u64::from(self.random.chance(self.repeats));
        for _ in 0..copies {
            if self.is_cut(from, to) || self.random.chance(self.loss) {
                continue;
            }
            let delay = 5 + self.random.below(80);
            let frame = frame.clone();
            self.at(
                delay,
                Event::Frame {
                    to,
                    from,
                    life,
                    frame,
                },
            );
        }
    }

    pub fn is_cut(&self, from: u8, to: u8) -> bool {
        self.cut.contains(&(from, to))
    }

    /// Lets time pass.
    pub fn run(&mut self, millis: u64) {
        let end = self.now + millis;
        while let Some(next) = self.queue.peek().filter(|next| next.0.0 <= end) {
            self.now = next.0.0;
            let (_, _, event) = self.queue.pop().unwrap().0;
            match event {
                Event::Tick(number) => {
                    self.command(number, Command::Tick);
                    self.at(500, Event::Tick(number));
                }
                // What was under way to a process that has ended is lost.
                Event::Frame {
                    to,
                    from,
                    life,
                    frame,
                } if life == self.hosts[usize::from(to)].disk.life => {
                    let (from, carrier) = (site(from), Carrier(0));
                    let command = Command::Received {
                        from,
                        carrier,
                        frame,
                    };
                    self.command(to, command);
                }
                Event::Frame { .. } => {}
            }
        }
        self.now = end;
    }

    /// Whether every site holds everything that was promised.
    pub fn is_complete(&self) -> bool {
        let complete = |host: &Host| host.disk.delivered.len() >= self.published.len();
        self.hosts.iter().all(complete)
    }

    /// Panics unless every site was handed everything once.
    pub fn check(&self, seed: u64) {
        let mut wanted = self.published.clone();
        wanted.sort_unstable();
        for (number, host) in self.hosts.iter().enumerate() {
            let delivered = host.disk.delivered.iter();
            let mut bodies: Vec<Bytes> = delivered.map(|(body, _)| body.clone()).collect();
            bodies.sort_unstable();
            assert_eq!(bodies, wanted, "seed {seed}, site {number}");
            assert_eq!(host.evidence, 0, "seed {seed}, site {number}");
            assert!(
                host.disk.marks.values().all(Mark::is_complete),
                "seed {seed}"
            );
        }
    }
}

fn host(number: u8, mut disk: Disk, born: u64, directory: Directory, signer: Signer) -> Host {
    disk.life += 1;
    let options = Options {
        site: site(number),
        name: format!("site-{number}"),
        tier: Tier::Secondary,
        software: "test".to_owned(),
        records_per_second: 20_000,
    };
    let clocks = disk.records.values().map(|record| record.record().hlc);
    let stored = Stored {
        marks: disk.marks.clone(),
        clock: clocks.max().unwrap_or_default(),
        life: disk.life,
    };
    Host {
        mesh: Mesh::new(options, signer.clone(), directory.clone(), stored),
        directory,
        signer,
        disk,
        skew: 0,
        born,
        evidence: 0,
        quarantined: 0,
        rejected: Vec::new(),
        links: Vec::new(),
    }
}
