//! Later than allowed: what the shard decided and what was judged again from the stored events are
//! together what the oracle says of all of them.

use aurora_correlation::{Comparison, Condition, Input, Kind};
use proptest::prelude::*;

use crate::oracle;
use crate::random::{Arrival, LATENESS, Then, arrivals, matches};
use crate::same::{brief, story};
use crate::world::{World, plan, sorted, spec};

fn check(kind: Kind, span: u64, need: f64, arrivals: &[Arrival]) {
    let bases = if kind == Kind::Temporal { 3 } else { 2 };
    let condition = Condition::Figure(vec![(Comparison::Gte, need)]);
    let spec = spec("it", kind, bases, span, Some(condition));
    let mut world = World::new(plan(vec![spec], LATENESS as u64));
    world.is_reevaluating = true;
    let mut events = Vec::new();
    for arrival in arrivals.iter().filter(|it| !it.is_ahead) {
        for input in matches(&world.plan, arrival) {
            events.push(input.clone());
            world.apply(Input::Match(input));
        }
        world.watermark(0, arrival.time + arrival.delay);
    }
    world.reach(1, 10_000);
    world.crash();
    let wanted = sorted(oracle::alerts(&world.plan, &events));
    let found = world.sorted_alerts();
    assert_eq!(brief(&found), brief(&wanted), "{}", story(&world));
    assert_eq!(found, wanted, "{}", story(&world));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn late_events_find_their_windows(
        kind in prop_oneof![Just(Kind::EventCount), Just(Kind::ValueCount), Just(Kind::Temporal)],
        span in 1..60_u64,
        need in 1..4_u8,
        arrivals in arrivals(4 * LATENESS, 30),
    ) {
        check(kind, span, need.into(), &arrivals);
    }
}

/// Found at random.
#[test]
fn two_late_events_in_turn() {
    let arrival = |time, delay, number, group| Arrival {
        time,
        delay,
        number,
        base: 0,
        group,
        value: 0,
        is_ahead: false,
        source: 0,
        then: Then::Nothing,
    };
    let arrivals = [
        arrival(0, 0, 0, 1),
        arrival(35, 0, 7, 1),
        arrival(40, 0, 9, 1),
        arrival(0, 50, 1, 1),
        arrival(30, 20, 3, 1),
    ];
    check(Kind::EventCount, 39, 3.0, &arrivals);
}
