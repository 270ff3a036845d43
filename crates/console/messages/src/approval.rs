use aurora_clock::Timestamp;
use aurora_model::{Actor, AuthStrength};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// An action that waits for approval, or waited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ApprovalInfo {
    pub id: String,
    /// The hash that all assertions and approvals are bound to.
    pub action: String,
    pub permission: String,
    pub object: String,
    /// Exactly what would be done: the query and the body of the request.
    pub arguments: Value,
    /// What it would touch, counted by the site; a fact a line.
    pub blast: Vec<String>,
    pub asked_by: Actor,
    pub reason: String,
    #[schema(value_type = i64)]
    pub asked_at: Timestamp,
    /// Whatever nobody decided by then is denied.
    #[schema(value_type = i64)]
    pub expires_at: Timestamp,
    /// `pending`, `approved`, `denied`, `expired` or `used`.
    pub state: String,
    pub lacks_step_up: bool,
    /// How many other people still have to agree.
    pub lacks_approvers: u32,
    pub given: Vec<GivenApproval>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denied_by: Option<Actor>,
    /// Names the policies that asked for it.
    pub policy: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GivenApproval {
    pub by: Actor,
    pub auth: AuthStrength,
    #[schema(value_type = i64)]
    pub at: Timestamp,
    pub note: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Approvals {
    pub approvals: Vec<ApprovalInfo>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ApprovalQuery {
    /// Also those that are over.
    #[serde(default)]
    #[param(required = false)]
    pub all: bool,
}

/// What must be answered; absent for a caller who has no means to, or needs none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Challenge {
    pub challenge: Option<Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assert {
    /// `{"totp": "123456"}`, or what the browser made of the challenge with a passkey.
    pub assertion: Value,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Approve {
    /// As in `Assert`; the local operator needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assertion: Option<Value>,
    #[serde(default)]
    pub note: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Deny {
    #[serde(default)]
    pub reason: String,
}

/// A window in which somebody acts alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BreakGlassInfo {
    pub id: String,
    pub holder: Actor,
    pub reason: String,
    #[schema(value_type = i64)]
    pub opened_at: Timestamp,
    #[schema(value_type = i64)]
    pub until: Timestamp,
    #[schema(value_type = Option<i64>)]
    pub ended_at: Option<Timestamp>,
    /// What was done under it that would have needed more.
    pub uses: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BreakGlassWindows {
    pub windows: Vec<BreakGlassInfo>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenBreakGlass {
    pub reason: String,
}
