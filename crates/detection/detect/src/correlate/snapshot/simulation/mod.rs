//! Snapshots of one part under everything that may come between: owners that are killed, that fail, that
//! are taken over and go on as if nothing had happened, that come back; at every call of a store.
//!
//! At every moment every file of the newest snapshot is there, whoever owns the part next can take it
//! over, and in the end nothing but the newest snapshot takes room. `AURORA_SNAPSHOT_SEEDS` runs more of
//! it; a failure names its seed.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod faults;
mod tables;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use aurora_artifacts_memory::MemoryArtifacts;
use aurora_bus::{BusHandle, Capability, Lease, Tracked};
use aurora_bus_memory::MemoryBus;
use aurora_clock::{Clock, ManualClock, Timestamp};
use aurora_events_memory::MemoryEvents;
use aurora_ids::Id128;
use aurora_model::{Scope, SiteId};
use aurora_records::Records as _;
use aurora_records::testkit::Hooked;
use aurora_records_memory::MemoryRecords;
use aurora_rules::RuleSet;
use aurora_tasks::Shutdown;
use aurora_telemetry::{HealthBoard, Metrics};
use aurora_window_state::Error as WindowError;

use self::faults::{Fault, Faulty, Hand, Shared};
use self::tables::Tables;
use super::manifest::DRAFTS;
use super::{Options, Parts, Position, Snapshots};
use crate::correlate::shared::{Kept, WindowStores, Work, consumers};
use crate::sharing::Part;
use crate::{Error, RuleHandle};

const STEPS: usize = 60;
const SEATS: usize = 3;
/// Calls of stores that a step makes, about.
const CALLS: u64 = 24;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn index(&mut self, end: usize) -> usize {
        usize::try_from(self.below(end as u64)).unwrap()
    }

    fn fault(&mut self, percent: u64) -> Option<(usize, Fault)> {
        let done = self.chance(50);
        let stops = self.chance(70);
        let after = self.index(CALLS as usize);
        self.chance(percent).then_some(match stops {
            true => (after, Fault::Stops { done }),
            false => (after, Fault::Fails { done }),
        })
    }
}

/// One process's place, which outlives it.
#[derive(Debug)]
struct Seat {
    name: String,
    store: Arc<Tables>,
}

impl WindowStores for Seat {
    fn open(&self, _: Part) -> Result<Kept, WindowError> {
        Ok(Kept {
            store: self.store.clone(),
            place: self.name.clone(),
        })
    }
}

type Step = Pin<Box<dyn Future<Output = (Option<Snapshots>, Result<(), Error>)>>>;

/// A process that owns the part, or thinks so.
struct Process {
    seat: usize,
    hand: Arc<Hand>,
    /// None while it is in the middle of something.
    snapshots: Option<Snapshots>,
    step: Option<Step>,
}

impl Process {
    /// Goes on with what it has begun; `None` when it is stuck in it.
    async fn drive(&mut self) -> Option<Result<(), Error>> {
        let step = self.step.as_mut().unwrap();
        let (snapshots, ended) = tokio::select! {
            biased;
            ended = step => ended,
            () = self.hand.stuck.notified() => return None,
        };
        (self.snapshots, self.step) = (snapshots, None);
        Some(ended)
    }

    fn is_hit(&self) -> bool {
        *self.hand.is_hit.lock().unwrap()
    }
}

struct World {
    random: Random,
    shared: Shared,
    clock: Arc<ManualClock>,
    bus: BusHandle,
    folder: tempfile::TempDir,
    seats: Vec<Arc<Seat>>,
    epoch: u64,
    written: u64,
    owner: Option<Process>,
    /// Stuck, or taken over without knowing it.
    others: Vec<Process>,
}

