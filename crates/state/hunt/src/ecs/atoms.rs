//! The smallest filters over OCSF.

use std::ops::{Bound, RangeInclusive};

use aurora_ocsf::Path;

use super::bounds::any;
use crate::{Field, Filter, Pattern, Piece, Range, Target, Test};

/// A path of the table, or of this module, as a field.
pub(super) fn path(path: &str) -> Field {
    let parsed = Path::parse(path).expect("the table of ECS fields holds paths");
    Field {
        written: path.to_owned(),
        targets: vec![Target::Path(parsed)],
    }
}

pub(super) fn test(at: &str, test: Test) -> Filter {
    Filter::Field(path(at), test)
}

pub(super) fn has(at: &str) -> Filter {
    test(at, Test::Exists)
}

pub(super) fn is(at: &str, text: &str) -> Filter {
    test(at, Test::Matches(Pattern::literal(text)))
}

pub(super) fn is_number(at: &str, number: i64) -> Filter {
    is(at, &number.to_string())
}

/// A text in which every `*` is a wildcard.
pub(super) fn like(at: &str, wanted: &str) -> Filter {
    let mut pieces = Vec::new();
    for (index, text) in wanted.split('*').enumerate() {
        if index > 0 {
            pieces.push(Piece::AnyRun);
        }
        pieces.push(Piece::Text(text.to_owned()));
    }
    test(at, Test::Matches(Pattern::new(pieces)))
}

pub(super) fn between(at: &str, numbers: RangeInclusive<i64>) -> Filter {
    let range = Range {
        lower: Bound::Included(*numbers.start() as f64),
        upper: Bound::Included(*numbers.end() as f64),
    };
    test(at, Test::Between(range))
}

/// Events of these classes: runs of classes as ranges. Numbers that are no class do not occur in valid events.
pub(super) fn of_classes(wanted: impl Fn(u32) -> bool) -> Filter {
    let mut uids: Vec<u32> = aurora_ocsf::classes().iter().map(|c| c.uid).collect();
    uids.sort_unstable();
    let runs = uids.chunk_by(|a, b| wanted(*a) == wanted(*b));
    let ranges = runs
        .filter(|run| wanted(run[0]))
        .map(|run| {
            let last = run.last().copied().unwrap_or(run[0]);
            between("class_uid", i64::from(run[0])..=i64::from(last))
        })
        .collect();
    any(ranges)
}

pub(super) fn of_class(uid: u32) -> Filter {
    is_number("class_uid", i64::from(uid))
}
