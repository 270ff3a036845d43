//! Several workers share a site's events and windows; they come, go and are held up.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aurora_bus::Bus as _;
use aurora_detect::correlate::{self, Correlate, Kept, Options, WindowStores};
use aurora_detect::{Detector, Part, Sharing};
use aurora_model::Stream;
use aurora_records::{Change, Claim};
use aurora_tasks::Tasks;
use aurora_telemetry::{HealthBoard, Metrics};
use aurora_window_state::{Error, WindowStore};
use aurora_window_state_memory::MemoryWindows;

use crate::stand::{RULES, Stand};

const EVENTS: u16 = 4;
const WINDOWS: u16 = 4;

/// One worker's stores, which outlive it as a disk does.
#[derive(Debug)]
struct Disk {
    name: &'static str,
    stores: Mutex<BTreeMap<Part, Arc<MemoryWindows>>>,
}

impl Disk {
    fn new(name: &'static str) -> Arc<Self> {
        let stores = Mutex::default();
        Arc::new(Self { name, stores })
    }

    /// Parts of which windows are here.
    fn parts(&self) -> Vec<u16> {
        let stores = self.stores.lock().unwrap();
        let used = stores.iter().filter(|(part, store)| {
            let mut heads = part.shards().map(|shard| store.head(shard).unwrap());
            heads.any(|head| head.is_some())
        });
        used.map(|(part, _)| part.number()).collect()
    }
}

impl WindowStores for Disk {
    fn open(&self, part: Part) -> Result<Kept, Error> {
        let mut stores = self.stores.lock().unwrap();
        Ok(Kept {
            store: stores.entry(part).or_default().clone(),
            place: self.name.to_owned(),
        })
    }
}

/// A worker of both kinds.
struct Worker(Tasks);

impl Worker {
    fn start(stand: &Stand, disk: &Arc<Disk>) -> Self {
        let tasks = Tasks::new();
        let metrics = Metrics::new();
        let sharing = |parts| Sharing {
            lease: Duration::from_secs(1),
            ..Sharing::among(disk.name.to_owned(), parts)
        };
        let detector = Detector::new(
            aurora_detect::Options::default(),
            stand.scope.clone(),
            stand.role("detect"),
            stand.records.clone(),
            stand.rules.clone(),
            stand.clock.clone(),
            metrics.clone(),
        );
        let options = Options {
            scratch: stand.folder.path().join(disk.name),
            ..stand.options()
        };
        let correlate = Correlate::new(
            options,
            correlate::Parts {
                scope: stand.scope.clone(),
                bus: stand.role("correlate"),
                records: stand.records.clone(),
                events: stand.events.clone(),
                artifacts: stand.artifacts.clone(),
                windows: stand.windows.clone(),
                rules: stand.rules.clone(),
                clock: stand.clock.clone(),
                metrics,
                health: HealthBoard::default(),
            },
        );
        let detector = detector.shared(sharing(EVENTS));
        let correlate = correlate.shared(sharing(WINDOWS), disk.clone());
        tasks.spawn("detect", detector.run(tasks.shutdown()));
        tasks.spawn("correlate", correlate.run(tasks.shutdown()));
        Self(tasks)
    }

    async fn stop(self) {
        self.0.stop(Duration::from_secs(10)).await.unwrap();
    }
}

async fn prepare(stand: &Stand) {
    let windows = Correlate::consumers_of(WINDOWS).flatten();
    for options in Detector::consumers_of(EVENTS).chain(windows) {
        drop(stand.bus.consumer(options).await.unwrap());
    }
}

async fn settled(stand: &Stand) {
    let working = Correlate::consumers_of(WINDOWS).map(|[working, _]| working);
    let consumers: Vec<_> = Detector::consumers_of(EVENTS).chain(working).collect();
    stand
        .until("everything to be judged", async || {
            let mut pending = 0;
            for options in &consumers {
                let info = stand.bus.consumer_info(options.stream, &options.name).await;
                pending += info.unwrap().unwrap().pending;
            }
            let late = stand.records.slots(&stand.scope, "correlate/late/").await;
            pending == 0 && late.unwrap().is_empty()
        })
        .await;
}

/// Every user has failed so often; each is one alert from the fifth time on.
async fn fail(stand: &mut Stand, users: &[String], ago: i64) {
    for some in users.chunks(5) {
        let logons: Vec<(&str, i64)> = some.iter().map(|user| (user.as_str(), ago)).collect();
        stand.fail(&logons).await;
    }
}

