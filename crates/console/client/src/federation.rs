//! How the site comes into a mesh and out of it.

use aurora_messages::{
    Done, FederationStatus, InvitationCreated, InvitationRequest, JoinAsked, JoinMesh, KeyRotated,
    LeaveMesh, RotateKey, SiteVerified, VerifySite,
};

use crate::path::path;
use crate::{Client, Error};

#[allow(clippy::missing_errors_doc)] // the type says it once
impl Client {
    pub async fn federation(&self) -> Result<FederationStatus, Error> {
        self.get(&path(&["federation"])).await
    }

    /// An invitation, at the primary.
    pub async fn invite_site(
        &self,
        request: &InvitationRequest,
    ) -> Result<InvitationCreated, Error> {
        self.post(&path(&["federation", "invitations"]), request)
            .await
    }

    pub async fn join_mesh(&self, request: &JoinMesh) -> Result<JoinAsked, Error> {
        self.post(&path(&["federation", "join"]), request).await
    }

    pub async fn verify_site(&self, request: &VerifySite) -> Result<SiteVerified, Error> {
        self.post(&path(&["federation", "verify"]), request).await
    }

    pub async fn rotate_key(&self, request: &RotateKey) -> Result<KeyRotated, Error> {
        self.post(&path(&["federation", "rotate"]), request).await
    }

    pub async fn leave_mesh(&self, request: &LeaveMesh) -> Result<(), Error> {
        let left: Done = self.post(&path(&["federation", "leave"]), request).await?;
        let Done {} = left;
        Ok(())
    }
}
