//! Appends and reads on the real disk: frames of 64 KiB from several threads that share syncs,
//! and small ones.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::thread;

use aurora_disk::RealDisk;
use aurora_log::{Log, Options};
use bytes::Bytes;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

struct Fixture {
    log: Log,
    _dir: tempfile::TempDir,
}

fn fixture() -> Fixture {
    // Beside the build's output: the folder for temporary files may be in memory.
    let dir = tempfile::tempdir_in(Path::new(env!("CARGO_TARGET_TMPDIR"))).unwrap();
    let disk = Arc::new(RealDisk::new(dir.path()).unwrap());
    let (log, _) = Log::open(disk, "log", Options::default()).unwrap();
    Fixture { log, _dir: dir }
}

/// `threads` append `each` frames of `size` bytes; returns when all are durable.
fn append_all(log: &Log, threads: usize, each: usize, size: usize) {
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let frame = Bytes::from(vec![7; size]);
                (0..each).for_each(|_| {
                    log.append(frame.clone()).unwrap();
                });
            });
        }
    });
}

fn append(c: &mut Criterion) {
    let mut group = c.benchmark_group("append");
    group.sample_size(10);
    for (name, threads, each, size) in [
        ("64KiB x 1 thread", 1, 64, 64 << 10),
        ("64KiB x 8 threads", 8, 128, 64 << 10),
        ("64KiB x 32 threads", 32, 64, 64 << 10),
        ("1KiB x 32 threads", 32, 64, 1 << 10),
    ] {
        group.throughput(Throughput::Bytes((threads * each * size) as u64));
        group.bench_function(name, |b| {
            b.iter_batched(
                fixture,
                |f| append_all(&f.log, threads, each, size),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

fn read(c: &mut Criterion) {
    let mut group = c.benchmark_group("read");
    group.sample_size(10);
    let f = fixture();
    for _ in 0..64 {
        f.log
            .append_batch(vec![Bytes::from(vec![7; 64 << 10]); 32])
            .unwrap();
    }
    group.throughput(Throughput::Bytes(64 * 32 * (64 << 10)));
    group.bench_function("64KiB in order", |b| {
        b.iter(|| {
            let mut reader = f.log.reader(1);
            while reader.next_frame().unwrap().is_some() {}
        });
    });
    group.finish();
}

criterion_group!(benches, append, read);
criterion_main!(benches);
