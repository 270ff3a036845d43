use async_trait::async_trait;
use aurora_messages::Topology;
use aurora_model::{Context, Scope, SiteId};

use crate::site::Result;

/// The sites that this one is federated with. A part of [`crate::Site`].
#[async_trait]
pub trait MeshDesk: Send + Sync {
    /// `None` while this site is not federated.
    async fn topology(&self, scope: &Scope) -> Result<Option<Topology>>;

    /// Cuts the link to a site as the network would, for a drill. [`Conflict`](crate::site::Error::Conflict)
    /// where drills are not allowed.
    async fn cut_link(&self, context: &Context, site: SiteId) -> Result<()>;

    /// Takes a cut back.
    async fn heal_link(&self, context: &Context, site: SiteId) -> Result<()>;
}
