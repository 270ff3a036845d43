use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::RuleId;

/// Which tactics and techniques of ATT&CK rules are tagged with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Coverage {
    /// Rules that were looked at.
    pub rules: u64,
    /// Of these, rules without any ATT&CK technique.
    pub untagged: u64,
    /// Distinct techniques and sub-techniques.
    pub techniques: u64,
    /// Every tactic in the order of an attack, also those without a rule.
    pub tactics: Vec<TacticCoverage>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TacticCoverage {
    /// `TA0002`.
    pub id: String,
    pub name: String,
    /// Distinct rules under it.
    pub rules: u64,
    /// How many techniques ATT&CK has under it, without sub-techniques; 0 when not known.
    pub known: u64,
    /// Those with a rule, by id; sub-techniques follow their technique.
    pub techniques: Vec<TechniqueCoverage>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TechniqueCoverage {
    /// `T1059.001`.
    pub id: String,
    /// Empty when the table of ATT&CK does not know it.
    pub name: String,
    /// Rules tagged with exactly this, the most severe first.
    pub rules: Vec<RuleName>,
    /// The same, counted by level.
    pub levels: BTreeMap<String, u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleName {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: RuleId,
    pub title: String,
}
