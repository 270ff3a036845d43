use aurora_clock::Timestamp;
use aurora_model::SourceName;
use serde::{Deserialize, Serialize};

/// A host that has enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// The document's id, and the last part of its SPIFFE id.
    pub id: String,
    /// The name that it gave itself.
    pub host: String,
    /// Whose records it may push.
    pub source: SourceName,
    pub label: String,
    pub state: State,
    /// The token that it came with.
    pub token: String,
    pub enrolled_at: Timestamp,
    /// When it got the certificate that it has, and when that ends.
    pub renewed_at: Timestamp,
    pub expires_at: Timestamp,
    pub denied_at: Option<Timestamp>,
    pub denied_by: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Good,
    Denied,
}
