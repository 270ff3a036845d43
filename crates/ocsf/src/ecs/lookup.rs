//! From a field's name to the rows that give it.

use std::collections::BTreeSet;

use super::{Part, Row, Scope, Transform};
use crate::generated::ecs::ROWS;

/// A row that gives a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Giver {
    pub row: Row,
    pub part: Part,
    pub when: When,
}

/// A process that opens another is ECS's `process`, and the other its `Target.process`; so rows of the process of 1007
/// give other fields in such events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Always,
    /// Activities 3 and 4 of 1007 only.
    ProcessAccess,
    /// All but these.
    NoProcessAccess,
}

/// Every row, in the table's order.
pub fn rows() -> impl Iterator<Item = Row> {
    ROWS.iter().copied()
}

/// The rows that can give this ECS field; the first that has a value in an event does. None when ECS, or the table, has
/// no such field.
pub fn givers(field: &str) -> Vec<Giver> {
    let mut found: Vec<Giver> = rows()
        .flat_map(|row| given(row).filter(|(name, _)| name == field))
        .map(|(_, giver)| giver)
        .collect();
    found.sort_by_key(|giver| (!giver.overrides(), giver.row.scope.rank()));
    found
}

/// Every field of the table, in the order of their names.
pub fn fields() -> BTreeSet<String> {
    rows().flat_map(given).map(|(field, _)| field).collect()
}

impl Giver {
    /// Whether its value replaces what other rows gave.
    fn overrides(&self) -> bool {
        self.part == Part::Value
            && matches!(
                self.row.transform,
                Transform::Preferred | Transform::Renamed | Transform::RunAs
            )
    }
}

fn given(row: Row) -> impl Iterator<Item = (String, Giver)> {
    let turns = row.scope == Scope::Class(1007) && row.ocsf.starts_with("process.");
    row.parts().into_iter().flat_map(move |(field, part)| {
        let named = |field: String, when| (field, Giver { row, part, when });
        let stays = !turns || matches!(row.transform, Transform::AlsoTo(other) if other == field);
        if stays {
            return vec![named(field, When::Always)];
        }
        let target = format!("Target.{field}");
        vec![
            named(field, When::NoProcessAccess),
            named(target, When::ProcessAccess),
        ]
    })
}
