use async_trait::async_trait;
use aurora_model::{AuthStrength, Scope};
use aurora_permissions::Principal;
use serde_json::Value;

use crate::ActionHash;

/// Judges fresh assertions of people: a passkey's signature, a code of a generator.
#[async_trait]
pub trait Verifier: Send + Sync + std::fmt::Debug {
    /// What the principal must answer for this action; `None` when they have no means to.
    ///
    /// # Errors
    /// [`VerifierError::Failed`].
    async fn challenge(
        &self,
        scope: &Scope,
        principal: &Principal,
        action: &ActionHash,
    ) -> Result<Option<Value>, VerifierError>;

    /// By what the principal proved, just now, that they want exactly this action. An assertion is
    /// good once, for the action that it was asked for, from the principal's own credential.
    ///
    /// # Errors
    /// [`VerifierError::Refused`] for one that proves nothing; which of the reasons is nobody's
    /// business. [`VerifierError::Failed`].
    async fn verify(
        &self,
        scope: &Scope,
        principal: &Principal,
        action: &ActionHash,
        assertion: &Value,
    ) -> Result<AuthStrength, VerifierError>;
}

#[derive(Debug, thiserror::Error)]
pub enum VerifierError {
    #[error("the assertion does not prove who does this")]
    Refused,
    #[error("cannot judge the assertion")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Nobody has a means; the local operator, for whom the kernel vouches, needs none.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoVerifier;

#[async_trait]
impl Verifier for NoVerifier {
    async fn challenge(
        &self,
        _: &Scope,
        _: &Principal,
        _: &ActionHash,
    ) -> Result<Option<Value>, VerifierError> {
        Ok(None)
    }

    async fn verify(
        &self,
        _: &Scope,
        _: &Principal,
        _: &ActionHash,
        _: &Value,
    ) -> Result<AuthStrength, VerifierError> {
        Err(VerifierError::Refused)
    }
}
