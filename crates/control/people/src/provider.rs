//! The port of another provider of identities. Its adapter speaks OpenID Connect.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// Somebody else who vouches for people.
#[async_trait]
pub trait Provider: Send + Sync + std::fmt::Debug {
    /// What the button on the login page says.
    fn label(&self) -> &str;

    /// Where a person goes to prove who they are; `redirect` is where they come back.
    ///
    /// # Errors
    /// When the provider does not answer.
    async fn depart(&self, redirect: &str) -> Result<Departure, ProviderError>;

    /// What the provider says of the person who came back with `code`.
    ///
    /// # Errors
    /// [`ProviderError::Refused`] when anything about the answer is not as it must be.
    async fn arrive(
        &self,
        redirect: &str,
        asked: &Asked,
        code: &str,
    ) -> Result<Claims, ProviderError>;
}

/// What is kept while somebody is away: all of it secret.
#[derive(Clone, Serialize, Deserialize)]
pub struct Asked {
    /// What must come back with them.
    pub state: String,
    /// What the provider must have put under its signature.
    pub nonce: String,
    /// What proves to the provider that the code comes from who asked (PKCE, RFC 7636).
    pub verifier: String,
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Asked")
    }
}

#[derive(Clone, Debug)]
pub struct Departure {
    pub url: String,
    pub asked: Asked,
}

/// What a provider says of a person, verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    pub issuer: String,
    /// Never given to anybody else by that issuer.
    pub subject: String,
    /// What the person would like to be called; anybody may have chosen it.
    pub preferred_name: Option<String>,
    pub display_name: Option<String>,
    pub groups: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The answer is not one that may be believed.
    #[error("the provider's answer is not taken: {0}")]
    Refused(String),
    #[error("the provider cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
