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
    pub tokens: Vec<TokenInfo>,
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
