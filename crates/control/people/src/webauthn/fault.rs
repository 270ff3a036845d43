/// Why a passkey's proof is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the client data cannot be read")]
    ClientData,
    #[error("it was made for another ceremony")]
    Ceremony,
    #[error("it was made for another challenge")]
    Challenge,
    #[error("it was made for another origin")]
    Origin,
    /// The page stood in a frame of another site.
    #[error("it was made within a page of another origin")]
    Framed,
    #[error("the authenticator's data cannot be read")]
    AuthenticatorData,
    #[error("it was made for another relying party")]
    RelyingParty,
    #[error("nobody was there")]
    NotPresent,
    #[error("nobody was verified")]
    NotVerified,
    #[error("the backup flags contradict one another")]
    Backup,
    #[error("it holds no credential")]
    NoCredential,
    #[error("the key is of a kind that is not taken; want ES256, EdDSA or RS256")]
    Key,
    #[error("the attestation is of a kind that was not asked for")]
    Attestation,
    #[error("the signature does not fit")]
    Signature,
}
