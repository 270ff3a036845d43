//! The window that comes nearest, against the windows that fire.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use aurora_correlation::{
    Action, Comparison, Condition, Input, Kind, Match, RuleExpr, Spec, Value, nearest,
};
use expect_test::{Expect, expect};
use proptest::prelude::*;

use crate::world::{World, matched, plan, spec};

fn is(comparison: Comparison, threshold: f64) -> Option<Condition> {
    Some(Condition::Figure(vec![(comparison, threshold)]))
}

fn gte(threshold: f64) -> Option<Condition> {
    is(Comparison::Gte, threshold)
}

/// Events as `time`, `time=value` or `base@time`.
fn read(world: &World, events: &str) -> Vec<Match> {
    let it = &world.plan.correlations()[0];
    let of = events.split_whitespace().zip(0..).map(|(word, number)| {
        let (base, rest) = word.split_once('@').unwrap_or(("0", word));
        let (time, value) = rest.split_once('=').unwrap_or((rest, ""));
        let mut one = matched(
            it.namespace(),
            base.parse().unwrap(),
            "ann",
            number,
            time.parse().unwrap(),
        );
        one.value = match value {
            "" => Value::None,
            value if it.spec().kind.is_numeric() => Value::Number(value.parse().unwrap()),
            value => Value::text([value]),
        };
        one
    });
    of.collect()
}

fn check(spec: Spec, events: &str, expect: Expect) {
    let world = World::new(plan(vec![spec], 20));
    let mut text = String::new();
    match nearest(&world.plan.correlations()[0], &read(&world, events)) {
        None => text.push_str("none"),
        Some(it) => write!(
            text,
            "({}, {}] {} of {} {}",
            it.after.as_millis(),
            it.at.as_millis(),
            it.figure,
            it.count,
            if it.holds { "holds" } else { "does not" },
        )
        .unwrap(),
    }
    expect.assert_eq(&text);
}

#[test]
fn the_fullest_window_is_nearest() {
    let count = || spec("it", Kind::EventCount, 1, 10, gte(4.0));
    check(count(), "", expect!["none"]);
    check(count(), "1", expect!["(-9, 1] 1 of 1 does not"]);
    check(
        count(),
        "1 20 21 29 50 51",
        expect!["(19, 29] 3 of 3 does not"],
    );
    check(
        count(),
        "1 20 21 29 30 31",
        expect!["(19, 29] 3 of 3 does not"],
    );
    check(count(), "50 20 21 29 29", expect!["(19, 29] 4 of 4 holds"]);
    let values = || spec("it", Kind::ValueCount, 1, 10, gte(3.0));
    check(
        values(),
        "1=a 2=a 3=b 30=a 31=b 32=c",
        expect!["(22, 32] 3 of 3 holds"],
    );
    check(values(), "1=a 2=a 3=b", expect!["(-7, 3] 2 of 2 does not"]);
}

#[test]
fn figures_are_what_the_condition_is_put_to() {
    let of = |kind, threshold| spec("it", kind, 1, 10, gte(threshold));
    check(
        of(Kind::ValueSum, 100.0),
        "1=10 2=20 30=25",
        expect!["(-8, 2] 30 of 2 does not"],
    );
    check(
        of(Kind::ValueAvg, 100.0),
        "1=10 2=20 30=25",
        expect!["(20, 30] 25 of 1 does not"],
    );
    check(
        of(Kind::ValueMedian, 100.0),
        "1=10 2=20 3=30 4=1",
        expect!["(-7, 3] 20 of 3 does not"],
    );
    check(
        of(Kind::ValuePercentile(100.0), 100.0),
        "1=-5 20=-9",
        expect!["(-9, 1] -5 of 1 does not"],
    );
    // Text where a number is wanted is not looked at.
    check(of(Kind::ValueSum, 1.0), "1", expect!["none"]);
}

