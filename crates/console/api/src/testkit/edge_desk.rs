//! A site with a host that has enrolled.

use async_trait::async_trait;
use aurora_clock::Timestamp;
use aurora_messages::{EdgeInfo, EnrolTokenCreated, EnrolTokenRequest, Enrolments};
use aurora_model::{Context, Scope, SourceName};

use super::FakeSite;
use crate::site::{Error, Result};
use crate::{AuditDesk, EdgeDesk};

const EDGE: &str = "5e0f";

#[async_trait]
impl EdgeDesk for FakeSite {
    async fn enrolments(&self, _: &Scope) -> Result<Enrolments> {
        let at = Timestamp::from_millis;
        Ok(Enrolments {
            authority: "ab".repeat(32),
            authority_ends_at: at(2_000_000_000_000),
            tokens: Vec::new(),
            edges: vec![EdgeInfo {
                id: EDGE.to_owned(),
                host: "ws-014".to_owned(),
                source: SourceName::new(SourceName::AUTO),
                label: "collector".to_owned(),
                enrolled_at: at(1_750_000_000_000),
                renewed_at: at(1_750_000_000_000),
                expires_at: at(1_750_086_400_000),
                denied_at: None,
                denied_by: None,
            }],
        })
    }

    async fn create_enrol_token(
        &self,
        _: &Context,
        request: &EnrolTokenRequest,
    ) -> Result<EnrolTokenCreated> {
        Ok(EnrolTokenCreated {
            id: "70cc".to_owned(),
            host: request.host.clone(),
            code: "aurora_enrol_0_0".to_owned(),
            expires_at: Timestamp::from_millis(1_750_000_900_000),
        })
    }

    async fn revoke_enrolment(&self, _: &Context, id: &str) -> Result<()> {
        if id == EDGE {
            return Ok(());
        }
        Err(Error::not_found("token or host", id))
    }
}

#[async_trait]
impl AuditDesk for FakeSite {
    async fn erase_audit(&self, _: &Context, _: &[u64]) -> Result<()> {
        Ok(())
    }
}
