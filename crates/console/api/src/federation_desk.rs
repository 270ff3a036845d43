use async_trait::async_trait;
use aurora_messages::{
    FederationStatus, InvitationCreated, InvitationRequest, JoinAsked, JoinMesh, KeyRotated,
    RotateKey, SiteVerified, VerifySite,
};
use aurora_model::{Context, Scope};

use crate::site::Result;

/// How the site comes into a mesh and out of it. A part of [`crate::Site`].
///
/// Each but the first answers [`Conflict`](crate::site::Error::Conflict) while the site does not federate.
#[async_trait]
pub trait FederationDesk: Send + Sync {
    async fn federation(&self, scope: &Scope) -> Result<FederationStatus>;

    async fn invite_site(
        &self,
        context: &Context,
        request: &InvitationRequest,
    ) -> Result<InvitationCreated>;

    async fn join_mesh(&self, context: &Context, request: &JoinMesh) -> Result<JoinAsked>;

    async fn verify_site(&self, context: &Context, request: &VerifySite) -> Result<SiteVerified>;

    async fn rotate_key(&self, context: &Context, request: &RotateKey) -> Result<KeyRotated>;

    /// `site` is the label of the one to take out; this site leaves without one.
    async fn leave_mesh(&self, context: &Context, site: Option<&str>) -> Result<()>;
}
