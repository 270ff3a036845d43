//! Other versions of OCSF, in which an event may be emitted at the API's edge. What is stored is always
//! [`SCHEMA_VERSION`](crate::SCHEMA_VERSION); every other version is a view of it.

mod emit;

use serde_json::Value;

pub use emit::emit;

use crate::generated::{v1_1, v1_5};
use crate::schema::{Class, classes};
use crate::validate::{Problem, validate_among};

/// A version in which events are emitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    V1_1,
    V1_3,
    V1_5,
}

impl Version {
    pub const ALL: [Self; 3] = [Self::V1_1, Self::V1_3, Self::V1_5];

    /// As `metadata.version` gives it.
    pub fn text(self) -> &'static str {
        match self {
            Self::V1_1 => "1.1.0",
            Self::V1_3 => crate::SCHEMA_VERSION,
            Self::V1_5 => "1.5.0",
        }
    }

    /// Its classes, in the order of `uid`.
    pub fn classes(self) -> &'static [Class] {
        match self {
            Self::V1_1 => &v1_1::classes::CLASSES,
            Self::V1_3 => classes(),
            Self::V1_5 => &v1_5::classes::CLASSES,
        }
    }

    pub fn class(self, uid: u32) -> Option<&'static Class> {
        let classes = self.classes();
        let found = classes.binary_search_by_key(&uid, |class| class.uid);
        found.ok().map(|index| &classes[index])
    }

    /// Every problem of an event as one of this version; see [`validate`](crate::validate).
    pub fn validate(self, event: &Value) -> Vec<Problem> {
        validate_among(self.classes(), event)
    }
}

#[cfg(test)]
mod tests;
