use async_trait::async_trait;
use aurora_api::EdgeDesk;
use aurora_api::site::{Error, Result};
use aurora_messages::{EdgeInfo, EnrolTokenCreated, EnrolTokenInfo, EnrolTokenRequest, Enrolments};
use aurora_model::{Context, Scope};
use aurora_site_ca::{Edge, EnrolToken, Error as Authority, NewToken};

use super::{SiteService, intake};

#[async_trait]
impl EdgeDesk for SiteService {
    async fn enrolments(&self, _: &Scope) -> Result<Enrolments> {
        let tokens = self.trust.edges.tokens().await.map_err(told)?;
        let edges = self.trust.edges.edges().await.map_err(told)?;
        let authority = self.trust.edges.authority();
        Ok(Enrolments {
            authority: authority.pin().to_string(),
            authority_ends_at: authority.ends(),
            tokens: tokens.into_iter().map(token).collect(),
            edges: edges.into_iter().map(edge).collect(),
        })
    }

    async fn create_enrol_token(
        &self,
        context: &Context,
        request: &EnrolTokenRequest,
    ) -> Result<EnrolTokenCreated> {
        intake::check(self, &request.source)?;
        let asked = NewToken {
            host: request.host.parse().map_err(told)?,
            source: request.source.clone(),
            label: request.label.clone(),
            minutes: request.minutes,
        };
        let issued = self
            .trust
            .edges
            .create(context, asked)
            .await
            .map_err(told)?;
        Ok(EnrolTokenCreated {
            id: issued.kept.id,
            host: issued.kept.host.to_string(),
            code: issued.code.expose().clone(),
            expires_at: issued.kept.expires_at,
        })
    }

    async fn revoke_enrolment(&self, context: &Context, id: &str) -> Result<()> {
        self.trust.edges.revoke(context, id).await.map_err(told)
    }
}

fn told(error: Authority) -> Error {
    match error {
        Authority::NoSuch(id) => Error::not_found("token or host", id),
        Authority::Pattern(_) | Authority::Life(_) => Error::invalid(error.to_string()),
        other => Error::internal(other),
    }
}

fn token(token: EnrolToken) -> EnrolTokenInfo {
    EnrolTokenInfo {
        id: token.id,
        host: token.host.to_string(),
        source: token.source,
        label: token.label,
        created_by: token.created_by,
        created_at: token.created_at,
        expires_at: token.expires_at,
        used_at: token.used_at,
        revoked_at: token.revoked_at,
        edge: token.edge,
    }
}

fn edge(edge: Edge) -> EdgeInfo {
    EdgeInfo {
        id: edge.id,
        host: edge.host,
        source: edge.source,
        label: edge.label,
        enrolled_at: edge.enrolled_at,
        renewed_at: edge.renewed_at,
        expires_at: edge.expires_at,
        denied_at: edge.denied_at,
        denied_by: edge.denied_by,
    }
}
