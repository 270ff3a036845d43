//! The local bus on the real disk: batches published by several tasks, then consumed.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aurora_bus::testkit::{message, options};
use aurora_bus::{Bus, Message};
use aurora_bus_local::{LocalBus, Options};
use aurora_clock::SystemClock;
use aurora_disk::RealDisk;
use aurora_model::{Stream, Subject};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use tokio::runtime::Runtime;

const TASKS: u64 = 16;
const EACH: u64 = 64;
const BODY: usize = 64 << 10;

fn open() -> (LocalBus, tempfile::TempDir) {
    // Beside the build's output: the folder for temporary files may be in memory.
    let dir = tempfile::tempdir_in(Path::new(env!("CARGO_TARGET_TMPDIR"))).unwrap();
    let disk = Arc::new(RealDisk::new(dir.path()).unwrap());
    (
        LocalBus::open(disk, Arc::new(SystemClock::new()), Options::default()).unwrap(),
        dir,
    )
}

async fn publish_all(bus: &LocalBus) {
    let lane = |task: u64| {
        let bus = bus.clone();
        async move {
            let subject = Subject::from(format!("aurora.raw.{task}").as_str());
            let body = bytes::Bytes::from(vec![7; BODY]);
            for n in task * EACH..(task + 1) * EACH {
                let message = Message {
                    body: body.clone(),
                    ..message(&subject, n)
                };
                bus.publish(vec![message]).await.unwrap();
            }
        }
    };
    let mut lanes: tokio::task::JoinSet<()> = (0..TASKS).map(lane).collect();
    while lanes.join_next().await.is_some() {}
}

async fn consume_all(bus: &LocalBus) {
    let options = aurora_bus::ConsumerOptions {
        max_in_flight: 64,
        ..options("all", Stream::Raw)
    };
    let consumer = bus.consumer(options).await.unwrap();
    let mut left = TASKS * EACH;
    while left > 0 {
        let got = consumer.fetch(64, Duration::from_secs(5)).await.unwrap();
        left -= got.len() as u64;
        consumer
            .ack(&got.iter().map(|d| d.seq).collect::<Vec<_>>())
            .await
            .unwrap();
    }
}

fn bench(c: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let mut group = c.benchmark_group("bus-local");
    group
        .sample_size(10)
        .throughput(Throughput::Bytes(TASKS * EACH * BODY as u64));
    group.bench_function("publish 64KiB x 16 tasks", |b| {
        b.iter_batched(
            open,
            |(bus, _dir)| runtime.block_on(publish_all(&bus)),
            BatchSize::PerIteration,
        );
    });
    let filled = || {
        let (bus, dir) = open();
        runtime.block_on(publish_all(&bus));
        (bus, dir)
    };
    group.bench_function("fetch and acknowledge 64KiB", |b| {
        b.iter_batched(
            filled,
            |(bus, _dir)| runtime.block_on(consume_all(&bus)),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
