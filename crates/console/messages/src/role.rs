use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A role with what it may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoleInfo {
    pub name: String,
    pub says: String,
    /// Every site has it, and nobody changes it.
    pub built_in: bool,
    pub permissions: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoleList {
    pub roles: Vec<RoleInfo>,
}

/// What a role of the site's own shall be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRole {
    #[serde(default)]
    pub says: String,
    /// In the words of the taxonomy: `alert.close`.
    pub permissions: Vec<String>,
    #[serde(default)]
    pub reason: String,
}
