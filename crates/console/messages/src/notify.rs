use aurora_clock::Timestamp;
use aurora_model::Severity;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A way by which people are told of alerts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotifyChannel {
    pub name: String,
    /// `webhook` or `email`.
    #[serde(default)]
    pub kind: String,
    /// Alerts below it are not told.
    #[serde(default)]
    pub min_severity: Severity,
    /// Rules whose alerts are told whatever their severity.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Rules whose alerts are never told.
    #[serde(default)]
    pub not_rules: Vec<String>,
    /// Only alerts of these sources; empty for all.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Only alerts about these, `*` for anything; empty for all.
    #[serde(default)]
    pub entities: Vec<String>,
    /// Messages that have arrived.
    pub sent: u64,
    #[schema(value_type = Option<i64>)]
    pub last_sent: Option<Timestamp>,
    /// Alerts that are to be told.
    pub waiting: u64,
    /// Failures in a row.
    pub failures: u32,
    #[schema(value_type = Option<i64>)]
    pub failing_since: Option<Timestamp>,
    /// Why the last one failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotifyChannels {
    pub channels: Vec<NotifyChannel>,
}

/// What became of a test message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotifyTested {
    pub channel: String,
    pub arrived: bool,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}
