use std::sync::Arc;

use aurora_ids::id_type;
use serde::{Deserialize, Serialize};

id_type!(
    /// A site's immutable identity, drawn at first start. `FEDERATION_SITE_ID` is only a name for it.
    SiteId
);

/// A tenant within a site: 1 to 64 of `a-z`, `0-9` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TenantId(Arc<str>);

/// Whose data this is. In every port's signature, every table and every envelope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Scope {
    pub site: SiteId,
    pub tenant: TenantId,
}

/// The text cannot name a tenant.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` cannot name a tenant: want 1 to 64 of a-z, 0-9 and `-`")]
pub struct BadTenant(String);

impl TenantId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for TenantId {
    /// The one tenant of a site that has not been divided.
    fn default() -> Self {
        Self(Arc::from("default"))
    }
}

impl TryFrom<String> for TenantId {
    type Error = BadTenant;

    fn try_from(name: String) -> Result<Self, BadTenant> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if name.is_empty() || name.len() > 64 || !name.bytes().all(allowed) {
            return Err(BadTenant(name));
        }
        Ok(Self(Arc::from(name)))
    }
}

impl From<TenantId> for String {
    fn from(tenant: TenantId) -> Self {
        tenant.0.as_ref().to_owned()
    }
}

impl std::fmt::Display for TenantId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scope {
    /// The default tenant of a site.
    pub fn of(site: SiteId) -> Self {
        Self {
            site,
            tenant: TenantId::default(),
        }
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.site, self.tenant)
    }
}
