//! Files that grow: followed by content, over renaming, truncation and reuse of an inode.

mod identity;
mod pattern;
mod section;
mod service;
mod tail;

use std::path::PathBuf;

use aurora_model::SourceName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use pattern::matching;
pub(crate) use service::follow;
pub use tail::{Place, Round, Tail};

/// Files that are followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The file; its name, not its folder, may hold `*`.
    #[schemars(with = "String")]
    pub path: PathBuf,
    /// Which parser its lines meet; `auto` detects it.
    #[schemars(with = "String")]
    pub source: SourceName,
    /// Whether what a file holds when it is first seen is read, too.
    pub from_start: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            path: PathBuf::new(),
            source: SourceName::new(SourceName::AUTO),
            from_start: true,
        }
    }
}
