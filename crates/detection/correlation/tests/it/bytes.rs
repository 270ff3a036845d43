//! The decoder of state takes any bytes.

use std::collections::BTreeMap;

use aurora_correlation::{Comparison, Condition, Error, Input, Kind, Plan, Shard};
use proptest::prelude::*;

use crate::random::{arrivals, matches};
use crate::world::{World, plan, spec};

const KINDS: [Kind; 5] = [
    Kind::EventCount,
    Kind::ValueCount,
    Kind::TemporalOrdered,
    Kind::ValueSum,
    Kind::Temporal,
];

fn all_kinds() -> Plan {
    let specs = KINDS.iter().map(|kind| {
        let condition = Condition::Figure(vec![(Comparison::Gte, 2.0)]);
        spec(&format!("{kind:?}"), *kind, 3, 500, Some(condition))
    });
    plan(specs.collect(), 20)
}

fn restore(plan: &Plan, store: &BTreeMap<Vec<u8>, Vec<u8>>) -> Result<Shard, Error> {
    Shard::restore(plan, store.clone())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damage_is_an_error_or_a_state_that_works(
        arrivals in arrivals(19, 120),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..4),
    ) {
        let mut world = World::new(all_kinds());
        for arrival in &arrivals {
            for input in matches(&world.plan, arrival) {
                world.apply(Input::Match(input));
            }
        }
        world.crash();
        let mut store = world.store().clone();
        for (entry, at, byte, how) in &damage {
            let keys: Vec<_> = store.keys().cloned().collect();
            if keys.is_empty() {
                break;
            }
            let key = keys[entry.index(keys.len())].clone();
            let value = store.get_mut(&key).unwrap();
            match how {
                0 => { let at = at.index(value.len().max(1)); if let Some(it) = value.get_mut(at) { *it = *byte; } }
                1 => value.truncate(at.index(value.len() + 1)),
                2 => value.push(*byte),
                _ => drop(store.remove(&key)),
            }
        }
        if let Ok(mut shard) = restore(&world.plan, &store) {
            for arrival in &arrivals {
                for input in matches(&world.plan, arrival) {
                    shard.apply(&world.plan, &Input::Match(input));
                }
            }
            shard.touched();
        }
    }

    #[test]
    fn noise_is_an_error(keys in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..50), prop::collection::vec(any::<u8>(), 0..90)), 1..5)) {
        let plan = all_kinds();
        let store: BTreeMap<_, _> = keys.into_iter().collect();
        // Keys of correlations that there are not are removed; all else is refused.
        if let Ok(mut shard) = restore(&plan, &store) {
            for (key, value) in shard.touched() {
                assert!(value.is_none() && store.contains_key(&key));
            }
        }
    }
}

#[test]
fn a_newer_format_is_refused() {
    let mut world = World::new(all_kinds());
    world.watermark(0, 5);
    world.crash();
    let mut store = world.store().clone();
    for value in store.values_mut() {
        value[0] = 2;
    }
    let error = restore(&world.plan, &store).unwrap_err();
    assert_eq!(error, Error::Newer { found: 2, known: 1 });
}

#[test]
fn state_of_another_revision_goes() {
    let mut world = World::new(all_kinds());
    let of = world.plan.correlations()[0].namespace();
    let mut it = crate::world::matched(of, 0, "ann", 1, 5);
    it.value = aurora_correlation::Value::text(["a"]);
    if world.plan.correlations()[0].spec().kind.is_numeric() {
        it.value = aurora_correlation::Value::Number(1.0);
    }
    world.apply(Input::Match(it));
    world.crash();
    let keys: Vec<_> = world.store().keys().cloned().collect();
    assert_eq!(keys.len(), 1);
    let mut restored = Shard::restore(&Plan::empty(), world.store().clone()).unwrap();
    assert_eq!(restored.touched(), [(keys[0].clone(), None)]);
    world.shard.retain(&Plan::empty());
    let gone = world.shard.touched();
    assert!(gone.contains(&(keys[0].clone(), None)));
    assert_eq!(world.shard.stats().groups, 0);
}
