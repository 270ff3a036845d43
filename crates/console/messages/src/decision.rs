use aurora_clock::Timestamp;
use aurora_model::{Action, Actor, AuthStrength};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::PageSize;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DecisionQuery {
    /// Only later ones.
    #[serde(default)]
    #[param(required = false)]
    pub after: u64,
    /// Only those about this object, by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// At most 10,000; 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(maximum = 10_000)]
    pub limit: Option<u32>,
}

/// One entry of the decision log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DecisionEntry {
    /// Dense, from 1.
    pub seq: u64,
    #[schema(value_type = i64)]
    pub at: Timestamp,
    pub actor: Actor,
    pub auth: AuthStrength,
    pub action: Action,
    pub reason: String,
    /// Names the policies that allowed it, if it had to be allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
}

/// Takes records out of the audit log. Their entries and every proof of others stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditErase {
    /// Numbers of decisions.
    pub numbers: Vec<u64>,
    /// Why; it stays on record.
    pub reason: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DecisionLog {
    pub decisions: Vec<DecisionEntry>,
}

impl DecisionQuery {
    pub const PAGE: PageSize = PageSize::new(100, 10_000);

    pub fn limit(&self) -> usize {
        Self::PAGE.rows(self.limit)
    }
}

impl From<aurora_model::Decision> for DecisionEntry {
    fn from(decision: aurora_model::Decision) -> Self {
        Self {
            seq: decision.seq,
            at: decision.at,
            actor: decision.actor,
            auth: decision.auth,
            action: decision.action,
            reason: decision.reason,
            policy: decision.policy,
        }
    }
}