#[test]
fn temporal_kinds_count_bases_and_steps() {
    let all = |kind| spec("it", kind, 3, 10, None);
    check(
        all(Kind::Temporal),
        "0@1 2@2 2@3 1@30",
        expect!["(-8, 2] 2 of 2 does not"],
    );
    check(
        all(Kind::TemporalOrdered),
        "2@1 1@2 0@3 1@4 2@40",
        expect!["(-6, 4] 2 of 2 does not"],
    );
    check(
        all(Kind::TemporalOrdered),
        "2@1 1@2 0@3 1@4 2@5",
        expect!["(-5, 5] 3 of 3 holds"],
    );
    let expr = RuleExpr::Or(vec![RuleExpr::Base(2), RuleExpr::Base(1)]);
    let some = spec("it", Kind::Temporal, 3, 10, Some(Condition::Bases(expr)));
    check(some, "0@1 0@2 1@50", expect!["(40, 50] 1 of 1 holds"]);
}

#[test]
fn of_complete_windows_the_one_that_holds() {
    let few = || spec("it", Kind::EventCount, 1, 10, is(Comparison::Lt, 2.0));
    check(few(), "1 2 30 31", expect!["(29, 39] 2 of 2 does not"]);
    check(few(), "1 2 30 50 51", expect!["(29, 39] 1 of 1 holds"]);
}

fn kinds() -> impl Strategy<Value = (Kind, Option<Condition>)> {
    let bound = prop_oneof![
        (1..6i32).prop_map(|at| gte(f64::from(at))),
        (1..6i32).prop_map(|at| is(Comparison::Gt, f64::from(at))),
        (1..6i32).prop_map(|at| is(Comparison::Lt, f64::from(at))),
        (1..6i32).prop_map(|at| is(Comparison::Eq, f64::from(at))),
    ];
    let kind = prop_oneof![
        Just(Kind::EventCount),
        Just(Kind::ValueCount),
        Just(Kind::ValueSum),
        Just(Kind::ValueAvg),
        Just(Kind::ValueMedian),
        Just(Kind::ValuePercentile(90.0)),
        Just(Kind::Temporal),
        Just(Kind::TemporalOrdered),
    ];
    (kind, bound)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_holds_where_and_only_where_something_fires(
        (kind, condition) in kinds(),
        events in prop::collection::vec((0..3u16, 0..60i64, 0..5u8), 0..24),
    ) {
        let world = World::new(plan(vec![spec("it", kind, 3, 10, condition)], 20));
        let it = &world.plan.correlations()[0];
        let mut events = events;
        events.sort_by_key(|(_, time, _)| *time);
        let matches: Vec<Match> = events.iter().zip(0..).map(|((base, time, value), number)| {
            let mut one = matched(it.namespace(), *base, "ann", number, *time);
            one.value = match kind {
                Kind::ValueCount => Value::text([value.to_string().as_str()]),
                kind if kind.is_numeric() => Value::Number(f64::from(*value)),
                _ => Value::None,
            };
            one
        }).collect();
        let nearest = nearest(it, &matches);
        let mut shard = aurora_correlation::Shard::new();
        // What is published at once may be taken back when others of its moment come.
        let mut standing = BTreeSet::new();
        let end = Input::Watermark { source: 0, time: aurora_clock::Timestamp::from_millis(10_000) };
        for input in matches.into_iter().map(Input::Match).chain([end]) {
            for action in shard.apply(&world.plan, &input) {
                match action {
                    Action::Fired(alert) => drop(standing.insert(alert.key)),
                    Action::Amended { was, alert } => {
                        standing.remove(&was.key);
                        standing.insert(alert.key);
                    }
                    Action::Withdrawn(was) => drop(standing.remove(&was.key)),
                    Action::Late(_) | Action::BoundReached(_) => {}
                }
            }
        }
        prop_assert_eq!(nearest.is_some_and(|it| it.holds), !standing.is_empty());
    }
}
