use aurora_audit::{Error, KeyKind, VerifierKey, checkpoint};
use aurora_model::Scope;
use aurora_secrets::{Keyring, Purpose, Secret, Signer};

/// What the log of one scope is signed and blinded with.
#[derive(Clone, Debug)]
pub struct Keys {
    pub(crate) origin: String,
    pub(crate) signer: Signer,
    blinding: Secret<[u8; 32]>,
}

impl Keys {
    /// The site's own; each scope has its blinding.
    pub fn of(keyring: &Keyring, scope: &Scope) -> Self {
        let origin = checkpoint::origin(scope);
        Self {
            signer: keyring.signer_of(Purpose::AuditLog),
            blinding: keyring.named(Purpose::AuditBlinding, &origin),
            origin,
        }
    }

    /// What others verify the log with.
    ///
    /// # Errors
    /// Never for the origin of a scope, which has no spaces.
    pub fn verifier(&self) -> Result<VerifierKey, Error> {
        VerifierKey::new(&self.origin, KeyKind::Ed25519, self.signer.public_key())
    }

    /// The same each time, so that a log can be derived again.
    pub(crate) fn blinding(&self, seq: u64) -> [u8; 32] {
        *blake3::keyed_hash(self.blinding.expose(), &seq.to_le_bytes()).as_bytes()
    }
}
