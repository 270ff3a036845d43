//! From the names people write to places in an event.

mod alias;
mod schema;

use aurora_ocsf::Path;

use crate::EcsField;

pub use schema::OcsfNames;

/// A field as it was written, and where its values are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub written: String,
    /// At least one; a test passes when any value of any target passes.
    pub targets: Vec<Target>,
}

/// A place that holds values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// In the event. Arrays on the way have `[]`, at least where the schema knows of them.
    Path(Path),
    /// The name of the source, which is kept beside the event.
    Source,
    /// A field of the event's projection to ECS, which is never stored; see [`crate::Pushed`].
    /// Always a field's only target.
    Ecs(EcsField),
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Path(path) => path.fmt(f),
            Self::Source => f.write_str("source"),
            Self::Ecs(field) => field.fmt(f),
        }
    }
}

impl Field {
    /// The ECS field that this is, when it is one.
    pub fn ecs(&self) -> Option<&EcsField> {
        match self.targets.as_slice() {
            [Target::Ecs(field)] => Some(field),
            _ => None,
        }
    }

    /// The targets as text, for people to see what was searched.
    pub fn resolved(&self) -> String {
        let targets: Vec<String> = self.targets.iter().map(Target::to_string).collect();
        targets.join(", ")
    }
}

/// Why a name leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnknownName {
    NoSuchField {
        nearest: Option<String>,
    },
    /// It is an object; `example` is an attribute of it.
    Object {
        example: String,
    },
}

/// Resolves the names in a query.
pub trait Names {
    /// `name` is as written, with its `ecs:` prefix where it has one.
    ///
    /// # Errors
    /// When nothing is called that.
    fn resolve(&self, name: &str) -> Result<Vec<Target>, UnknownName>;
}
