use std::fmt;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::Secret;

/// Signs with a site's Ed25519 key (RFC 8032).
#[derive(Clone)]
pub struct Signer(SigningKey);

/// The signature is not of this key over these bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not fit the message and the key")]
pub struct BadSignature;

impl Signer {
    /// The key with this seed (RFC 8032, section 5.1.5). A site's own come from its
    /// [`crate::Keyring`].
    pub fn from_seed(seed: &Secret<[u8; 32]>) -> Self {
        Self(SigningKey::from_bytes(seed.expose()))
    }

    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// What others verify with: 32 bytes, not secret.
    pub fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }
}

/// Strict: a signature has one form only, and weak keys are refused.
///
/// # Errors
/// [`BadSignature`], also when the key is no key.
pub fn verify(
    public_key: &[u8; 32],
    message: &[u8],
    signature: &[u8; 64],
) -> Result<(), BadSignature> {
    let key = VerifyingKey::from_bytes(public_key).map_err(|_| BadSignature)?;
    let signature = Signature::from_bytes(signature);
    key.verify_strict(message, &signature)
        .map_err(|_| BadSignature)
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").finish_non_exhaustive()
    }
}
