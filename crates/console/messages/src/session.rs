use aurora_clock::Timestamp;
use aurora_model::{Actor, AuthStrength, SiteId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who the caller is to the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionInfo {
    pub actor: Actor,
    pub auth: AuthStrength,
    pub roles: Vec<String>,
    /// What the caller may do, in the words of the taxonomy; some of it takes more than a role.
    pub permissions: Vec<String>,
    #[schema(value_type = String)]
    pub site: SiteId,
    pub site_name: String,
    pub version: String,
    /// Absent on the local socket, where nothing expires.
    #[schema(value_type = Option<i64>)]
    pub expires_at: Option<Timestamp>,
}

/// Asks for a one-time link into the console.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkRequest {}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkCreated {
    /// Opens the local administrator's session, once.
    pub url: String,
    #[schema(value_type = i64)]
    pub expires_at: Timestamp,
}
