//! How many matching events a second a core the durable path takes: event_count and value_count by
//! user over ten minutes, messages from a bus in memory, windows on RocksDB in a temporary folder.
//!
//! `cargo run --release -p aurora-detect --example durable_windows [EVENTS [FOLDER]]`
//!
//! CPU time is the whole process's: reading messages, windows, RocksDB's writing and merging. An
//! event that feeds both correlations counts once.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use aurora_artifacts_memory::MemoryArtifacts;
use aurora_bus::{Bus as _, BusHandle, Capability, Message};
use aurora_bus_memory::MemoryBus;
use aurora_clock::{Clock, SystemClock, Timestamp};
use aurora_correlation::{GroupKey, Namespace, Value};
use aurora_detect::RuleHandle;
use aurora_detect::correlate::{Correlate, Options, Parts};
use aurora_events_memory::MemoryEvents;
use aurora_ids::{Derive, Id128};
use aurora_model::envelope::{Format, Header, Range, VERSION};
use aurora_model::{
    BatchId, Contribution, EventUid, Lane, MatchBatch, MatchEntry, Measured, OriginId, RuleId,
    SHARDS, Scope, Shard, SiteId, SourceName, Subject, TraceContext,
};
use aurora_records_memory::MemoryRecords;
use aurora_rules::RuleSet;
use aurora_tasks::Tasks;
use aurora_telemetry::{HealthBoard, Metrics};
use aurora_window_state::WindowStore as _;
use aurora_window_state_rocksdb::RocksWindows;
use bytes::Bytes;

/// As in the product.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const RULES: &str = r"title: Logon
id: logon
logsource:
    product: windows
detection:
    selection:
        EventID: 4624
    condition: selection
---
title: Many logons
id: many
correlation:
    type: event_count
    rules: [logon]
    group-by: [User]
    timespan: 10m
    condition:
        gte: 1000000
---
title: Many addresses
id: spread
correlation:
    type: value_count
    rules: [logon]
    group-by: [User]
    timespan: 10m
    condition:
        field: IpAddress
        gte: 1000000
";
/// Events of one message of events, as the normaliser cuts them.
const BATCH: u64 = 1_000;
/// Event time runs this fast.
const PER_SECOND: u64 = 2_000;

/// User and system time of this process: fields 14 and 15 of `proc_pid_stat(5)`, in ticks of 10 ms.
fn cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = text.rsplit_once(") ").unwrap();
    let ticks = fields.split(' ').skip(11).take(2);
    let ticks: u64 = ticks.map(|field| field.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let events = arguments
        .next()
        .map_or(1_000_000, |text| text.parse().unwrap());
    let folder = arguments.next().map_or_else(std::env::temp_dir, Into::into);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = runtime.unwrap();
    for groups in [50, 10_000, 200_000] {
        runtime.block_on(measure(events, groups, &folder));
    }
}

async fn measure(events: u64, groups: u64, folder: &std::path::Path) {
    let folder = tempfile::tempdir_in(folder).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let limits = aurora_bus_memory::Options {
        max_bytes: 16 << 30,
    };
    let bus = MemoryBus::new(clock.clone(), limits);
    for options in Correlate::consumers() {
        drop(bus.consumer(options).await.unwrap());
    }
    let rules = RuleSet::from_texts([("rules.yml", RULES)], aurora_rules::Options::default());
    let scope = Scope::of(SiteId(Id128::from_bytes([7; 16])));
    for first in (0..events).step_by(BATCH as usize) {
        bus.publish(messages(&rules, &scope, first, groups))
            .await
            .unwrap();
    }
    let store = RocksWindows::open(
        folder.path(),
        aurora_window_state_rocksdb::Options::default(),
    );
    let store = Arc::new(store.unwrap());
    let options = Options {
        snapshot_every: Duration::from_secs(3600),
        ..Options::new(folder.path().join("scratch"))
    };
    let service = Correlate::new(
        options,
        Parts {
            scope,
            bus: BusHandle::new(Arc::new(bus.clone()), Capability::of("correlate").unwrap()),
            records: Arc::new(MemoryRecords::new(clock.clone())),
            events: Arc::new(MemoryEvents::new()),
            artifacts: Arc::new(MemoryArtifacts::new()),
            windows: store.clone(),
            rules: RuleHandle::new(rules),
            clock,
            metrics: Metrics::new(),
            health: HealthBoard::default(),
        },
    );
    let tasks = Tasks::new();
    let (started, used) = (Instant::now(), cpu());
    tasks.spawn("correlate", service.run(tasks.shutdown()));
    let name = Correlate::consumer().name;
    while bus
        .consumer_info(aurora_model::Stream::Matches, &name)
        .await
        .unwrap()
        .unwrap()
        .pending
        > 0
    {
        // Between two looks at how far it is.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (wall, cpu) = (
        started.elapsed().as_secs_f64(),
        (cpu() - used).as_secs_f64(),
    );
    tasks.stop(Duration::from_secs(60)).await.unwrap();
    let stats = store.stats().unwrap();
    #[allow(clippy::cast_precision_loss)]
    let per = |seconds: f64| (events as f64 / seconds).round();
    println!(
        "{groups} groups: {events} events, {cpu:.2} CPU-s, {wall:.2} s, {} events/CPU-s, store {} keys {} MB",
        per(cpu),
        stats.keys,
        stats.bytes >> 20,
    );
}

