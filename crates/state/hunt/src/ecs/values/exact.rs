//! Transforms that can be turned round.

use std::ops::{Bound, RangeInclusive};

use aurora_ocsf::ecs::{DATES, Transform, back, convert, renames};
use serde_json::Value;

use super::{direct, one_of, only, same};
use crate::ecs::atoms::{between, has, is, is_number, like};
use crate::ecs::bounds::{Bounds, all, any, never, not};
use crate::{Filter, Pattern, Piece, Range, Test};

/// More spellings than this are asked for with a wildcard.
const SPELLINGS: usize = 32;

/// Every one of `from` became `to`, which may also stand for itself.
pub(super) fn spelled(path: &str, test: &Test, to: char, from: &[char]) -> Bounds {
    let Test::Matches(pattern) = test else {
        return match test {
            Test::Exists => Bounds::exact(has(path)),
            _ => Bounds::within(has(path)),
        };
    };
    if texts(pattern).any(|text| text.contains(from)) {
        return Bounds::never();
    }
    let places: usize = texts(pattern).map(|text| text.matches(to).count()).sum();
    let each = from.len() + 1;
    let count = u32::try_from(places).ok().and_then(|n| each.checked_pow(n));
    if count.is_none_or(|count| count > SPELLINGS) {
        let loose = pattern
            .pieces()
            .iter()
            .flat_map(|piece| loosened(piece, to));
        return Bounds::within(direct(path, Test::Matches(Pattern::new(loose))));
    }
    let mut spellings = vec![Vec::new()];
    for piece in pattern.pieces().iter().flat_map(characters) {
        let choices: Vec<Piece> = match &piece {
            Piece::Text(text) if text.chars().eq([to]) => [to]
                .iter()
                .chain(from)
                .map(|c| Piece::Text(c.to_string()))
                .collect(),
            other => vec![other.clone()],
        };
        spellings = spellings
            .iter()
            .flat_map(|start: &Vec<Piece>| {
                choices.iter().map(move |choice| {
                    let mut longer = start.clone();
                    longer.push(choice.clone());
                    longer
                })
            })
            .collect();
    }
    let filters = spellings
        .into_iter()
        .map(|pieces| direct(path, Test::Matches(Pattern::new(pieces))));
    Bounds::exact(any(filters.collect()))
}

fn texts(pattern: &Pattern) -> impl Iterator<Item = &str> {
    pattern.pieces().iter().filter_map(|piece| match piece {
        Piece::Text(text) => Some(text.as_str()),
        _ => None,
    })
}

fn characters(piece: &Piece) -> Vec<Piece> {
    match piece {
        Piece::Text(text) => text.chars().map(|c| Piece::Text(c.to_string())).collect(),
        other => vec![other.clone()],
    }
}

fn loosened(piece: &Piece, to: char) -> Vec<Piece> {
    let pieces = characters(piece).into_iter();
    pieces
        .map(|piece| match &piece {
            Piece::Text(text) if text.chars().eq([to]) => Piece::AnyOne,
            _ => piece,
        })
        .collect()
}

/// A number that is written in another way.
pub(super) fn number(transform: Transform, path: &str, test: &Test) -> Bounds {
    let valid = match transform {
        Transform::Timestamp => between(path, DATES),
        Transform::Nanoseconds => between(path, MILLISECONDS),
        _ => has(path),
    };
    match test {
        Test::Exists => Bounds::exact(valid),
        Test::Matches(pattern) => match pattern.as_literal() {
            Some(text) => Bounds::exact(
                back(transform, text).map_or_else(never, |number| is_number(path, number)),
            ),
            None => Bounds::within(valid),
        },
        Test::Between(range) => match transform {
            Transform::Timestamp => Bounds::exact(all(vec![direct(path, test.clone()), valid])),
            Transform::Nanoseconds => {
                let scaled = Test::Between(in_milliseconds(range));
                Bounds::exact(all(vec![direct(path, scaled), valid]))
            }
            _ => Bounds::never(),
        },
        Test::Within(_) => Bounds::never(),
    }
}

