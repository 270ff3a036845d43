use std::collections::BTreeMap;

use aurora_clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Entity, EventUid, MatchedField, RuleId};

/// What rules would have found in the events of a time range.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Backtest {
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub since: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub until: Timestamp,
    /// The oldest event that the store still has, when it is later than `since`: before it nothing
    /// could be found.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub events_from: Option<Timestamp>,
    pub rules: Vec<BacktestRule>,
    pub cost: Cost,
    /// What was not looked at, in words. Empty when everything was.
    pub gaps: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cost {
    /// Events in the range, of every class.
    pub events_in_range: u64,
    /// Events read: those of the classes that the rules are about.
    pub events_read: u64,
    /// Queries put to the event store.
    pub queries: u64,
    pub took_ms: u64,
    /// Of it, in the rules rather than in the event store.
    pub evaluating_ms: u64,
}

/// What one rule would have found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BacktestRule {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub rule: RuleId,
    pub title: String,
    pub revision: String,
    /// A correlation: a match is a window that fired.
    pub stateful: bool,
    /// Events of the rule's logsource.
    pub candidates: u64,
    pub matches: u64,
    /// Every day of the range in UTC, also those without a match.
    pub days: Vec<DayCount>,
    /// At most [`Backtest::MAX_ENTITIES`] are told apart.
    pub distinct_entities: u64,
    /// The most frequent first.
    pub top_entities: Vec<EntityCount>,
    pub overlap: Overlap,
    /// Absent when no alert that it overlaps was judged.
    pub precision: Option<Precision>,
    /// Spread over the range, oldest first.
    pub samples: Vec<Sample>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayCount {
    /// `YYYY-MM-DD`, UTC.
    pub day: String,
    pub count: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntityCount {
    pub entity: Entity,
    pub count: u64,
}

/// Past alerts in which matches of the backtest already stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Overlap {
    /// Matches that a past alert of any rule has as evidence, or that fall into one of this rule's.
    pub matches: u64,
    /// Distinct past alerts of this rule.
    pub alerts: u64,
    /// Of these alerts, those that nobody has closed.
    pub open: u64,
    /// Of these alerts, the closed ones by disposition.
    pub closed_as: BTreeMap<String, u64>,
    /// Other rules whose alerts stand on the same events, most alerts first.
    pub other_rules: Vec<OtherRule>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OtherRule {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub rule: RuleId,
    pub title: String,
    pub alerts: u64,
    pub closed_as: BTreeMap<String, u64>,
}

/// The share of alerts that are right, from those that people judged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Precision {
    pub judged_by: Judged,
    /// Alerts closed as a true positive, benign ones among them.
    pub right: u64,
    /// Alerts closed as a false positive, of the rule or of the data.
    pub wrong: u64,
    /// `right / (right + wrong)`.
    pub estimate: f64,
    /// Wilson score interval at 95 %. It takes the judged alerts for a fair sample, which they are
    /// not when only the easy ones were closed.
    pub low: f64,
    pub high: f64,
}

/// Whose alerts a precision comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Judged {
    /// Past alerts of this very rule.
    ThisRule,
    /// The rule has none; these are alerts of other rules on the same events.
    OtherRules,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sample {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub uid: EventUid,
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub time: Timestamp,
    pub entity: Option<Entity>,
    /// Why it fired. Hostile text.
    pub fields: Vec<MatchedField>,
}

impl Backtest {
    /// More distinct entities of one rule than this are not told apart.
    pub const MAX_ENTITIES: usize = 100_000;
}
