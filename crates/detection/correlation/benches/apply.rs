//! Matching events a second through one shard, state kept and what changed encoded.
//!
//! `event_count` and `value_count` by user over ten minutes, at 50, 10,000 and 200,000 users, one
//! event each 50 µs of event time, a watermark each second and the changed keys taken each 10,000
//! events, as a durable service would.
#![allow(clippy::unwrap_used)]

use std::hint::black_box;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_correlation::{
    Base, Bounds, Comparison, Condition, GroupKey, Input, Kind, Match, Plan, Shard, Spec, Value,
};
use aurora_ids::Id128;
use aurora_model::{EventUid, RuleId};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const EVENTS: u64 = 200_000;
const BATCH: usize = 10_000;

fn plan(kind: Kind, threshold: f64) -> Plan {
    let value = match kind {
        Kind::ValueCount => vec!["host".to_owned()],
        _ => vec![],
    };
    let spec = Spec {
        id: RuleId("bench".to_owned()),
        revision: "1".to_owned(),
        kind,
        bases: vec![Base {
            rule: RuleId("base".to_owned()),
            group_by: vec!["user".to_owned()],
            value,
        }],
        group_by: vec!["user".to_owned()],
        condition: Some(Condition::Figure(vec![(Comparison::Gte, threshold)])),
        timespan: Duration::from_secs(600),
        bounds: Bounds::default(),
    };
    Plan::new(vec![spec], Plan::LATENESS).unwrap()
}

/// A generator that is the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// `jitter`: milliseconds by which events are out of order.
fn inputs(plan: &Plan, users: u64, from: u64, jitter: u64) -> Vec<Input> {
    let correlation = plan.correlations()[0].namespace();
    let is_values = plan.correlations()[0].spec().kind == Kind::ValueCount;
    let keys: Vec<GroupKey> = (0..users)
        .map(|user| GroupKey::new([format!("CORP\\user{user}").as_str()]))
        .collect();
    let hosts: Vec<Value> = (0..500)
        .map(|host| Value::text([format!("host{host}").as_str()]))
        .collect();
    let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ from);
    let mut inputs = Vec::new();
    for number in from..from + EVENTS {
        let late = if jitter == 0 {
            0
        } else {
            random.next() % jitter
        };
        let time = Timestamp::from_millis((number / 20 + 1_000_000 - late) as i64);
        let uid = (u128::from(random.next()) << 64) | u128::from(random.next());
        inputs.push(Input::Match(Match {
            correlation,
            base: 0,
            group: keys[(random.next() % users) as usize].clone(),
            uid: EventUid(Id128::from_bytes(uid.to_be_bytes())),
            time,
            claimed: time,
            value: if is_values {
                hosts[(random.next() % 500) as usize]
            } else {
                Value::None
            },
        }));
        if number % 20_000 == 0 {
            let time = Timestamp::from_millis((number / 20 + 1_000_000) as i64);
            inputs.push(Input::Watermark { source: 0, time });
        }
    }
    inputs
}

/// How many actions, and bytes written.
fn run(shard: &mut Shard, plan: &Plan, inputs: &[Input]) -> (usize, usize) {
    let (mut actions, mut bytes) = (0, 0);
    for batch in inputs.chunks(BATCH) {
        for input in batch {
            actions += shard.apply(plan, input).len();
        }
        let touched = shard.touched();
        bytes += touched
            .iter()
            .map(|(key, value)| key.len() + value.as_ref().map_or(0, Vec::len))
            .sum::<usize>();
        black_box(touched);
    }
    (actions, bytes)
}

fn apply(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("apply");
    group
        .throughput(Throughput::Elements(EVENTS))
        .sample_size(10)
        .measurement_time(Duration::from_secs(8));
    let cases = [
        ("event_count", Kind::EventCount, 20.0, 0),
        ("value_count", Kind::ValueCount, 20.0, 0),
        ("event_count_jitter_2s", Kind::EventCount, 20.0, 2_000),
        ("value_count_jitter_2s", Kind::ValueCount, 20.0, 2_000),
    ];
    for (name, kind, threshold, jitter) in cases {
        for users in [50, 10_000, 200_000] {
            let plan = plan(kind, threshold);
            // The windows are full before anything is measured.
            let warm: Vec<Vec<Input>> = (0..6)
                .map(|part| inputs(&plan, users, part * EVENTS, jitter))
                .collect();
            let measured = inputs(&plan, users, 6 * EVENTS, jitter);
            let full = || {
                let mut shard = Shard::new();
                for part in &warm {
                    run(&mut shard, &plan, part);
                }
                shard
            };
            let mut shard = full();
            let (actions, bytes) = run(&mut shard, &plan, &measured);
            let stats = shard.stats();
            report(&format!(
                "{name}/{users}: {actions} actions, {} bytes written an event, {} groups, {} \
                 events kept, {} bytes a group",
                bytes as u64 / EVENTS,
                stats.groups,
                stats.events,
                stats.bytes / stats.groups.max(1),
            ));
            group.bench_function(BenchmarkId::new(name, users), |bencher| {
                bencher.iter_batched_ref(
                    full,
                    |shard| run(shard, &plan, &measured),
                    BatchSize::PerIteration,
                );
            });
        }
    }
    group.finish();
}

#[allow(clippy::print_stderr)]
fn report(line: &str) {
    eprintln!("{line}");
}

criterion_group!(benches, apply);
criterion_main!(benches);
