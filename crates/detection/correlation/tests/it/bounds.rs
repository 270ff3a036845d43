//! Every bound is reached aloud, and costs what it says.

use aurora_correlation::{
    Action, BoundKind, Bounds, Comparison, Condition, Input, Kind, Spec, Value,
};

use crate::world::{World, matched, plan, spec};

fn small(kind: Kind, threshold: f64, bounds: Bounds) -> Spec {
    let condition = Condition::Figure(vec![(Comparison::Gte, threshold)]);
    Spec {
        bounds,
        ..spec("it", kind, 1, 600_000, Some(condition))
    }
}

fn bounds(world: &World) -> Vec<(BoundKind, bool)> {
    let of = |action: &Action| match action {
        Action::BoundReached(it) => Some((it.bound, it.group.is_some())),
        _ => None,
    };
    world.actions.iter().filter_map(of).collect()
}

#[test]
fn a_flood_costs_lateness_and_no_alert() {
    let few = Bounds {
        events: 100,
        ..Bounds::default()
    };
    let mut world = World::new(plan(vec![small(Kind::EventCount, 20.0, few)], 120_000));
    let of = world.plan.correlations()[0].namespace();
    for n in 0..5_000 {
        world.apply(Input::Match(matched(of, 0, "ann", n, n as i64)));
    }
    world.crash();
    for n in 5_000..6_000 {
        world.apply(Input::Match(matched(of, 0, "ann", n, n as i64)));
    }
    assert_eq!(bounds(&world), [(BoundKind::Events, true)]);
    assert!(world.shard.stats().events <= 101);
    let alerts = world.sorted_alerts();
    assert_eq!(alerts.len(), 1);
    assert!(!alerts[0].approximate);
    world.crash();
    world.reach(1, 2_000_000);
    world.crash();
    assert_eq!(world.shard.stats().groups, 0);
}

#[test]
fn sums_say_when_they_lack_events() {
    let few = Bounds {
        events: 100,
        ..Bounds::default()
    };
    let mut world = World::new(plan(vec![small(Kind::ValueSum, 150.0, few)], 1_000));
    let of = world.plan.correlations()[0].namespace();
    for n in 0..400 {
        let mut it = matched(of, 0, "ann", n, n as i64);
        it.value = Value::Number(if n < 300 { 1.0 } else { 10.0 });
        world.apply(Input::Match(it));
    }
    world.crash();
    assert_eq!(bounds(&world), [(BoundKind::Events, true)]);
    let alerts = world.sorted_alerts();
    assert_eq!(alerts.len(), 1);
    assert!(alerts[0].approximate);
}

#[test]
fn beyond_a_thousand_values_a_sketch_counts_and_says_so() {
    let it = small(Kind::ValueCount, 5_000.0, Bounds::default());
    let mut world = World::new(plan(vec![it], 1_000));
    let of = world.plan.correlations()[0].namespace();
    for n in 0..8_000_u64 {
        let mut it = matched(of, 0, "ann", n, n as i64 * 10);
        it.value = Value::text([n.to_string().as_str()]);
        world.apply(Input::Match(it));
        if n % 3_000 == 1_500 {
            world.crash();
        }
    }
    assert_eq!(bounds(&world), [(BoundKind::Distinct, true)]);
    let alerts = world.sorted_alerts();
    assert_eq!(alerts.len(), 1);
    assert!(alerts[0].approximate);
    let at = alerts[0].at.as_millis() / 10;
    assert!((4_600..5_400).contains(&at), "after {at} values");
    world.crash();
    world.reach(1, 2_000_000);
    world.crash();
    assert_eq!(world.shard.stats().groups, 0);
    assert!(world.store().len() <= 1, "{:?}", world.store().keys());
}

#[test]
fn up_to_a_thousand_values_are_exact_whatever_the_flood() {
    let it = small(Kind::ValueCount, 1_000.0, Bounds::default());
    let mut world = World::new(plan(vec![it], 1_000));
    let of = world.plan.correlations()[0].namespace();
    for n in 0..6_000_u64 {
        let mut it = matched(of, 0, "ann", n, n as i64 * 10);
        it.value = Value::text([(n / 3).to_string().as_str()]);
        world.apply(Input::Match(it));
    }
    let alerts = world.sorted_alerts();
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0].figure, 1_000.0);
    assert_eq!(alerts[0].at.as_millis(), 999 * 30);
    assert!(!alerts[0].approximate);
}

#[test]
fn the_group_whose_window_ends_first_makes_room() {
    let few = Bounds {
        groups: 10,
        ..Bounds::default()
    };
    let mut world = World::new(plan(vec![small(Kind::EventCount, 2.0, few)], 1_000));
    let of = world.plan.correlations()[0].namespace();
    for n in 0..30_u64 {
        world.apply(Input::Match(matched(
            of,
            0,
            &format!("user{n}"),
            n,
            n as i64,
        )));
        if n % 7 == 0 {
            world.crash();
        }
    }
    assert_eq!(bounds(&world), [(BoundKind::Groups, false)]);
    assert_eq!(world.shard.stats().groups, 10);
    // The latest ten are there, the others begin anew.
    world.apply(Input::Match(matched(of, 0, "user25", 100, 50)));
    assert_eq!(world.alerts.len(), 1);
    world.apply(Input::Match(matched(of, 0, "user3", 101, 51)));
    assert_eq!(world.alerts.len(), 1);
    world.crash();
}
