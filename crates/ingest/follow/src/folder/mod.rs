//! Folders of objects: what is put there whole is read once, through an object store.
//!
//! The way of buckets: whoever delivers writes an object and never changes it. The folder is listed
//! again and again; there is no notification to lose.

mod service;

use aurora_model::SourceName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use service::Folder;
pub(crate) use service::follow;

/// A folder that is watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Where it is: a folder of this machine, as a path or as `file:///…`.
    pub url: String,
    /// Which parser its records meet; `auto` detects it.
    #[schemars(with = "String")]
    pub source: SourceName,
    /// Seconds between two looks.
    pub every_seconds: u64,
    /// Seconds for which an object must not have changed before it is read: longer than whoever
    /// writes it takes between two writes.
    pub settled_seconds: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            url: String::new(),
            source: SourceName::new(SourceName::AUTO),
            every_seconds: 10,
            settled_seconds: 5,
        }
    }
}
