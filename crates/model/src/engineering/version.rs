use aurora_clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Actor, RuleId};

/// A rule as it once was in force: who changed it, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleVersion {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub rule: RuleId,
    /// From 1, dense per rule.
    pub version: u32,
    pub change: VersionChange,
    pub title: String,
    /// The rule's author, as its text says.
    pub author: String,
    /// Where it was loaded from.
    pub file: String,
    /// The text's hash before; absent for a rule that was not there.
    pub before: Option<String>,
    /// The text's hash since; absent when the rule went.
    pub after: Option<String>,
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub at: Timestamp,
    /// Who put it in force.
    pub actor: Actor,
    pub reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum VersionChange {
    Added,
    Changed,
    /// Only the place it is loaded from changed.
    Moved,
    Removed,
}

impl VersionChange {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Moved => "moved",
            Self::Removed => "removed",
        }
    }
}
