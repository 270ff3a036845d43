//! Random events in random order of arrival.

use aurora_clock::Timestamp;
use aurora_correlation::{Comparison, Condition, Kind, Match, Plan, RuleExpr, Spec, Value};
use aurora_model::RuleId;
use proptest::prelude::*;

use crate::world::{matched, plan, spec, uid};

/// The allowed lateness of random cases.
pub const LATENESS: i64 = 20;

#[derive(Clone, Debug)]
pub struct Arrival {
    /// When it happened.
    pub time: i64,
    /// How long it took to arrive.
    pub delay: i64,
    pub number: u64,
    pub base: u16,
    pub group: u8,
    pub value: u8,
    /// Its clock is far ahead, so that its arrival is taken for its time.
    pub is_ahead: bool,
    pub source: u32,
    pub then: Then,
}

/// What happens after an arrival.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Then {
    Nothing,
    Watermark,
    Idle,
    Commit,
    Crash,
    /// It arrives once more.
    Again,
}

pub fn arrivals(most_delay: i64, count: usize) -> impl Strategy<Value = Vec<Arrival>> {
    let then = prop_oneof![
        4 => Just(Then::Nothing),
        6 => Just(Then::Watermark),
        1 => Just(Then::Idle),
        2 => Just(Then::Commit),
        1 => Just(Then::Crash),
        1 => Just(Then::Again),
    ];
    let delay = prop_oneof![3 => Just(0), 2 => 0..most_delay];
    let is_ahead = prop_oneof![15 => Just(false), 1 => Just(true)];
    let one = (
        0..3_u8,
        0..12_i64,
        delay,
        (0..4_u16, 0..2_u8, 0..6_u8),
        is_ahead,
        0..2_u32,
        then,
    );
    // Gaps rather than times, so that bursts and silences both come.
    let one = one.prop_map(
        |(far, gap, delay, (base, group, value), is_ahead, source, then)| {
            let gap = if far == 0 { gap * 3 } else { gap / 4 };
            (gap, delay, base, group, value, is_ahead, source, then)
        },
    );
    prop::collection::vec(one, 1..count).prop_map(|all| {
        let mut time = 0;
        let mut arrivals = Vec::new();
        for ((gap, delay, base, group, value, is_ahead, source, then), number) in
            all.into_iter().zip(0..)
        {
            time += gap;
            arrivals.push(Arrival {
                time,
                delay,
                number,
                base,
                group,
                value,
                is_ahead,
                source,
                then,
            });
        }
        arrivals.sort_by_key(|it| (it.time + it.delay, it.number));
        arrivals
    })
}

pub fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        4 => Just(Kind::EventCount),
        4 => Just(Kind::ValueCount),
        2 => Just(Kind::Temporal),
        3 => Just(Kind::TemporalOrdered),
        2 => Just(Kind::ValueSum),
        2 => Just(Kind::ValueAvg),
        1 => Just(Kind::ValuePercentile(75.0)),
        1 => Just(Kind::ValuePercentile(10.0)),
        1 => Just(Kind::ValueMedian),
    ]
}

pub fn condition(kind: Kind) -> BoxedStrategy<Option<Condition>> {
    use Comparison::{Eq, Gt, Gte, Lt, Lte, Neq};
    let comparison = prop_oneof![
        6 => Just(Gte), 3 => Just(Gt), 1 => Just(Lt), 1 => Just(Lte), 1 => Just(Eq), 1 => Just(Neq)
    ];
    let threshold = match kind {
        Kind::ValueSum => -4..16_i32,
        _ => 1..5,
    };
    let figure = (comparison, threshold, prop::option::weighted(0.1, 3..8_i32));
    let figure = figure.prop_map(|(comparison, threshold, below)| {
        let mut bounds = vec![(comparison, f64::from(threshold))];
        bounds.extend(below.map(|below| (Lt, f64::from(below))));
        Some(Condition::Figure(bounds))
    });
    if kind != Kind::Temporal && kind != Kind::TemporalOrdered {
        return figure.boxed();
    }
    let expr = || {
        use RuleExpr::{And, Base, Not, Or};
        prop_oneof![
            Just(Or(vec![And(vec![Base(0), Base(1)]), Base(2)])),
            Just(And(vec![Base(0), Not(Box::new(Base(1)))])),
            Just(And(vec![Base(1), Or(vec![Base(0), Base(2)])])),
        ]
        .prop_map(|expr| Some(Condition::Bases(expr)))
    };
    let temporal = kind == Kind::Temporal;
    prop_oneof![
        3 => Just(None),
        1 => figure.clone(),
        1 => if temporal { expr().boxed() } else { figure.boxed() },
    ]
    .boxed()
}

pub fn specs() -> impl Strategy<Value = Spec> {
    (kinds(), 1..40_u64, 1..4_usize).prop_flat_map(|(kind, span, bases)| {
        let bases = if kind.is_temporal() { 3 } else { bases };
        condition(kind).prop_map(move |condition| spec("it", kind, bases, span, condition))
    })
}

/// One correlation, or another one over its alerts and some rule's.
pub fn plans() -> impl Strategy<Value = Plan> {
    let outer = (kinds(), 1..80_u64, any::<bool>()).prop_flat_map(|(kind, span, is_first)| {
        let kind = match kind {
            Kind::EventCount | Kind::ValueCount | Kind::Temporal | Kind::TemporalOrdered => kind,
            _ => Kind::EventCount,
        };
        condition(kind).prop_map(move |condition| {
            let mut spec = spec("outer", kind, 3, span, condition);
            let at = if is_first { 0 } else { 1 };
            spec.bases[at].rule = RuleId("it".to_owned());
            if kind == Kind::ValueCount {
                spec.bases[at].value = vec!["user".to_owned()];
            }
            spec
        })
    });
    (specs(), prop::option::weighted(0.4, outer)).prop_map(|(inner, outer)| {
        let specs = std::iter::once(inner).chain(outer).collect();
        plan(specs, LATENESS as u64)
    })
}

/// The matches of an arrival, one for each correlation that its rule feeds.
pub fn matches(plan: &Plan, arrival: &Arrival) -> Vec<Match> {
    let arrived = arrival.time + arrival.delay;
    let feeds = plan.feeds(&RuleId(format!("rule{}", arrival.base)));
    let group = format!("user{}", arrival.group);
    let fill = |feed: &aurora_correlation::Feed| {
        let time = if arrival.is_ahead {
            arrived
        } else {
            arrival.time
        };
        let mut it = matched(feed.correlation, feed.base, &group, arrival.number, time);
        it.uid = uid(arrival.number);
        if arrival.is_ahead {
            it.claimed = Timestamp::from_millis(arrival.time + 1_000_000);
        }
        if feed.numeric {
            it.value = Value::Number(f64::from(arrival.value) - 2.0);
        } else if !feed.value.is_empty() {
            it.value = Value::text([arrival.value.to_string().as_str()]);
        }
        it
    };
    feeds.iter().map(fill).collect()
}
