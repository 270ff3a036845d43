//! A site that could federate, and does not.

use async_trait::async_trait;
use aurora_clock::Timestamp;
use aurora_messages::{
    FederationStatus, InvitationCreated, InvitationRequest, JoinAsked, JoinMesh, KeyRotated,
    RotateKey, SiteVerified, VerifySite,
};
use aurora_model::{Context, Scope};

use super::FakeSite;
use crate::FederationDesk;
use crate::site::{Error, Result};

#[async_trait]
impl FederationDesk for FakeSite {
    async fn federation(&self, _: &Scope) -> Result<FederationStatus> {
        Ok(FederationStatus::default())
    }

    async fn invite_site(&self, _: &Context, _: &InvitationRequest) -> Result<InvitationCreated> {
        Ok(InvitationCreated {
            code: "aurora_join_0".to_owned(),
            fingerprint: "0000 0000 0000 0000 0000 0000".to_owned(),
            expires_at: Timestamp::from_millis(1_750_000_900_000),
        })
    }

    async fn join_mesh(&self, _: &Context, _: &JoinMesh) -> Result<JoinAsked> {
        Ok(JoinAsked {
            compare: "0000 0000 0000 0000 0000".to_owned(),
        })
    }

    async fn verify_site(&self, _: &Context, request: &VerifySite) -> Result<SiteVerified> {
        Err(Error::not_found(
            "site that asks with the code",
            &request.code,
        ))
    }

    async fn rotate_key(&self, _: &Context, _: &RotateKey) -> Result<KeyRotated> {
        Ok(KeyRotated {
            former: "0000 0000 0000 0000 0000 0000".to_owned(),
            fingerprint: "1111 1111 1111 1111 1111 1111".to_owned(),
            listed: true,
        })
    }

    async fn leave_mesh(&self, _: &Context, _: Option<&str>) -> Result<()> {
        Ok(())
    }
}
