//! Matching events a second through one shard, with what changed encoded after each 10,000, as a
//! durable service would: `event_count` and `value_count` by user over ten minutes.
#![allow(clippy::unwrap_used)]

mod load;

use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use load::{CASES, EVENTS, PARTS, USERS};

fn apply(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("apply");
    group
        .throughput(Throughput::Elements(EVENTS))
        .sample_size(10)
        .measurement_time(Duration::from_secs(8));
    for (name, kind, jitter) in CASES {
        for users in USERS {
            let plan = load::plan(kind, 20.0);
            let measured = load::inputs(&plan, users, PARTS * EVENTS, jitter);
            group.bench_function(BenchmarkId::new(name, users), |bencher| {
                bencher.iter_batched_ref(
                    || load::full(&plan, users, jitter),
                    |shard| load::run(shard, &plan, &measured),
                    BatchSize::PerIteration,
                );
            });
        }
    }
    group.finish();
}

criterion_group!(benches, apply);
criterion_main!(benches);
