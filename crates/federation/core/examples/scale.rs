//! What a mesh of so many sites costs each of them: `just mesh-scale`, or `cargo run --package
//! aurora-federation --example scale -- 100 1000 10000`. A number with a `w` behind it makes everybody beat to
//! everybody, as small meshes do.
//!
//! The sites are real, with signatures; the network, the disks and time are not. One minute is quiet; in the next
//! an alert is made every second somewhere.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::{BinaryHeap, HashMap};
use std::time::{Duration, Instant};

use aurora_clock::Timestamp;
use aurora_federation::{
    Action, Arrival, Carrier, Channel, Command, Directory, Frame, Key, Kind, Mesh, Now, Options,
    Scale, Stored, StreamId, Tier,
};
use aurora_ids::Derive;
use aurora_model::SiteId;
use aurora_secrets::{Secret, Signer};
use bytes::Bytes;

const START: i64 = 1_800_000_000_000;
/// Milliseconds between two ticks of a site, and of a phase.
const TICK: u64 = 500;
const MINUTE: u64 = 60_000;

/// What sites of one kind did in a minute.
#[derive(Clone, Copy, Default)]
struct Spent {
    messages: u64,
    bytes: u64,
    wall: Duration,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Frame {
        to: usize,
        from: usize,
        frame: Bytes,
    },
    Tick(usize),
}

struct World {
    sites: Vec<SiteId>,
    places: HashMap<SiteId, usize>,
    meshes: Vec<Mesh>,
    is_guide: Vec<bool>,
    queue: BinaryHeap<std::cmp::Reverse<(u64, u64, Event)>>,
    order: u64,
    now: u64,
    random: u64,
    records: HashMap<(StreamId, u64), Bytes>,
    made: HashMap<(StreamId, u64), u64>,
    /// How long each alert took to each site.
    took: Vec<u64>,
    spent: [Spent; 2],
}