async fn check(stand: &Stand, users: &[String]) {
    settled(stand).await;
    let mut found: Vec<(String, u64)> = Vec::new();
    for alert in stand.alerts().await {
        let correlated = alert.correlated.unwrap();
        found.push((correlated.group[0].value.clone(), correlated.events));
    }
    found.sort();
    let wanted: Vec<_> = users.iter().map(|user| (user.clone(), 5)).collect();
    assert_eq!(found, wanted);
    let counters = stand.records.counters(&stand.scope, "").await.unwrap();
    let alerts = counters.iter().find(|(name, _)| name.ends_with("alerts"));
    assert_eq!(alerts.unwrap().1, users.len() as u64, "{counters:?}");
}

fn users() -> Vec<String> {
    (0..40).map(|n| format!("user{n:02}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn windows_move_with_their_parts() {
    let mut stand = Stand::new(RULES);
    prepare(&stand).await;
    let users = users();
    let (one, two) = (Disk::new("one"), Disk::new("two"));
    let first = Worker::start(&stand, &one);
    fail(&mut stand, &users, 100).await;
    settled(&stand).await;
    assert_eq!(one.parts(), [0, 1, 2, 3]);

    // Another joins: half of the windows move there, with what they had.
    let second = Worker::start(&stand, &two);
    stand
        .until("parts to move", async || two.parts().len() >= 2)
        .await;
    fail(&mut stand, &users, 90).await;
    // The first one leaves; the rest moves as well.
    first.stop().await;
    fail(&mut stand, &users, 80).await;
    settled(&stand).await;
    // It comes back, to windows of which its own disk has an old state.
    let first = Worker::start(&stand, &one);
    fail(&mut stand, &users, 70).await;
    settled(&stand).await;
    second.stop().await;
    fail(&mut stand, &users, 60).await;
    check(&stand, &users).await;
    // Where the windows were written last, they are not fetched again.
    first.stop().await;
    let first = Worker::start(&stand, &one);
    fail(&mut stand, &users, 50).await;
    check(&stand, &users).await;
    first.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_taken_over_commits_nothing_more() {
    let mut stand = Stand::new(RULES);
    prepare(&stand).await;
    let users = users();
    let worker = Worker::start(&stand, &Disk::new("one"));
    for ago in [100, 90, 80] {
        fail(&mut stand, &users, ago).await;
    }
    settled(&stand).await;
    // As if others had owned everything for a moment, while this one was held up and still has leases:
    // it is told at its next commits, and begins again from what is on record.
    let context = aurora_model::Context::service(stand.scope.clone(), "test", "taken over");
    let records = stand.records.as_ref();
    for role in ["detect", "correlate"] {
        for number in 0..WINDOWS {
            let slot = format!("{role}/owner/{number}");
            let last = Claim::read(records, &stand.scope, &slot).await.unwrap();
            let last = last.expect("somebody owns it");
            let taken = Claim::take(
                records,
                &context,
                &slot,
                Some(&last),
                last.epoch(),
                b"elsewhere".to_vec(),
            );
            taken.await.unwrap();
        }
    }
    let place = "detect/events/1";
    let before = stand.records.slot(&stand.scope, place).await.unwrap();
    let stale = Change::progress().under(&stale(&stand).await);
    assert!(records.commit(&context, stale).await.is_err());
    assert_eq!(
        stand.records.slot(&stand.scope, place).await.unwrap(),
        before
    );
    for ago in [70, 60, 50] {
        fail(&mut stand, &users, ago).await;
    }
    check(&stand, &users).await;
    worker.stop().await;
}

/// A claim that nobody has on record.
async fn stale(stand: &Stand) -> Claim {
    let other = Stand::new(RULES);
    let context = aurora_model::Context::service(other.scope.clone(), "test", "another store");
    let slot = "detect/owner/1";
    let known = Claim::read(stand.records.as_ref(), &stand.scope, slot).await;
    let epoch = known.unwrap().unwrap().epoch();
    let taken = Claim::take(
        other.records.as_ref(),
        &context,
        slot,
        None,
        epoch,
        Vec::new(),
    );
    taken.await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_find_the_same_open_one_alert() {
    // Every failed logon alerts, and all of them are of one machine.
    let rules = RULES.split("---").next().unwrap().to_owned();
    let mut stand = Stand::new(&rules);
    prepare(&stand).await;
    let (one, two) = (Disk::new("one"), Disk::new("two"));
    let workers = [Worker::start(&stand, &one), Worker::start(&stand, &two)];
    let users = users();
    for ago in (10..110).step_by(10) {
        fail(&mut stand, &users, ago).await;
    }
    settled(&stand).await;
    let alerts = stand.alerts().await;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!(alerts[0].count, 400);
    let findings = stand.bus.stream(Stream::Alerts).await.unwrap().last_seq;
    assert_eq!(findings, 400);
    for worker in workers {
        worker.stop().await;
    }
}
