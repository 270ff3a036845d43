use std::fmt;

use aurora_ocsf::ecs::{Giver, Kind, Part, Row, Transform, givers};

/// A field of ECS that the table knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EcsField {
    name: String,
    is_date: bool,
}

impl EcsField {
    /// `None` when no attribute of OCSF gives such a field.
    pub fn new(name: &str) -> Option<Self> {
        let givers = givers(name);
        (!givers.is_empty()).then(|| Self {
            name: name.to_owned(),
            is_date: givers.iter().all(|giver| giver.row.kind == Kind::Date),
        })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it holds times, which are compared with numbers by their epoch milliseconds.
    pub fn is_date(&self) -> bool {
        self.is_date
    }

    /// The rows that give it, in the order in which they take effect.
    pub(super) fn givers(&self) -> Vec<Giver> {
        givers(&self.name).into_iter().flat_map(in_turn).collect()
    }
}

/// The OCSF paths that give it.
impl fmt::Display for EcsField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut paths: Vec<&str> = Vec::new();
        for giver in self.givers() {
            if !paths.contains(&giver.row.ocsf) {
                paths.push(giver.row.ocsf);
            }
        }
        f.write_str(&paths.join(", "))
    }
}

/// A row with a second path as two rows.
fn in_turn(giver: Giver) -> Vec<Giver> {
    let copy_of = |ocsf| Giver {
        row: Row {
            ocsf,
            transform: Transform::Copy,
            ..giver.row
        },
        part: Part::Value,
        ..giver
    };
    match giver.row.transform {
        Transform::Fallback(other) => vec![copy_of(giver.row.ocsf), copy_of(other)],
        _ => vec![giver],
    }
}