/// Milliseconds that can be told in nanoseconds.
const MILLISECONDS: RangeInclusive<i64> = i64::MIN / 1_000_000..=i64::MAX / 1_000_000;

/// The whole milliseconds whose nanoseconds are within the range.
fn in_milliseconds(range: &Range) -> Range {
    let inside = |milliseconds: f64| range.contains(milliseconds * 1e6);
    // Rounding may be off by one either way.
    let near = |bound: f64| (-1..=1).map(move |step| (bound / 1e6).round() + f64::from(step));
    let lower = match range.lower {
        Bound::Unbounded => Bound::Unbounded,
        Bound::Included(bound) | Bound::Excluded(bound) => near(bound)
            .find(|at| above(range, at * 1e6))
            .map_or(Bound::Excluded(f64::MAX), Bound::Included),
    };
    let upper = match range.upper {
        Bound::Unbounded => Bound::Unbounded,
        Bound::Included(bound) | Bound::Excluded(bound) => {
            let below = Range {
                lower: Bound::Unbounded,
                upper: range.upper,
            };
            near(bound)
                .rfind(|at| below.contains(at * 1e6))
                .map_or(Bound::Excluded(f64::MIN), Bound::Included)
        }
    };
    debug_assert!(
        !matches!(lower, Bound::Included(at) if range.upper == Bound::Unbounded && !inside(at))
    );
    Range { lower, upper }
}

fn above(range: &Range, number: f64) -> bool {
    let lower = Range {
        upper: Bound::Unbounded,
        ..*range
    };
    lower.contains(number)
}

/// Numbers that stand for texts. With `otherwise`, every other number stands for one text too.
pub(super) fn caption(
    transform: Transform,
    path: &str,
    test: &Test,
    numbers: &[i64],
    otherwise: bool,
) -> Bounds {
    let passes = |number: i64| {
        let text = convert(transform, &number.into()).map(|value| match value {
            Value::String(text) => text,
            other => other.to_string(),
        });
        text.is_some_and(|text| test.holds(&[text]))
    };
    let passing: Vec<i64> = numbers.iter().copied().filter(|n| passes(*n)).collect();
    let rest = all(vec![has(path), not(one_of(path, numbers))]);
    Bounds::exact(any(vec![
        one_of(path, &passing),
        only(otherwise && passes(-1), rest),
    ]))
}

/// Bands of a score.
pub(super) fn confidence(path: &str, test: &Test) -> Bounds {
    let from = |lower, upper| direct(path, Test::Between(Range { lower, upper }));
    let bands = [
        ("High", from(Bound::Included(70.0), Bound::Unbounded)),
        ("Medium", from(Bound::Included(30.0), Bound::Excluded(70.0))),
        ("Low", from(Bound::Excluded(0.0), Bound::Excluded(30.0))),
        ("None", from(Bound::Unbounded, Bound::Included(0.0))),
    ];
    let passing = bands
        .into_iter()
        .map(|(name, band)| only(test.holds(&[name]), band));
    Bounds::exact(any(passing.collect()))
}

/// Some texts are called otherwise, all others stay.
pub(super) fn renamed(transform: Transform, path: &str, test: &Test) -> Bounds {
    let pairs = renames(transform);
    let passing = pairs
        .iter()
        .map(|(ocsf, ecs)| only(test.holds(&[ecs]), is(path, ocsf)));
    let passing: Vec<Filter> = passing.collect();
    let known: Vec<Filter> = pairs.iter().map(|(ocsf, _)| is(path, ocsf)).collect();
    let others = all(vec![direct(path, test.clone()), not(any(known))]);
    Bounds::exact(any(passing.into_iter().chain([others]).collect()))
}

pub(super) fn two_labels(path: &str, test: &Test) -> Bounds {
    let two = all(vec![like(path, "*.*"), not(like(path, "*.*.*"))]);
    Bounds::exact(two).and(same(path, test))
}

pub(super) fn http_status(path: &str, test: &Test) -> Bounds {
    Bounds::exact(between(path, 100..=599)).and(same(path, test))
}
