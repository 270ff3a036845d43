use aurora_clock::Timestamp;
use aurora_model::SourceName;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something that sends records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SourceInfo {
    #[schema(value_type = String)]
    pub name: SourceName,
    /// The parser its records meet, or `auto`.
    pub parser: String,
    pub received: u64,
    #[schema(value_type = Option<i64>)]
    pub last_record_at: Option<Timestamp>,
    /// What is known of it by host, the one that spoke last first.
    #[serde(default)]
    pub feeds: Vec<FeedInfo>,
    pub tokens: Vec<TokenInfo>,
}

/// How fresh the records of one host are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FeedInfo {
    /// From the log: hostile text.
    pub host: String,
    #[schema(value_type = i64)]
    pub last_record_at: Timestamp,
    /// The newest time in its events, epoch milliseconds.
    #[schema(value_type = i64)]
    pub last_event_at: Timestamp,
    pub events_per_minute: f64,
    /// How long its last event took to get here.
    pub lag_ms: i64,
    /// How far its clock is ahead at least.
    pub clock_ahead_ms: i64,
    #[schema(value_type = Option<i64>)]
    pub silent_since: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sources {
    pub sources: Vec<SourceInfo>,
}

/// A token for pushing over HTTP. Only its hash is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenInfo {
    pub id: String,
    pub label: String,
    pub created_by: String,
    #[schema(value_type = i64)]
    pub created_at: Timestamp,
    #[schema(value_type = Option<i64>)]
    pub revoked_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TokenRequest {
    /// Who or what will use it.
    pub label: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenCreated {
    pub id: String,
    #[schema(value_type = String)]
    pub source: SourceName,
    /// Shown this once.
    pub token: String,
}
