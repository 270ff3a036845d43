//! The decoder of correlation windows: a store may hold any bytes after damage.
//!
//! The input is cut into values for the keys of groups that there are; what is accepted must be
//! written again in a form that is accepted again.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_correlation::{
    Base, Bounds, Comparison, Condition, GroupKey, Input, Kind, Match, Plan, Shard, Spec, Value,
};
use aurora_ids::Id128;
use aurora_model::{EventUid, RuleId};

const KINDS: [Kind; 4] = [
    Kind::EventCount,
    Kind::ValueCount,
    Kind::TemporalOrdered,
    Kind::ValueSum,
];

fn plan() -> Plan {
    let specs = KINDS.iter().map(|kind| {
        let value = match kind {
            Kind::EventCount | Kind::TemporalOrdered => vec![],
            _ => vec!["v".to_owned()],
        };
        Spec {
            id: RuleId(format!("{kind:?}")),
            revision: "1".to_owned(),
            kind: *kind,
            bases: vec![Base {
                rule: RuleId("r".to_owned()),
                group_by: vec!["g".to_owned()],
                value,
            }],
            group_by: vec!["g".to_owned()],
            condition: Some(Condition::Figure(vec![(Comparison::Gte, 3.0)])),
            timespan: Duration::from_secs(60),
            bounds: Bounds::default(),
        }
    });
    Plan::new(specs.collect(), Plan::LATENESS).expect("the specs are in order")
}

fn input(plan: &Plan, kind: usize, number: u64) -> Input {
    let time = Timestamp::from_millis(number as i64 * 10);
    Input::Match(Match {
        correlation: plan.correlations()[kind].namespace(),
        base: 0,
        group: GroupKey::new(["g"]),
        uid: EventUid(Id128::from_bytes(u128::from(number).to_be_bytes())),
        time,
        claimed: time,
        value: if plan.correlations()[kind].spec().kind.is_numeric() {
            Value::Number(1.0)
        } else {
            Value::Text(number)
        },
    })
}

/// What a store holds of all groups.
static KEPT: LazyLock<Vec<(Vec<u8>, Vec<u8>)>> = LazyLock::new(|| {
    let mut seed = Shard::new();
    for number in 0..70 {
        for kind in 0..KINDS.len() {
            seed.apply(&PLAN, &input(&PLAN, kind, number));
        }
    }
    let touched = seed.touched().into_iter();
    touched
        .filter_map(|(key, value)| Some((key, value?)))
        .collect()
});
static PLAN: LazyLock<Plan> = LazyLock::new(plan);

pub fn run(bytes: &[u8]) {
    let Some((which, bytes)) = bytes.split_first() else {
        return;
    };
    let (plan, mut keys) = (&*PLAN, KEPT.clone());
    let at = usize::from(*which) % keys.len();
    keys[at].1 = bytes.to_vec();
    let mut store: BTreeMap<Vec<u8>, Vec<u8>> = keys.into_iter().collect();
    let Ok(mut shard) = Shard::restore(plan, store.clone()) else {
        return;
    };
    for kind in 0..KINDS.len() {
        shard.apply(plan, &input(plan, kind, 71));
    }
    for (key, value) in shard.touched() {
        match value {
            Some(value) => drop(store.insert(key, value)),
            None => drop(store.remove(&key)),
        }
    }
    Shard::restore(plan, store).expect("what was written can be read");
}