impl World {
    fn new(seed: u64) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_000_000)));
        let dated: Arc<dyn Clock> = clock.clone();
        let bus = MemoryBus::new(dated.clone(), aurora_bus_memory::Options::default());
        let shared = Shared {
            scope: Scope::of(SiteId(Id128::from_bytes([7; 16]))),
            part: Part::numbered(3, 8),
            records: Arc::new(MemoryRecords::new(dated)),
            artifacts: MemoryArtifacts::new(),
        };
        let seat = |number| {
            Arc::new(Seat {
                name: format!("seat {number}"),
                store: Arc::default(),
            })
        };
        Self {
            random: Random(seed),
            shared,
            clock,
            bus: BusHandle::new(Arc::new(bus), Capability::of("correlate").unwrap()),
            folder: tempfile::tempdir().unwrap(),
            seats: (0..SEATS).map(seat).collect(),
            epoch: 0,
            written: 0,
            owner: None,
            others: Vec::new(),
        }
    }

    fn work(&self, seat: usize, hand: &Arc<Hand>) -> Work {
        let faulty = Faulty {
            shared: self.shared.clone(),
            hand: hand.clone(),
        };
        let records = Hooked::new(self.shared.records.clone(), faulty.clone());
        let rules = RuleSet::from_texts([], aurora_rules::Options::default());
        let clock: Arc<dyn Clock> = self.clock.clone();
        Work {
            options: Options::new(self.folder.path().join(seat.to_string())),
            parts: Parts {
                scope: self.shared.scope.clone(),
                bus: self.bus.clone(),
                records: Arc::new(records),
                events: Arc::new(MemoryEvents::new()),
                artifacts: Arc::new(faulty),
                windows: self.seats[seat].store.clone(),
                rules: RuleHandle::new(rules),
                clock,
                metrics: Metrics::new(),
                health: HealthBoard::default(),
            },
            stores: self.seats[seat].clone(),
            board: Arc::default(),
        }
    }

    /// A process begins to own the part, whoever else thinks that he does.
    fn begin(&mut self, seat: usize, fault: Option<(usize, Fault)>) -> Process {
        self.epoch += 1;
        self.seats[seat].store.reopen();
        let hand = Arc::new(Hand::default());
        hand.plan(fault);
        let (work, part, bus) = (self.work(seat, &hand), self.shared.part, self.bus.clone());
        let lease = Lease {
            name: "windows/3".to_owned(),
            holder: self.seats[seat].name.clone(),
            epoch: self.epoch,
        };
        let step: Step = Box::pin(async move {
            let begun = async {
                let taken = work.claim(part, &lease).await?;
                let [_, holding] = consumers(part);
                let holder = Arc::new(Tracked::new(bus.consumer(holding).await?));
                let held = (part, &taken.hold);
                let position = Position::default();
                let opened =
                    Snapshots::open(held, &taken.options, &taken.parts, position, holder).await;
                let mut snapshots = opened?;
                snapshots.restore().await?;
                while !snapshots.missed().await?.is_empty() {}
                Ok(snapshots)
            };
            match begun.await {
                Ok(snapshots) => (Some(snapshots), Ok(())),
                Err(error) => (None, Err(error)),
            }
        });
        Process {
            seat,
            hand,
            snapshots: None,
            step: Some(step),
        }
    }

    fn free_seat(&mut self) -> Option<usize> {
        let busy = |seat: &usize| {
            let all = self.owner.iter().chain(&self.others);
            all.into_iter().any(|process| process.seat == *seat)
        };
        let free: Vec<usize> = (0..SEATS).filter(|seat| !busy(seat)).collect();
        (!free.is_empty()).then(|| free[self.random.index(free.len())])
    }

    async fn step(&mut self) {
        self.clock
            .advance(Duration::from_millis(self.random.below(1_500)));
        if !self.others.is_empty() && self.random.chance(25) {
            self.somebody_else().await;
        }
        match self.owner.take() {
            Some(owner) => self.own(owner).await,
            None => self.take_over().await,
        }
        self.shared.check().await;
    }

    async fn take_over(&mut self) {
        let Some(seat) = self.free_seat() else {
            return self.somebody_else().await;
        };
        let fault = self.random.fault(40);
        let mut process = self.begin(seat, fault);
        match process.drive().await {
            Some(Ok(())) => {
                let last = self.seats[seat].store.last();
                let covered = process.snapshots.as_ref().unwrap().covered();
                assert!(
                    last >= covered.filter(|seq| *seq > 0),
                    "{last:?} {covered:?}"
                );
                assert!(last <= Some(self.written), "{last:?}");
                self.owner = Some(process);
            }
            Some(Err(error)) => {
                // One whose stores work can always take over.
                assert!(process.is_hit(), "{}", aurora_tasks::chain(&error));
            }
            None => self.stuck(process).await,
        }
    }

    /// Killed where it stands, or only held up.
    async fn stuck(&mut self, process: Process) {
        if self.random.chance(50) {
            self.others.push(process);
        } else {
            self.kill(process).await;
        }
    }

    async fn kill(&self, process: Process) {
        drop(process);
        // What had begun on a thread has ended: there is only one.
        tokio::task::spawn_blocking(|| {}).await.unwrap();
    }

    async fn own(&mut self, owner: Process) {
        let store = self.seats[owner.seat].store.clone();
        match self.random.below(100) {
            0..40 => {
                for _ in 0..=self.random.below(2) {
                    self.written += 1;
                    store.write(self.written);
                }
                if self.random.chance(25) {
                    store.merge();
                }
                self.owner = Some(owner);
            }
            40..80 => {
                if self.random.chance(15) {
                    store.die_after(self.random.index(4));
                }
                self.owner = self.take(owner).await;
            }
            80..90 => self.kill(owner).await,
            // Its lease has run out, and it has not noticed.
            _ => self.others.push(owner),
        }
    }

    /// Takes a snapshot. Gives the process back if it can go on.
    async fn take(&mut self, mut process: Process) -> Option<Process> {
        process.hand.plan(self.random.fault(55));
        let mut snapshots = process.snapshots.take().unwrap();
        let position = self.seats[process.seat].store.last().unwrap_or(0);
        process.step = Some(Box::pin(async move {
            let taken = snapshots.take(position, &Shutdown::new()).await;
            (Some(snapshots), taken.map(drop))
        }));
        match process.drive().await {
            Some(Ok(())) => Some(process),
            Some(Err(Error::WindowStore(_))) => {
                self.kill(process).await;
                None
            }
            Some(Err(error)) if error.is_moved() => None,
            Some(Err(error)) => {
                assert!(process.is_hit(), "{}", aurora_tasks::chain(&error));
                Some(process)
            }
            None => {
                self.stuck(process).await;
                None
            }
        }
    }

    /// One that was held up goes on, or one that was taken over.
    async fn somebody_else(&mut self) {
        let which = self.random.index(self.others.len());
        let mut process = self.others.swap_remove(which);
        if process.step.is_none() {
            let process = self.take(process).await;
            self.others.extend(process);
            return;
        }
        process.hand.go.notify_one();
        match process.drive().await {
            // It has begun what somebody else does by now, and is told so at its next commit.
            Some(Ok(())) => self.others.push(process),
            Some(Err(_)) => {}
            None => self.kill(process).await,
        }
    }

    /// Everything is done to its end, and then two snapshots are taken in peace.
    async fn settle(&mut self) {
        self.others.extend(self.owner.take());
        while !self.others.is_empty() {
            self.somebody_else().await;
            // What is only taken over would go on for ever.
            self.others.retain(|other| other.step.is_some());
        }
        let mut last = self.begin(0, None);
        let begun = last.drive().await.expect("nothing is in its way");
        begun.unwrap();
        for _ in 0..2 {
            self.clock.advance(Duration::from_secs(200));
            self.written += 1;
            let store = &self.seats[last.seat].store;
            store.write(self.written);
            let snapshots = last.snapshots.as_mut().unwrap();
            let taken = snapshots.take(self.written, &Shutdown::new()).await;
            assert!(taken.unwrap());
        }
        let kept = self.shared.artifacts.kept(&self.shared.scope);
        assert_eq!(
            Some(kept),
            self.shared.newest().await,
            "nothing else is left"
        );
        let drafts = self.shared.part.slot(DRAFTS);
        let drafts = self.shared.records.slot(&self.shared.scope, &drafts).await;
        assert_eq!(drafts.unwrap(), None);
    }
}

async fn run(seed: u64) {
    let mut world = World::new(seed);
    for _ in 0..STEPS {
        world.step().await;
    }
    world.settle().await;
}

#[test]
fn whatever_comes_between_the_newest_snapshot_is_whole() {
    let seeds = std::env::var("AURORA_SNAPSHOT_SEEDS").ok();
    let seeds = seeds.map_or(40, |text| text.parse().unwrap());
    let only = std::env::var("AURORA_SNAPSHOT_SEED").ok();
    let only = only.map(|text| text.parse::<u64>().unwrap());
    for seed in only.map_or(0..seeds, |seed| seed..seed + 1) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(1)
            .build()
            .unwrap();
        let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            runtime.block_on(run(seed));
        }));
        if let Err(panic) = ran {
            eprintln!("AURORA_SNAPSHOT_SEED={seed}");
            std::panic::resume_unwind(panic);
        }
    }
}
