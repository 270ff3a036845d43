use std::sync::Arc;

use async_trait::async_trait;
use aurora_approvals::{ActionHash, Verifier, VerifierError};
use aurora_model::{AuthStrength, Scope};
use aurora_people::StepUp;
use aurora_permissions::Principal;
use serde_json::Value;

use super::KeyVerifier;

/// Whoever has a passkey or codes proves it with these, as on a real site; everybody else has a key
/// that a test holds.
#[derive(Debug)]
pub(super) struct Means {
    pub(super) own: StepUp,
    pub(super) tests: Arc<KeyVerifier>,
}

#[async_trait]
impl Verifier for Means {
    async fn challenge(
        &self,
        scope: &Scope,
        principal: &Principal,
        action: &ActionHash,
    ) -> Result<Option<Value>, VerifierError> {
        match self.own.challenge(scope, principal, action).await? {
            Some(asked) => Ok(Some(asked)),
            None => self.tests.challenge(scope, principal, action).await,
        }
    }

    async fn verify(
        &self,
        scope: &Scope,
        principal: &Principal,
        action: &ActionHash,
        assertion: &Value,
    ) -> Result<AuthStrength, VerifierError> {
        if assertion.get("nonce").is_some() {
            return self.tests.verify(scope, principal, action, assertion).await;
        }
        self.own.verify(scope, principal, action, assertion).await
    }
}
