use serde::{Deserialize, Serialize};

use crate::RuleId;

/// Why a rule fires on an event, or why it does not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Explanation {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub rule: RuleId,
    pub title: String,
    /// The event is of the rule's logsource and a condition holds.
    pub matched: bool,
    /// The rule's logsource, as it writes it; for a correlation, what it counts.
    pub logsource: String,
    /// Whether the event is of that logsource. When it is not, the conditions are told all the same.
    pub covered: bool,
    /// What the event is: class, product, log, provider and event code. From the log: hostile text.
    pub event: String,
    /// Any of them fires the rule.
    pub conditions: Vec<ExplainNode>,
    /// For a correlation: what its windows did with the events, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// A part of a condition, and what the event made of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExplainNode {
    pub holds: bool,
    pub kind: NodeKind,
    /// A selection's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it stands in the rule file, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<FieldSeen>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    pub parts: Vec<ExplainNode>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// `and`, `all of`, or the fields of a map: every part must hold.
    All,
    /// `or`, `1 of`, or a list of maps: one part must hold.
    Any,
    /// Holds when its part does not.
    Not,
    Selection,
    Field,
}

/// One line of a selection against the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldSeen {
    /// As the rule names it; absent for keywords.
    pub field: Option<String>,
    /// As written: `contains|all`.
    pub modifiers: String,
    /// The OCSF path at which it was found; absent when the event has no such field.
    pub path: Option<String>,
    /// The first values that the event holds. Hostile text.
    pub seen: Vec<String>,
    /// How many values more there were.
    pub more: u64,
    /// Every value must hold, rather than one.
    pub all: bool,
    /// The rule wants none of the values to hold.
    pub negated: bool,
    pub values: Vec<ValueSeen>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ValueSeen {
    /// As the rule writes it.
    pub text: String,
    pub holds: bool,
}

/// What a correlation did at one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Step {
    /// From 0, among the events that were given.
    pub event: u64,
    pub text: String,
    pub fired: bool,
}
