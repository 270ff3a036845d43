//! Predicates on ECS fields as predicates on the stored OCSF event.
//!
//! An ECS field is what its rows make of an event, the first that has a value (`aurora_ocsf::ecs::givers`). So a test
//! of it is a tree over OCSF: any row, where the row holds, its value passes and no earlier one has a value. Most
//! transforms can be turned round; of the others only so much is pushed down as every match must have, and the rest
//! is asked of the projection afterwards. Start at [`Filter::pushed`].

mod activity;
mod atoms;
mod bounds;
mod field;
mod given;
mod guard;
mod inputs;
mod values;

pub use field::EcsField;
pub use inputs::Inputs;

use crate::Filter;
use bounds::Bounds;

/// A filter in two steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Pushed {
    /// Over OCSF alone: every match passes it.
    pub filter: Filter,
    /// What else a match must be, asked of the event's projection. `None` when the filter says all.
    pub after: Option<Filter>,
}

impl Filter {
    /// What the store is asked, and what is left to ask.
    pub fn pushed(&self) -> Pushed {
        let parts = match self {
            Self::And(parts) => parts.as_slice(),
            other => std::slice::from_ref(other),
        };
        let bounds: Vec<Bounds> = parts.iter().map(of).collect();
        let left = parts.iter().zip(&bounds);
        let left = left
            .filter(|(_, bounds)| !bounds.is_exact())
            .map(|(part, _)| part.clone());
        let left: Vec<Self> = left.collect();
        Pushed {
            filter: Bounds::all(bounds).maybe,
            after: (!left.is_empty()).then(|| Self::and(left)),
        }
    }
}

fn of(filter: &Filter) -> Bounds {
    match filter {
        Filter::And(parts) => Bounds::all(parts.iter().map(of)),
        Filter::Or(parts) => Bounds::any(parts.iter().map(of)),
        Filter::Not(inner) => of(inner).not(),
        Filter::Field(field, test) => match field.ecs() {
            Some(ecs) => given::bounds(ecs, test),
            None => Bounds::exact(filter.clone()),
        },
        Filter::All | Filter::Text(_) => Bounds::exact(filter.clone()),
    }
}

#[cfg(test)]
mod page;
#[cfg(test)]
mod tests;
