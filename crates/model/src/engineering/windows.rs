use aurora_clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::RuleId;

/// Why a correlation fires on some events, or why it does not: which of its rules hit, into which
/// groups the hits fell, and how near each group's best window came to the condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CorrelationExplanation {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub rule: RuleId,
    pub title: String,
    pub fired: bool,
    /// `event_count`, `value_count`, `temporal`, ….
    pub kind: String,
    /// As the rule has it: `gte: 10`, or which rules are wanted.
    pub condition: String,
    /// Fields whose values are counted or measured.
    pub fields: Vec<String>,
    pub timespan_ms: u64,
    pub group_by: Vec<String>,
    /// Events that were given.
    pub events: u64,
    /// What it refers to, in its order.
    pub members: Vec<MemberHits>,
    /// Those that fire first, then those that come nearest; at most
    /// [`CorrelationExplanation::GROUPS`].
    pub groups: Vec<GroupWindow>,
    pub groups_total: u64,
}

/// A rule or correlation that another correlation refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberHits {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub rule: RuleId,
    pub title: String,
    /// It is a correlation itself; its hits are its firings.
    pub correlation: bool,
    /// Events on which it fired.
    pub hits: u64,
    /// Of those, the ones that count for nothing: they lack a field, or hold text where a number is
    /// wanted.
    pub lost: u64,
    /// Which fields those lacked.
    pub lacking: Vec<LackingField>,
}

/// A field that hits of a rule do not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LackingField {
    pub field: String,
    pub hits: u64,
}

/// The hits of one group, and the window of them that comes nearest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupWindow {
    /// For each of `group_by`. From the log: hostile text.
    pub values: Vec<String>,
    /// Hits of the group, in whatever window.
    pub hits: u64,
    /// The condition holds in the window.
    pub holds: bool,
    /// What the condition was put to: the count, the sum, …; the number of rules for temporal kinds.
    pub figure: f64,
    /// The window is `(after, until]`.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub after: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub until: Timestamp,
    /// Hits in the window, for each of `members`.
    pub by_member: Vec<u64>,
    /// The window's hits in order of time, at most [`CorrelationExplanation::HITS`].
    pub seen: Vec<WindowHit>,
    /// How many more there are.
    pub more: u64,
    /// Every time that the group fires.
    pub firings: Vec<WindowFiring>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WindowHit {
    /// From 0, among the events that were given.
    pub event: u64,
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub at: Timestamp,
    /// Index into `members`.
    pub member: u32,
    /// The values that the condition looks at. From the log: hostile text.
    pub values: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WindowFiring {
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub at: Timestamp,
    /// The event that brought it about, from 0.
    pub event: u64,
    pub figure: f64,
    /// Contributing events.
    pub events: u64,
}

impl CorrelationExplanation {
    /// Groups that are told.
    pub const GROUPS: usize = 20;
    /// Hits of one window that are told.
    pub const HITS: usize = 50;
}
