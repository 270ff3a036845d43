//! What a snapshot costs the windows under load, and how long they take to come back without a disk.
//!
//! `cargo run --release -p aurora-detect --example restore_windows [EVENTS [FOLDER]]`
//!
//! Fills 200,000 groups of two correlations with EVENTS (18 million: about 1 GB in the store); then 20,000
//! events a second for 90 s with a snapshot each 20 s; then 60 s of such events that no snapshot has, after
//! which the database is deleted and the time until the windows are back is taken. Bus in memory,
//! artifacts and windows on disk.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod load;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aurora_artifacts::Artifacts;
use aurora_artifacts_local::LocalArtifacts;
use aurora_bus::Bus as _;
use aurora_bus_memory::MemoryBus;
use aurora_clock::{Clock, SystemClock};
use aurora_detect::correlate::{Correlate, Options};
use aurora_model::{Shard, Stream};
use aurora_records::Records;
use aurora_records_memory::MemoryRecords;
use aurora_tasks::Tasks;
use aurora_window_state::{Batch, Error, Head, Outgoing, Stats, WindowStore};
use aurora_window_state_rocksdb::RocksWindows;
use load::{BATCH, Load, cpu, scope};

/// As in the product.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const GROUPS: u64 = 200_000;
/// All events of the fill are within ten minutes.
const PER_SECOND: u64 = 30_000;
/// Events a second of the load.
const RATE: u64 = 20_000;
const SNAPSHOT_EVERY: Duration = Duration::from_secs(20);

/// A commit: when it began, how long it took, and how much of that it neither ran nor waited for a
/// core: the pause that is the store's own doing, whatever else runs on the machine.
#[derive(Clone, Copy, Debug)]
struct Commit {
    started: Instant,
    took: Duration,
    blocked: Duration,
}

/// A store whose commits and checkpoints are timed.
#[derive(Debug)]
struct Timed {
    store: RocksWindows,
    commits: Mutex<Vec<Commit>>,
    checkpoints: Mutex<Vec<(Instant, Duration)>>,
    /// How long an adoption took, and when the last shard was read.
    adopted: Mutex<Duration>,
    loaded: Mutex<Option<Instant>>,
}

impl Timed {
    fn of(store: RocksWindows) -> Arc<Self> {
        Arc::new(Self {
            store,
            commits: Mutex::default(),
            checkpoints: Mutex::default(),
            adopted: Mutex::default(),
            loaded: Mutex::default(),
        })
    }
}

impl WindowStore for Timed {
    fn head(&self, shard: Shard) -> Result<Option<Head>, Error> {
        self.store.head(shard)
    }
    fn open(&self, shard: Shard, epoch: u64) -> Result<Head, Error> {
        self.store.open(shard, epoch)
    }
    fn load(&self, shard: Shard, visit: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), Error> {
        let done = self.store.load(shard, visit);
        *self.loaded.lock().unwrap() = Some(Instant::now());
        done
    }
    fn commit(&self, batches: &[Batch]) -> Result<(), Error> {
        let (started, busy) = (Instant::now(), busy());
        let done = self.store.commit(batches);
        let took = started.elapsed();
        let blocked = took.saturating_sub(self::busy().saturating_sub(busy));
        self.commits.lock().unwrap().push(Commit {
            started,
            took,
            blocked,
        });
        done
    }
    fn outbox(&self, shard: Shard, after: u64, limit: usize) -> Result<Vec<Outgoing>, Error> {
        self.store.outbox(shard, after, limit)
    }
    fn checkpoint(&self, to: &Path) -> Result<(), Error> {
        let started = Instant::now();
        let done = self.store.checkpoint(to);
        let took = (started, started.elapsed());
        self.checkpoints.lock().unwrap().push(took);
        done
    }
    fn adopt(&self, from: &Path, shards: &[Shard]) -> Result<(), Error> {
        let started = Instant::now();
        let done = self.store.adopt(from, shards);
        *self.adopted.lock().unwrap() = started.elapsed();
        done
    }
    fn forget(&self, shards: &[Shard]) -> Result<(), Error> {
        self.store.forget(shards)
    }
    fn stats(&self) -> Result<Stats, Error> {
        self.store.stats()
    }
}

