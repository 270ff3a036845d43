//! Small cases, each of one thing that a window does.

use std::fmt::Write as _;

use aurora_clock::Timestamp;
use aurora_correlation::{
    Action, Comparison, Condition, Error, Input, Kind, Plan, RuleExpr, Spec, Value,
};
use aurora_model::RuleId;
use expect_test::{Expect, expect};

use crate::same::brief;
use crate::world::{World, matched, plan, spec};

fn gte(threshold: f64) -> Option<Condition> {
    Some(Condition::Figure(vec![(Comparison::Gte, threshold)]))
}

fn is(comparison: Comparison, threshold: f64) -> Option<Condition> {
    Some(Condition::Figure(vec![(comparison, threshold)]))
}

/// Events as `time`, `time=value` or `base@time`, in order of arrival; `|` brings the watermark to
/// the time of the last one. The allowed lateness is 20.
fn check(spec: Spec, events: &str, expect: Expect) {
    let mut world = World::new(plan(vec![spec], 20));
    let of = world.plan.correlations()[0].namespace();
    let numeric = world.plan.correlations()[0].spec().kind.is_numeric();
    let mut last = 0;
    for (word, number) in events.split_whitespace().zip(0..) {
        if word == "|" {
            world.watermark(0, last + 20);
            continue;
        }
        let (base, rest) = word.split_once('@').unwrap_or(("0", word));
        let (time, value) = rest.split_once('=').unwrap_or((rest, ""));
        last = time.parse().unwrap();
        let mut it = matched(of, base.parse().unwrap(), "ann", number, last);
        it.value = match value {
            "" => Value::None,
            value if numeric => Value::Number(value.parse().unwrap()),
            value => Value::text([value]),
        };
        world.apply(Input::Match(it));
    }
    world.crash();
    world.reach(1, last + 10_000);
    let mut text = String::new();
    for action in &world.actions {
        let line = match action {
            Action::Fired(alert) => format!("fired {}", line(alert)),
            Action::Amended { was, alert } => {
                format!("{} amended {}", was.at.as_millis(), line(alert))
            }
            Action::Withdrawn(was) => format!("{} withdrawn", was.at.as_millis()),
            Action::Late(late) => format!(
                "late {}..={} from {}",
                late.from.as_millis(),
                late.until.as_millis(),
                late.read_from.as_millis()
            ),
            Action::BoundReached(bound) => format!("bound {:?} {}", bound.bound, bound.limit),
        };
        writeln!(text, "{line}").unwrap();
    }
    expect.assert_eq(&text);
}

fn line(alert: &aurora_correlation::Alert) -> String {
    let text = brief(std::slice::from_ref(alert)).remove(0);
    text.split_once("at ").unwrap().1.to_owned()
}