fn signer(number: usize) -> Signer {
    let mut seed = [9; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    Signer::from_seed(&Secret::new(seed))
}

impl World {
    fn new(count: usize, scale: Scale) -> Self {
        let id = |number: usize| SiteId(Derive::new("scale").number(number as u64).finish());
        let sites: Vec<SiteId> = (0..count).map(id).collect();
        let key = |(number, site): (usize, &SiteId)| Key {
            site: *site,
            public: signer(number).public_key(),
            from: Timestamp::from_millis(0),
            until: Timestamp::from_millis(i64::MAX),
        };
        let directory = Directory::new(sites.iter().enumerate().map(key));
        let mesh = |(number, site): (usize, &SiteId)| {
            let options = Options {
                site: *site,
                name: format!("site-{number}"),
                tier: Tier::Secondary,
                software: "AuroraSOC".to_owned(),
                records_per_second: 20_000,
            };
            let stored = Stored {
                life: 1,
                ..Stored::default()
            };
            Mesh::new(options, signer(number), directory.clone(), stored).scaled(scale)
        };
        let meshes: Vec<Mesh> = sites.iter().enumerate().map(mesh).collect();
        let places = sites.iter().enumerate().map(|(place, site)| (*site, place));
        let mut world = Self {
            places: places.collect(),
            is_guide: vec![false; count],
            meshes,
            queue: BinaryHeap::new(),
            order: 0,
            now: 0,
            random: 1,
            records: HashMap::new(),
            made: HashMap::new(),
            took: Vec::new(),
            spent: Default::default(),
            sites,
        };
        for place in 0..count {
            let near: Vec<SiteId> = world.near(place);
            // Members have their guides and nobody else.
            world.is_guide[place] = near.len() > 3;
            for peer in near {
                let carrier = Carrier(0);
                world.command(place, Command::Connected { peer, carrier });
            }
            let first = world.below(TICK);
            world.at(first, Event::Tick(place));
        }
        world
    }

    fn near(&self, place: usize) -> Vec<SiteId> {
        let (mesh, here) = (&self.meshes[place], self.sites[place]);
        let others = self.sites.iter().copied().filter(|site| *site != here);
        others.filter(|site| mesh.is_near(*site)).collect()
    }

    fn below(&mut self, bound: u64) -> u64 {
        // SplitMix64.
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn at(&mut self, delay: u64, event: Event) {
        self.order += 1;
        let entry = (self.now + delay, self.order, event);
        self.queue.push(std::cmp::Reverse(entry));
    }

    fn command(&mut self, place: usize, command: Command) {
        let now = Now {
            steady: Duration::from_millis(self.now),
            wall: Timestamp::from_millis(START + i64::try_from(self.now).unwrap()),
        };
        let begun = Instant::now();
        let actions = self.meshes[place].apply(command, now);
        self.spent[usize::from(self.is_guide[place])].wall += begun.elapsed();
        for action in actions {
            self.act(place, action);
        }
    }

    fn act(&mut self, place: usize, action: Action) {
        match action {
            Action::Keep {
                record, arrival, ..
            } => {
                let key = (record.record().stream, record.record().seq);
                if arrival == Arrival::Own {
                    self.made.insert(key, self.now);
                    self.records.insert(key, record.bytes().clone());
                } else {
                    self.took.push(self.now - self.made[&key]);
                }
            }
            Action::Send { to, frame, .. } => self.send(place, to, frame),
            Action::Serve {
                to,
                stream,
                from,
                until,
                ..
            } => {
                let kept = (from..=until).filter_map(|seq| self.records.get(&(stream, seq)));
                let frame = Frame::Records(kept.cloned().collect()).encode();
                self.send(place, to, frame.into());
            }
            Action::Evidence { .. } | Action::Quarantine { .. } | Action::Reject { .. } => {
                panic!("nobody here does wrong: {action:?}")
            }
            _ => {}
        }
    }

    fn send(&mut self, from: usize, to: SiteId, frame: Bytes) {
        let to = self.places[&to];
        for place in [from, to] {
            let spent = &mut self.spent[usize::from(self.is_guide[place])];
            spent.messages += 1;
            spent.bytes += frame.len() as u64;
        }
        let delay = 5 + self.below(80);
        self.at(delay, Event::Frame { to, from, frame });
    }

    fn run(&mut self, millis: u64) {
        let end = self.now + millis;
        while let Some(next) = self.queue.peek().filter(|next| next.0.0 <= end) {
            self.now = next.0.0;
            match self.queue.pop().unwrap().0.2 {
                Event::Tick(place) => {
                    self.command(place, Command::Tick);
                    self.at(TICK, Event::Tick(place));
                }
                Event::Frame { to, from, frame } => {
                    let (from, carrier) = (self.sites[from], Carrier(0));
                    let command = Command::Received {
                        from,
                        carrier,
                        frame,
                    };
                    self.command(to, command);
                }
            }
        }
        self.now = end;
    }

    fn publish(&mut self) {
        let place = self.below(self.sites.len() as u64);
        let command = Command::Publish {
            channel: Channel::Alerts,
            kind: Kind::Alert,
            // As long as alerts are.
            body: vec![b'x'; 900].into(),
        };
        self.command(usize::try_from(place).unwrap(), command);
    }

    /// A minute, with its cost by kind; `alerts` in it.
    fn minute(&mut self, name: &str, alerts: u64) {
        self.spent = Default::default();
        let before = cpu();
        for _ in 0..alerts {
            self.publish();
            self.run(MINUTE / alerts);
        }
        if alerts == 0 {
            self.run(MINUTE);
        }
        let spent = self.spent;
        let busy = (cpu() - before).as_secs_f64();
        let wall: f64 = spent.iter().map(|it| it.wall.as_secs_f64()).sum();
        for (kind, of) in [("member", spent[0]), ("guide", spent[1])] {
            let is_guide = kind == "guide";
            let count = self.is_guide.iter().filter(|it| **it == is_guide).count();
            if count == 0 {
                continue;
            }
            let each = |sum: f64| sum / count as f64;
            println!(
                "  {name}, each {kind} of {count}: {:.2} messages/s, {:.0} bytes/s, {:.3} ms CPU/s",
                each(of.messages as f64) / 60.0,
                each(of.bytes as f64) / 60.0,
                each(of.wall.as_secs_f64() / wall * busy) / 60.0 * 1_000.0,
            );
        }
    }
}

fn play(count: usize, scale: Scale) {
    let mut world = World::new(count, scale);
    let guides = world.is_guide.iter().filter(|it| **it).count();
    println!("{count} sites, {guides} of them with more than three links");
    world.run(MINUTE / 2);
    world.minute("quiet", 0);
    world.minute("60 alerts", 60);
    world.run(15_000);
    world.took.sort_unstable();
    let took = &world.took;
    assert_eq!(
        took.len(),
        60 * (count - 1),
        "every site has every alert once"
    );
    let of = |part: usize| took[(took.len() - 1) * part / 1_000];
    println!(
        "  alerts at the other sites after {} ms (median), {} ms (p99), {} ms (last)",
        of(500),
        of(990),
        of(1_000)
    );
}

/// What this process has used of all processors.
fn cpu() -> Duration {
    let usage = std::fs::read_to_string("/proc/self/stat").unwrap();
    let rest = usage.rsplit_once(')').unwrap().1;
    let ticks = rest.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.map(|it| it.parse::<u64>().unwrap()).sum();
    // The kernel's USER_HZ is 100 on every platform that we build for.
    Duration::from_millis(ticks * 10)
}

fn main() {
    for argument in std::env::args().skip(1) {
        let begun = cpu();
        match argument.strip_suffix('w') {
            Some(count) => {
                let whole = usize::MAX;
                let scale = Scale {
                    whole,
                    ..Scale::default()
                };
                play(count.parse().unwrap(), scale);
            }
            None => play(argument.parse().unwrap(), Scale::default()),
        }
        println!(
            "  the whole of it: {:.0} CPU-s",
            (cpu() - begun).as_secs_f64()
        );
    }
}
