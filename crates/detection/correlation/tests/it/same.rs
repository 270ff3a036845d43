//! Within the allowed lateness the outcome is the oracle's, whatever the order of arrival and
//! however often the shard is restored.

use std::fmt::Write as _;

use aurora_correlation::{Action, Alert, Input, Plan};
use proptest::prelude::*;

use crate::oracle;
use crate::random::{Arrival, LATENESS, Then, arrivals, matches, plans};
use crate::world::{World, sorted};

fn cases() -> u32 {
    let wanted = std::env::var("AURORA_ORACLE_CASES").ok();
    wanted.and_then(|it| it.parse().ok()).unwrap_or(12_000)
}

pub fn play(world: &mut World, arrivals: &[Arrival]) {
    for arrival in arrivals {
        let arrived = arrival.time + arrival.delay;
        let inputs = matches(&world.plan, arrival);
        let times = if arrival.then == Then::Again { 2 } else { 1 };
        for input in inputs.iter().cycle().take(inputs.len() * times) {
            world.apply(Input::Match(input.clone()));
        }
        match arrival.then {
            // Alerts of inner correlations must reach the outer ones in time: no leaps.
            Then::Watermark => {
                world.reach(2, arrived - LATENESS / 2);
                world.watermark(arrival.source, arrived);
            }
            Then::Idle => {
                world.reach(2, arrived - LATENESS / 2);
                world.apply(Input::Idle {
                    source: arrival.source,
                });
            }
            Then::Commit => world.commit(),
            Then::Crash => world.crash(),
            Then::Nothing | Then::Again => {}
        }
    }
}

/// One line an alert.
pub fn brief(alerts: &[Alert]) -> Vec<String> {
    let line = |it: &Alert| {
        let (group, at) = (&it.group, it.at.as_millis());
        let (first, last) = (it.first.as_millis(), it.last.as_millis());
        let of = &it.correlation.0.to_string()[..4];
        format!(
            "{of} {group:?} at {at}: {first}..{last}, {} of {}",
            it.count, it.figure
        )
    };
    alerts.iter().map(line).collect()
}

/// What was asked and what happened, short enough to be read.
pub fn story(world: &World) -> String {
    let mut text = String::new();
    for it in world.plan.correlations() {
        let spec = it.spec();
        let of = it.namespace().0.to_string();
        writeln!(
            text,
            "{} {:?} {:?} {:?}",
            &of[..4],
            spec.kind,
            spec.timespan,
            spec.condition
        )
        .unwrap();
    }
    for input in &world.inputs {
        match input {
            Input::Match(it) | Input::Withdraw(it) => {
                let kind = if matches!(input, Input::Match(_)) {
                    "+"
                } else {
                    "-"
                };
                let of = it.correlation.0.to_string();
                let uid = it.uid.to_string();
                writeln!(
                    text,
                    "{kind} {} base {} {:?} at {} claimed {} uid {} {:?}",
                    &of[..4],
                    it.base,
                    it.group,
                    it.time.as_millis(),
                    it.claimed.as_millis(),
                    &uid[..6],
                    it.value
                )
                .unwrap();
            }
            other => writeln!(text, "{other:?}").unwrap(),
        }
    }
    for action in &world.actions {
        match action {
            Action::Fired(it) => writeln!(text, "fired {:?}", brief(std::slice::from_ref(it))),
            Action::Amended { was, alert } => {
                writeln!(
                    text,
                    "amended {} {:?}",
                    was.at.as_millis(),
                    brief(std::slice::from_ref(alert))
                )
            }
            other => writeln!(text, "{other:?}"),
        }
        .unwrap();
    }
    text
}

fn check(plan: Plan, arrivals: &[Arrival]) {
    let mut world = World::new(plan);
    play(&mut world, arrivals);
    let last = arrivals.iter().map(|it| it.time + it.delay).max().unwrap();
    world.reach(2, last + 1_000);
    world.crash();
    assert_eq!(world.shard.stats().groups, 0, "everything has passed");
    assert!(
        world.store().len() <= 2,
        "nothing but marks is left: {:?}",
        world.store().keys()
    );
    let events: Vec<_> = arrivals
        .iter()
        .flat_map(|arrival| matches(&world.plan, arrival))
        .collect();
    let wanted = sorted(oracle::alerts(&world.plan, &events));
    let found = world.sorted_alerts();
    assert_eq!(brief(&found), brief(&wanted), "{}", story(&world));
    assert_eq!(found, wanted, "{}", story(&world));
    assert_eq!(world.shard.stats().late, 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_the_oracle(plan in plans(), arrivals in arrivals(LATENESS, 40)) {
        check(plan, &arrivals);
    }
}
