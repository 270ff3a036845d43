use async_trait::async_trait;
use aurora_messages::{EnrolTokenCreated, EnrolTokenRequest, Enrolments};
use aurora_model::{Context, Scope};

use crate::site::Result;

/// Hosts that enrol, and their certificates. A part of [`crate::Site`].
#[async_trait]
pub trait EdgeDesk: Send + Sync {
    async fn enrolments(&self, scope: &Scope) -> Result<Enrolments>;

    /// [`crate::site::Error::Invalid`] when the pattern or the minutes are none.
    async fn create_enrol_token(
        &self,
        context: &Context,
        request: &EnrolTokenRequest,
    ) -> Result<EnrolTokenCreated>;

    /// Revokes a token, or denies a host from now on, open connections included.
    async fn revoke_enrolment(&self, context: &Context, id: &str) -> Result<()>;
}
