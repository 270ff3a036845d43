//! How many matching events a second a core the durable path takes: event_count and value_count by
//! user over ten minutes, messages from a bus in memory, windows on RocksDB in a temporary folder.
//!
//! `cargo run --release -p aurora-detect --example durable_windows [EVENTS [FOLDER]]`
//!
//! CPU time is the whole process's: reading messages, windows, RocksDB's writing and merging. An
//! event that feeds both correlations counts once.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod load;

use std::sync::Arc;
use std::time::{Duration, Instant};

use aurora_artifacts_memory::MemoryArtifacts;
use aurora_bus::Bus as _;
use aurora_bus_memory::MemoryBus;
use aurora_clock::{Clock, SystemClock};
use aurora_detect::correlate::{Correlate, Options};
use aurora_records_memory::MemoryRecords;
use aurora_tasks::Tasks;
use aurora_window_state::WindowStore as _;
use load::{BATCH, Load, cpu};

/// As in the product.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Event time runs this fast.
const PER_SECOND: u64 = 2_000;

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
    let load = Load::new(groups, PER_SECOND);
    for first in (0..events).step_by(BATCH as usize) {
        bus.publish(load.messages(first)).await.unwrap();
    }
    let store = Arc::new(load::windows(folder.path()));
    let options = Options {
        snapshot_every: Duration::from_secs(3600),
        ..Options::new(folder.path().join("scratch"))
    };
    let parts = load.parts(
        &bus,
        Arc::new(MemoryRecords::new(clock.clone())),
        Arc::new(MemoryArtifacts::new()),
        store.clone(),
        clock,
    );
    let service = Correlate::new(options, parts);
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
