//! Matches as a busy site has them, the same in every run.

use std::hint::black_box;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_correlation::{
    Base, Bounds, Comparison, Condition, GroupKey, Input, Kind, Match, Plan, Shard, Spec, Value,
};
use aurora_ids::Id128;
use aurora_model::{EventUid, RuleId};

/// Events of one part of the load.
pub const EVENTS: u64 = 200_000;
/// Parts that fill ten minutes: one event each 500 µs of event time.
pub const PARTS: u64 = 6;
/// After so many inputs the changed keys are taken.
const BATCH: usize = 10_000;

/// Name, kind and milliseconds by which events are out of order.
pub const CASES: [(&str, Kind, u64); 4] = [
    ("event_count", Kind::EventCount, 0),
    ("value_count", Kind::ValueCount, 0),
    ("event_count_jitter_2s", Kind::EventCount, 2_000),
    ("value_count_jitter_2s", Kind::ValueCount, 2_000),
];
pub const USERS: [u64; 3] = [50, 10_000, 200_000];

pub fn plan(kind: Kind, threshold: f64) -> Plan {
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
pub fn inputs(plan: &Plan, users: u64, from: u64, jitter: u64) -> Vec<Input> {
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
        let time = Timestamp::from_millis((number / 2 + 1_000_000 - late) as i64);
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
        if number % 2_000 == 0 {
            let time = Timestamp::from_millis((number / 2 + 1_000_000) as i64);
            inputs.push(Input::Watermark { source: 0, time });
        }
    }
    inputs
}

/// How many actions, and bytes written.
pub fn run(shard: &mut Shard, plan: &Plan, inputs: &[Input]) -> (usize, usize) {
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

/// A shard whose windows are full.
pub fn full(plan: &Plan, users: u64, jitter: u64) -> Shard {
    let mut shard = Shard::new();
    for part in 0..PARTS {
        run(
            &mut shard,
            plan,
            &inputs(plan, users, part * EVENTS, jitter),
        );
    }
    shard
}