#[test]
fn one_alert_a_window_and_armed_again_when_below() {
    let it = || spec("it", Kind::EventCount, 1, 10, gte(3.0));
    check(
        it(),
        "1 2 3 4 5 6 7 30 31 32",
        expect![[r#"
            fired 3: 1..3, 3 of 3
            fired 32: 30..32, 3 of 3
        "#]],
    );
    // Below for a moment is below: 1 has left when 12 comes, 11 has not.
    check(
        it(),
        "1 2 3 12",
        expect![[r#"
            fired 3: 1..3, 3 of 3
        "#]],
    );
    check(
        it(),
        "1 5 6 12 13",
        expect![[r#"
            fired 6: 1..6, 3 of 3
            fired 12: 5..12, 3 of 3
        "#]],
    );
}

#[test]
fn a_steady_flow_at_the_threshold_is_one_alert() {
    check(
        spec("it", Kind::EventCount, 1, 10, gte(5.0)),
        "2 4 6 8 10 12 14 16 18 20 22",
        expect![[r#"
            fired 10: 2..10, 5 of 5
        "#]],
    );
}

#[test]
fn the_window_is_open_at_its_beginning() {
    let it = || spec("it", Kind::EventCount, 1, 10, gte(2.0));
    check(it(), "0 10", expect![""]);
    check(
        it(),
        "0 9",
        expect![[r#"
            fired 9: 0..9, 2 of 2
        "#]],
    );
}

#[test]
fn what_comes_out_of_order_amends_once_when_it_is_final() {
    let it = || spec("it", Kind::EventCount, 1, 10, gte(3.0));
    check(
        it(),
        "5 8 9 7 6 |",
        expect![[r#"
            fired 9: 5..9, 3 of 3
            9 amended 7: 5..7, 3 of 3
        "#]],
    );
    // The gap between two alerts is filled: there was one all along.
    check(
        it(),
        "1 2 3 14 15 16 11 12 10 |",
        expect![[r#"
            fired 3: 1..3, 3 of 3
            fired 16: 14..16, 3 of 3
            16 withdrawn
        "#]],
    );
}

#[test]
fn copies_count_once() {
    let mut world = World::new(plan(
        vec![spec("it", Kind::EventCount, 2, 10, gte(3.0))],
        20,
    ));
    let of = world.plan.correlations()[0].namespace();
    for base in [0, 0, 1, 1] {
        world.apply(Input::Match(matched(of, base, "ann", 1, 5)));
    }
    world.apply(Input::Match(matched(of, 0, "ann", 2, 6)));
    assert!(world.actions.is_empty());
    // A clock that is ahead: taken for its arrival, which differs from copy to copy.
    for time in [7, 9] {
        let mut it = matched(of, 0, "ann", 3, time);
        it.claimed = Timestamp::from_millis(1_000_000);
        world.apply(Input::Match(it));
    }
    assert_eq!(brief(&world.sorted_alerts()).len(), 1);
    assert_eq!(world.alerts.values().next().unwrap().count, 3);
    assert_eq!(world.shard.stats().duplicates, 4);
}

#[test]
fn values_count_by_their_latest_event() {
    check(
        spec("it", Kind::ValueCount, 1, 10, gte(3.0)),
        "1=a 2=b 3=a 4=b 5=c 30=a",
        expect![[r#"
            fired 5: 3..5, 3 of 3
        "#]],
    );
}

#[test]
fn temporal_takes_any_order_and_temporal_ordered_one() {
    check(
        spec("it", Kind::Temporal, 3, 10, None),
        "2@1 0@2 1@3",
        expect![[r#"
            fired 3: 1..3, 3 of 3
        "#]],
    );
    let ordered = || spec("it", Kind::TemporalOrdered, 3, 10, None);
    check(ordered(), "2@1 0@2 1@3", expect![""]);
    check(
        ordered(),
        "2@1 0@2 1@3 2@4",
        expect![[r#"
            fired 4: 2..4, 3 of 3
        "#]],
    );
    // At one time, in the order of the rules.
    check(
        ordered(),
        "2@5 1@5 0@5",
        expect![[r#"
            fired 5: 5..5, 3 of 3
        "#]],
    );
}

#[test]
fn an_expression_over_rules() {
    use RuleExpr::{And, Base, Not, Or};
    let of = |expr| spec("it", Kind::Temporal, 3, 10, Some(Condition::Bases(expr)));
    check(
        of(And(vec![Base(0), Or(vec![Base(1), Base(2)])])),
        "2@1 0@4",
        expect![[r#"
            fired 4: 1..4, 2 of 2
        "#]],
    );
    // What must not be can come until the window is complete.
    check(
        of(And(vec![Base(0), Not(Box::new(Base(1)))])),
        "0@1 1@8 0@30 1@45",
        expect![[r#"
            fired 39: 30..30, 1 of 1
        "#]],
    );
}

#[test]
fn numbers() {
    let of = |kind, threshold| spec("it", kind, 1, 10, gte(threshold));
    check(
        of(Kind::ValueSum, 0.3),
        "1=0.1 2=0.1 3=0.1",
        expect![[r#"
            fired 3: 1..3, 3 of 0.3
        "#]],
    );
    check(
        of(Kind::ValueAvg, 5.0),
        "1=2 2=4 3=9",
        expect![[r#"
            fired 3: 1..3, 3 of 5
        "#]],
    );
    check(
        of(Kind::ValueMedian, 5.0),
        "1=1 2=7 3=6",
        expect![[r#"
            fired 3: 1..3, 3 of 6
        "#]],
    );
    check(
        of(Kind::ValuePercentile(90.0), 100.0),
        "1=1 2=1 3=1 4=1 5=100",
        expect![[r#"
            fired 5: 1..5, 5 of 100
        "#]],
    );
}

#[test]
fn conditions_about_complete_windows_wait_for_their_end() {
    check(
        spec("it", Kind::EventCount, 1, 10, is(Comparison::Lt, 3.0)),
        "1 2 3 4 40 41",
        expect![[r#"
            fired 49: 40..41, 2 of 2
        "#]],
    );
    check(
        spec("it", Kind::EventCount, 1, 10, is(Comparison::Eq, 2.0)),
        "1 2 11 12 13",
        expect![[r#"
            fired 10: 1..2, 2 of 2
        "#]],
    );
    let range = vec![(Comparison::Gt, 1.0), (Comparison::Lte, 3.0)];
    check(
        spec(
            "it",
            Kind::EventCount,
            1,
            10,
            Some(Condition::Figure(range)),
        ),
        "1 20 21 22 23 40 41 42",
        expect![[r#"
            fired 49: 40..42, 3 of 3
        "#]],
    );
}

#[test]
fn what_comes_later_than_allowed_is_asked_for() {
    check(
        spec("it", Kind::EventCount, 1, 10, gte(3.0)),
        "5 50 | 45",
        expect![[r#"
            late 45..=50 from 25
        "#]],
    );
}

#[test]
fn an_alert_is_an_event_of_the_outer_correlation() {
    let inner = spec("inner", Kind::EventCount, 1, 10, gte(3.0));
    let mut outer = spec("outer", Kind::TemporalOrdered, 2, 60, None);
    outer.bases[0].rule = RuleId("inner".to_owned());
    outer.bases[1].rule = RuleId("success".to_owned());
    let mut world = World::new(plan(vec![outer, inner], 20));
    let [inner, outer] = world.plan.correlations() else {
        panic!("two correlations");
    };
    let (inner, outer) = (inner.namespace(), outer.namespace());
    for time in 1..=5 {
        world.apply(Input::Match(matched(inner, 0, "ann", time, time as i64)));
    }
    world.apply(Input::Match(matched(outer, 1, "bob", 8, 9)));
    assert_eq!(world.alerts.len(), 1);
    world.apply(Input::Match(matched(outer, 1, "ann", 9, 9)));
    let alerts = world.sorted_alerts();
    let found = alerts.iter().find(|it| it.correlation == outer).unwrap();
    assert_eq!((found.first.as_millis(), found.last.as_millis()), (3, 9));
    let inner = alerts.iter().find(|it| it.correlation == inner).unwrap();
    assert_eq!(found.evidence[0], inner.uid());
}

#[test]
fn specs_that_contradict_themselves_are_refused() {
    let refused = |spec: Spec, expect: Expect| {
        let error = Plan::new(vec![spec], Plan::LATENESS).unwrap_err();
        expect.assert_eq(&error.to_string());
    };
    refused(
        spec("it", Kind::EventCount, 1, 10, None),
        expect!["correlation `it`: it has no condition"],
    );
    refused(
        spec("it", Kind::EventCount, 0, 10, gte(1.0)),
        expect!["correlation `it`: it needs 1 to 256 rules to correlate"],
    );
    refused(
        spec("it", Kind::ValuePercentile(101.0), 1, 10, gte(1.0)),
        expect!["correlation `it`: percentile 101 is not between 0 and 100"],
    );
    let mut one = spec("one", Kind::Temporal, 2, 10, None);
    let mut two = spec("two", Kind::Temporal, 2, 10, None);
    one.bases[0].rule = RuleId("two".to_owned());
    two.bases[0].rule = RuleId("one".to_owned());
    let circle = Plan::new(vec![one, two], Plan::LATENESS).unwrap_err();
    assert!(matches!(circle, Error::Circle { .. }), "{circle}");
}
