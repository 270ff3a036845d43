//! Matches in order of time, far apart: an outer correlation misses nothing that an inner one says.

use aurora_clock::Timestamp;
use aurora_correlation::{
    Action, Comparison, Condition, Input, Kind, Namespace, Plan, Timeline, Told,
};
use aurora_model::RuleId;

use crate::world::{matched, plan, spec};

/// Two inner alerts within 60 are an outer one. Inner windows are of 10.
fn nested(inner: Comparison) -> Plan {
    let figure = |it| Some(Condition::Figure(vec![(it, 2.0)]));
    let inner = spec("inner", Kind::EventCount, 1, 10, figure(inner));
    let mut outer = spec("outer", Kind::EventCount, 1, 60, figure(Comparison::Gte));
    outer.bases[0].rule = RuleId("inner".to_owned());
    plan(vec![outer, inner], 20)
}

/// Alerts of the outer correlation, as they stand in the end, and whether anything was late.
fn run(plan: &Plan, times: &[i64]) -> (Vec<i64>, bool) {
    let find = |id: &str| -> Namespace {
        let mut all = plan.correlations().iter();
        all.find(|it| it.spec().id.0 == id).unwrap().namespace()
    };
    let (inner, outer) = (find("inner"), find("outer"));
    let (mut alerts, mut is_late) = (Vec::new(), false);
    let mut told = |it: Told<'_>| match it {
        Told::Action(Action::Fired(alert)) if alert.correlation == outer => {
            alerts.push(alert.at.as_millis());
        }
        Told::Action(Action::Withdrawn(was)) if was.correlation == outer => {
            alerts.retain(|at| *at != was.at.as_millis());
        }
        Told::Action(Action::Late(_)) => is_late = true,
        _ => {}
    };
    let mut timeline = Timeline::new();
    for (time, number) in times.iter().zip(0..) {
        let it = matched(inner, 0, "ann", number, *time);
        timeline.apply(plan, Input::Match(it), &mut told);
        timeline.reach(plan, Timestamp::from_millis(*time), &mut told);
    }
    timeline.reach(plan, Timestamp::from_millis(i64::MAX / 8), &mut told);
    (alerts, is_late)
}

#[test]
fn a_leap_makes_nothing_late() {
    // Both inner windows close in the leap to 100,000.
    let plan = nested(Comparison::Eq);
    let times = [1_000, 1_001, 1_030, 1_031, 100_000];
    assert_eq!(run(&plan, &times), (vec![1_039], false));
}

#[test]
fn what_fires_at_once_is_in_time_too() {
    let plan = nested(Comparison::Gte);
    let times = [1_000, 1_001, 1_030, 1_031, 100_000];
    assert_eq!(run(&plan, &times), (vec![1_031], false));
}

#[test]
fn which_correlations_feed_one() {
    let plan = nested(Comparison::Gte);
    let [inner, outer] = plan.correlations() else {
        panic!("two were given");
    };
    let names = |of| -> Vec<Namespace> {
        let inner = plan.inner(of);
        inner.into_iter().map(|it| it.namespace()).collect()
    };
    assert_eq!(names(outer), [inner.namespace()]);
    assert!(names(inner).is_empty() && plan.is_nested());
}
