use aurora_clock::Timestamp;
use aurora_model::SourceName;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Asks for a code with which one host may enrol once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolTokenRequest {
    /// Names of hosts that may use it; `*` stands for any text.
    pub host: String,
    /// Whose records the host may push; `auto` lets each feed's own source stand.
    #[serde(default = "auto")]
    #[schema(value_type = String)]
    pub source: SourceName,
    /// What it is for.
    #[serde(default)]
    pub label: String,
    /// Minutes for which it is good: 1 to 15.
    #[serde(default = "longest")]
    pub minutes: u64,
}

fn auto() -> SourceName {
    SourceName::new(SourceName::AUTO)
}

const fn longest() -> u64 {
    15
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrolTokenCreated {
    pub id: String,
    pub host: String,
    /// Shown this once.
    pub code: String,
    #[schema(value_type = i64)]
    pub expires_at: Timestamp,
}

/// A code that was made. Only the hash of its token is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrolTokenInfo {
    pub id: String,
    pub host: String,
    #[schema(value_type = String)]
    pub source: SourceName,
    pub label: String,
    pub created_by: String,
    #[schema(value_type = i64)]
    pub created_at: Timestamp,
    #[schema(value_type = i64)]
    pub expires_at: Timestamp,
    #[schema(value_type = Option<i64>)]
    pub used_at: Option<Timestamp>,
    #[schema(value_type = Option<i64>)]
    pub revoked_at: Option<Timestamp>,
    /// The host that used it.
    pub edge: Option<String>,
}

/// A host that has enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EdgeInfo {
    pub id: String,
    pub host: String,
    #[schema(value_type = String)]
    pub source: SourceName,
    pub label: String,
    #[schema(value_type = i64)]
    pub enrolled_at: Timestamp,
    #[schema(value_type = i64)]
    pub renewed_at: Timestamp,
    /// When its certificate ends.
    #[schema(value_type = i64)]
    pub expires_at: Timestamp,
    #[schema(value_type = Option<i64>)]
    pub denied_at: Option<Timestamp>,
    pub denied_by: Option<String>,
}

/// Who has enrolled, and who may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Enrolments {
    /// SHA-256 of the certificate of the site's authority.
    pub authority: String,
    /// When that ends.
    #[schema(value_type = i64)]
    pub authority_ends_at: Timestamp,
    /// The newest first, as are the hosts.
    pub tokens: Vec<EnrolTokenInfo>,
    pub edges: Vec<EdgeInfo>,
}
