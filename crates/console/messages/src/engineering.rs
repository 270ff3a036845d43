//! Requests and answers of detection engineering. The answers' heart is `aurora_model::engineering`.

use aurora_clock::Timestamp;
use aurora_model::engineering::{Backtest, RuleDiff, RuleVersion};
use aurora_model::{EventUid, RuleId, Severity, SourceName};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::{PageSize, RuleFile};

/// Asks why a rule fires on an event or does not. Give `rule` or `text`, and one of `uid`, `event`
/// and `raw`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ExplainRequest {
    /// A rule in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub rule: Option<RuleId>,
    /// A rule file with one rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A stored event.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub uid: Option<EventUid>,
    /// An OCSF event.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub event: Option<Map<String, Value>>,
    /// A record as its source writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// What `raw` is of; found out from its content when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub source: Option<SourceName>,
}

/// Asks why a correlation in force fires on some events, or why it does not. Give `events`, or `since` for stored ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplainCorrelation {
    #[schema(value_type = String)]
    pub rule: RuleId,
    /// OCSF events in any order, at most [`ExplainCorrelation::MAX_EVENTS`]; windows go by their time.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub events: Vec<Map<String, Value>>,
    /// Stored events from this time on; as many as may be given, no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub since: Option<Timestamp>,
    /// Exclusive; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub until: Option<Timestamp>,
}

impl ExplainCorrelation {
    pub const MAX_EVENTS: usize = 20_000;
}

/// Asks what rules would have found in stored events. Give `rules`, `files`, or both: files then hold
/// rules that are not in force, or others that correlations refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BacktestRequest {
    /// Rules by id, of the files or in force. Empty: every rule of the files.
    #[schema(value_type = Vec<String>)]
    pub rules: Vec<RuleId>,
    pub files: Vec<RuleFile>,
    #[schema(value_type = i64)]
    pub since: Timestamp,
    /// Now when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub until: Option<Timestamp>,
}

/// A backtest that runs or ran. Kept in memory; a restart forgets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BacktestJob {
    pub id: String,
    pub state: BacktestState,
    #[schema(value_type = i64)]
    pub started_at: Timestamp,
    /// Events to read, as far as it is known.
    pub total: u64,
    pub read: u64,
    /// Why it failed.
    pub problem: Option<String>,
    /// Present when it is done.
    pub report: Option<Backtest>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BacktestState {
    Running,
    Done,
    Failed,
    Cancelled,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RuleHealthQuery {
    /// How many days back events are looked for; 7 when absent, at most 90.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(maximum = 90)]
    pub days: Option<u32>,
}

/// Which rules coverage counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CoverageQuery {
    /// This level or worse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub level: Option<Severity>,
    /// Sigma's `status`: `stable`, `test`, `experimental`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RuleVersionQuery {
    /// At most 10,000; 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(maximum = 10_000)]
    pub limit: Option<u32>,
}

/// Versions, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleVersionPage {
    pub versions: Vec<RuleVersion>,
    pub total: u64,
}

/// One version with its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleVersionDetail {
    pub version: RuleVersion,
    /// Absent for a version that says that the rule went.
    pub text: Option<String>,
}

/// Puts an earlier version of an imported rule back in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleRevert {
    pub version: u32,
    #[serde(default)]
    pub reason: String,
}

/// Reads the rule folders again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RuleReload {
    pub reason: String,
}

/// What a reload did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleReloadReport {
    pub diff: RuleDiff,
    /// Rules that are not in force, with their reasons.
    pub problems: Vec<crate::RuleProblem>,
}

impl RuleHealthQuery {
    pub const DEFAULT_DAYS: u32 = 7;
    pub const MAX_DAYS: u32 = 90;

    pub fn days(&self) -> u32 {
        self.days
            .unwrap_or(Self::DEFAULT_DAYS)
            .clamp(1, Self::MAX_DAYS)
    }
}

impl RuleVersionQuery {
    pub const PAGE: PageSize = PageSize::new(100, 10_000);

    pub fn limit(&self) -> usize {
        Self::PAGE.rows(self.limit)
    }
}

impl BacktestState {
    pub const fn finished(self) -> bool {
        !matches!(self, Self::Running)
    }
}