/// What the detector publishes for a message of events: one message a shard, then the progress.
fn messages(rules: &RuleSet, scope: &Scope, first: u64, groups: u64) -> Vec<Message> {
    let mut shards: Vec<Vec<MatchEntry>> = vec![Vec::new(); usize::from(SHARDS)];
    let lanes: Vec<Arc<Lane>> = rules
        .correlations()
        .iter()
        .map(|it| {
            Arc::new(Lane {
                correlation: it.id.clone(),
                namespace: Namespace::of(&it.id, &it.revision).0,
                base: 0,
                rule: RuleId("logon".to_owned()),
                source: SourceName::new("windows"),
            })
        })
        .collect();
    let mut time = Timestamp::from_millis(0);
    for n in first..first + BATCH {
        // Users in no order that a cache would like.
        let user = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        let group = GroupKey::new([format!("LAB\\user{}", user % groups).as_str()]);
        time = Timestamp::from_millis(
            1_772_000_000_000 + i64::try_from(n * 1000 / PER_SECOND).unwrap(),
        );
        for (lane, has_value) in lanes.iter().zip([false, true]) {
            let address = format!("10.0.{}.{}", n % 7, n % 250);
            let value = match Value::text([address.as_str()]) {
                Value::Text(hash) if has_value => Measured::Text(hash),
                _ => Measured::Nothing,
            };
            let shard = Shard::of_group(&lane.correlation.0, group.bytes());
            shards[usize::from(shard.number())].push(MatchEntry::Match(Contribution {
                lane: lane.clone(),
                event: EventUid(Derive::new("bench").number(n).finish()),
                time,
                claimed: time,
                group: group.bytes().to_vec(),
                value,
            }));
        }
    }
    let mut messages = Vec::new();
    for (number, entries) in (0..SHARDS).zip(shards) {
        if !entries.is_empty() {
            let subject = Subject::matches_of(Shard::numbered(number));
            messages.push(message(scope, subject, first, u64::from(number), entries));
        }
    }
    let source = SourceName::new("windows");
    let progress = vec![MatchEntry::Progress { source, time }];
    messages.push(message(
        scope,
        Subject::matches_progress(),
        first,
        64,
        progress,
    ));
    messages
}

fn message(
    scope: &Scope,
    subject: Subject,
    first: u64,
    place: u64,
    entries: Vec<MatchEntry>,
) -> Message {
    let id = Derive::new("bench.message")
        .number(first)
        .number(place)
        .finish();
    let header = Header {
        format: Format::MatchBatch,
        version: VERSION,
        scope: scope.clone(),
        producer: "detect".to_owned(),
        trace: TraceContext::new(),
        source: SourceName::new("windows"),
        range: Range {
            origin: OriginId(id),
            first,
            last: first,
        },
        count: entries.len().try_into().unwrap(),
        records: 0,
        raw: None,
    };
    Message {
        subject,
        id: BatchId(id),
        header: Bytes::from(header.to_bytes()),
        body: Bytes::from(MatchBatch { entries }.encode()),
        fence: None,
    }
}
