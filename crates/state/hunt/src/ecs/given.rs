//! A test of a field, over the rows that give it.

use aurora_ocsf::ecs::{Giver, Part, Transform};

use super::bounds::Bounds;
use super::guard::{are_disjoint, guard};
use super::{EcsField, values};
use crate::{Filter, Test};

pub(super) fn bounds(field: &EcsField, test: &Test) -> Bounds {
    if let Test::Matches(pattern) = test
        && pattern.is_match("")
    {
        // Holding nothing is about all rows together; every other test about one.
        return match pattern.is_any() {
            true => Bounds::exact(Filter::All),
            false => bounds(field, &Test::Exists).not(),
        };
    }
    let givers = field.givers();
    if givers.iter().all(adds) {
        return Bounds::any(givers.iter().map(|giver| passes(giver, test)));
    }
    Bounds::any(givers.iter().enumerate().map(|(at, giver)| {
        let earlier = givers[..at]
            .iter()
            .filter(|earlier| !are_disjoint(earlier, giver))
            .map(|earlier| passes(earlier, &Test::Exists).not());
        Bounds::all([passes(giver, test)].into_iter().chain(earlier))
    }))
}

fn passes(giver: &Giver, test: &Test) -> Bounds {
    Bounds::exact(guard(giver)).and(values::bounds(giver, test))
}

/// Whether its values stand beside those of other rows.
fn adds(giver: &Giver) -> bool {
    match giver.part {
        Part::Value => matches!(
            giver.row.transform,
            Transform::All
                | Transform::Category
                | Transform::EventType
                | Transform::Disposition
                | Transform::Addresses
                | Transform::HeaderFlags
        ),
        Part::OfKind(_) => giver.row.transform == Transform::Related,
        Part::OtherHost => true,
        _ => false,
    }
}
