use serde::{Deserialize, Serialize};

use super::RuleName;
use crate::RuleId;

/// How two sets of rules differ in what they mean.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleDiff {
    pub added: Vec<RuleName>,
    pub removed: Vec<RuleName>,
    pub changed: Vec<ChangedRule>,
    /// Rules whose text differs in nothing that matters: order of keys, comments, blanks.
    pub rewritten: Vec<RuleName>,
    pub unchanged: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangedRule {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: RuleId,
    pub title: String,
    /// Whether it may fire on other events than before; otherwise only its words changed.
    pub detects_otherwise: bool,
    pub edits: Vec<Edit>,
}

/// One thing that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Edit {
    /// `level`, `condition`, `selection`, or `selection: CommandLine|contains`.
    pub what: String,
    /// Absent when it was not there.
    pub before: Option<String>,
    /// Absent when it is no longer there.
    pub after: Option<String>,
}

impl RuleDiff {
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.changed.is_empty()
            && self.rewritten.is_empty()
    }
}
