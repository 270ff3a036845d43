use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_model::SourceName;
use aurora_secrets::Secret;
use serde::{Deserialize, Serialize};

use crate::HostPattern;

/// No token lives longer.
pub const MAX_TOKEN_LIFE: Duration = Duration::from_secs(15 * 60);

/// A token with which one host may enrol once, as it is kept: without the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolToken {
    /// The document's id.
    pub id: String,
    pub token_hash: String,
    pub host: HostPattern,
    /// Whose records the host may push.
    pub source: SourceName,
    pub label: String,
    pub created_by: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    pub used_at: Option<Timestamp>,
    /// The host that used it.
    pub edge: Option<String>,
}

impl EnrolToken {
    pub fn is_good(&self, now: Timestamp) -> bool {
        // A clock that was set back must not bring it to life again.
        let begun = self.created_at <= now;
        begun && now < self.expires_at && self.revoked_at.is_none() && self.used_at.is_none()
    }
}

/// What an operator asks for.
#[derive(Clone, Debug)]
pub struct NewToken {
    pub host: HostPattern,
    pub source: SourceName,
    pub label: String,
    pub minutes: u64,
}

/// A token, to be shown once.
#[derive(Debug)]
pub struct Issued {
    pub kept: EnrolToken,
    /// Token and the authority's hash, as [`aurora_model::enrol::code`] joins them.
    pub code: Secret<String>,
}