/// What outlives a process, and the folder of what need not.
struct Site {
    load: Load,
    clock: Arc<dyn Clock>,
    bus: MemoryBus,
    records: Arc<dyn Records>,
    artifacts: Arc<dyn Artifacts>,
    folder: PathBuf,
    published: u64,
}

impl Site {
    fn start(&self, windows: Arc<dyn WindowStore>, snapshot_every: Duration) -> Tasks {
        let options = Options {
            snapshot_every,
            ..Options::new(self.folder.join("scratch"))
        };
        let parts = self.load.parts(
            &self.bus,
            self.records.clone(),
            self.artifacts.clone(),
            windows,
            self.clock.clone(),
        );
        let tasks = Tasks::new();
        let service = Correlate::new(options, parts);
        tasks.spawn("correlate", service.run(tasks.shutdown()));
        tasks
    }

    async fn publish(&mut self) {
        self.bus
            .publish(self.load.messages(self.published))
            .await
            .unwrap();
        self.published += BATCH;
    }

    async fn pending(&self) -> u64 {
        let name = Correlate::consumer().name;
        let info = self.bus.consumer_info(Stream::Matches, &name).await;
        info.unwrap().unwrap().pending
    }

    /// Until at most so many messages wait.
    async fn until(&self, most: u64) {
        while self.pending().await > most {
            // Between two looks at how far it is.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// [`RATE`] events a second for a time. When each snapshot was done comes back.
    async fn keep_busy(&mut self, time: Duration) -> Vec<Instant> {
        let started = Instant::now();
        let first = self.published;
        let (mut done, mut newest) = (Vec::new(), self.slot("correlate/snapshot").await);
        while started.elapsed() < time {
            let now = self.slot("correlate/snapshot").await;
            if now != newest {
                newest = now;
                done.push(Instant::now());
            }
            let due = (started.elapsed().as_secs_f64() * RATE as f64) as u64;
            if self.published - first <= due {
                self.publish().await;
            } else {
                // The rate is what is kept here.
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        println!(
            "load: {} events in {:.0} s, {} messages wait at its end",
            self.published - first,
            started.elapsed().as_secs_f64(),
            self.pending().await
        );
        done
    }

    async fn slot(&self, name: &str) -> Option<Vec<u8>> {
        self.records.slot(&scope(), name).await.unwrap()
    }
}

/// How long this thread has run or waited for a core: the first two fields of its `schedstat`, in
/// nanoseconds (the kernel's `Documentation/scheduler/sched-stats.rst`).
fn busy() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let fields = text.split_whitespace().take(2);
    Duration::from_nanos(fields.map(|field| field.parse::<u64>().unwrap()).sum())
}

fn memory(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap();
    let kib = line.split_whitespace().nth(1).unwrap();
    kib.parse::<u64>().unwrap() >> 10
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let events = arguments
        .next()
        .map_or(18_000_000, |text| text.parse().unwrap());
    let folder = arguments.next().map_or_else(std::env::temp_dir, Into::into);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.unwrap().block_on(measure(events, &folder));
}

async fn measure(events: u64, folder: &Path) {
    let folder = tempfile::tempdir_in(folder).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let limits = aurora_bus_memory::Options {
        max_bytes: 16 << 30,
    };
    let bus = MemoryBus::new(clock.clone(), limits);
    for options in Correlate::consumers() {
        drop(bus.consumer(options).await.unwrap());
    }
    let artifacts = LocalArtifacts::open(&folder.path().join("artifacts")).unwrap();
    let mut site = Site {
        load: Load::new(GROUPS, PER_SECOND),
        records: Arc::new(MemoryRecords::new(clock.clone())),
        clock,
        bus,
        artifacts: Arc::new(artifacts),
        folder: folder.path().to_owned(),
        published: 0,
    };
    let windows = folder.path().join("windows");
    let store = Timed::of(load::windows(&windows));
    let tasks = site.start(store.clone(), SNAPSHOT_EVERY);
    let (started, used) = (Instant::now(), cpu());
    while site.published < events {
        site.publish().await;
        site.until(20_000).await;
    }
    site.until(0).await;
    println!(
        "filled: {events} events in {:.0} s, {:.0} CPU-s; store {} MB, resident {} MB",
        started.elapsed().as_secs_f64(),
        (cpu() - used).as_secs_f64(),
        store.stats().unwrap().bytes >> 20,
        memory("VmRSS"),
    );
    snapshots_under_load(&mut site, &store).await;
    // Right behind a snapshot, so that what follows is in none.
    let before = site.slot("correlate/snapshot").await;
    while site.slot("correlate/snapshot").await == before {
        site.publish().await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    site.until(0).await;
    tasks.stop(Duration::from_secs(60)).await.unwrap();
    drop(store);
    restored(&mut site, &windows).await;
}

async fn snapshots_under_load(site: &mut Site, store: &Timed) {
    store.commits.lock().unwrap().clear();
    store.checkpoints.lock().unwrap().clear();
    let done = site.keep_busy(Duration::from_secs(90)).await;
    site.until(0).await;
    let commits = store.commits.lock().unwrap().clone();
    let checkpoints = store.checkpoints.lock().unwrap().clone();
    // From a checkpoint's beginning until its files are in the artifact store.
    let ends = |from: &Instant| done.iter().find(|end| *end > from).copied();
    let spans: Vec<(Instant, Instant)> = checkpoints
        .iter()
        .filter_map(|(from, _)| Some((*from, ends(from)?)))
        .collect();
    let during = |it: &Commit| {
        let mut spans = spans.iter();
        spans.any(|(from, until)| it.started < *until && it.started + it.took > *from)
    };
    let (inside, outside): (Vec<Commit>, Vec<Commit>) = commits.iter().partition(|it| during(it));
    for (name, some) in [("during", inside), ("without", outside)] {
        let took = spread(some.iter().map(|it| it.took));
        let blocked = spread(some.iter().map(|it| it.blocked));
        println!(
            "commits {name} a snapshot: {}; {took}; blocked {blocked}",
            some.len()
        );
    }
    let mut starts: Vec<Instant> = commits.iter().map(|it| it.started).collect();
    starts.sort();
    let gap = starts.windows(2).map(|two| two[1] - two[0]).max();
    println!("longest time between two commits: {gap:.1?}");
    let took: Vec<Duration> = checkpoints.iter().map(|(_, took)| *took).collect();
    let long: Vec<Duration> = spans.iter().map(|(from, until)| *until - *from).collect();
    println!("checkpoints: {took:.1?}; snapshots: {long:.1?}");
}

fn spread(times: impl Iterator<Item = Duration>) -> String {
    let mut times: Vec<Duration> = times.collect();
    times.sort();
    let at = |hundredth: usize| {
        let place = (times.len() * hundredth / 100).min(times.len().saturating_sub(1));
        times.get(place).copied().unwrap_or_default()
    };
    format!(
        "median {:.1?}, 99 of 100 {:.1?}, longest {:.1?}",
        at(50),
        at(99),
        at(100)
    )
}

async fn restored(site: &mut Site, windows: &Path) {
    let never = Duration::from_secs(3600);
    let tasks = site.start(Arc::new(load::windows(windows)), never);
    let events = RATE * 60;
    let first = site.published;
    while site.published - first < events {
        site.publish().await;
        site.until(20_000).await;
    }
    site.until(0).await;
    tasks.stop(Duration::from_secs(60)).await.unwrap();
    std::fs::remove_dir_all(windows).unwrap();
    let store = Timed::of(load::windows(windows));
    let (started, used) = (Instant::now(), cpu());
    let tasks = site.start(store.clone(), never);
    let mut began = false;
    loop {
        let is_restoring = site.slot("correlate/restoring").await.is_some();
        began |= is_restoring;
        if began && !is_restoring {
            break;
        }
        // Between two looks at how far it is.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    println!(
        "restored and repeated {events} events: {:.1} s, of which {:.1} s until the shards were read \
         (adoption {:.1?}); {:.1} CPU-s; store {} MB, resident {} MB, peak {} MB",
        started.elapsed().as_secs_f64(),
        (store.loaded.lock().unwrap().unwrap() - started).as_secs_f64(),
        store.adopted.lock().unwrap(),
        (cpu() - used).as_secs_f64(),
        store.stats().unwrap().bytes >> 20,
        memory("VmRSS"),
        memory("VmHWM"),
    );
    tasks.stop(Duration::from_secs(60)).await.unwrap();
}
