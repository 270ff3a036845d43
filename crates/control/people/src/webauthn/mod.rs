//! The relying party's side of WebAuthn (Level 3, sections 7.1 and 7.2), as values: what a browser
//! sent goes in, what is certain of it comes out. No store, no clock, no randomness.
//!
//! Attestation is not asked for, so nothing is said about the make of an authenticator: a statement
//! that came all the same must be `none` or the credential's own (`packed` without certificates).

mod authenticator;
mod client;
mod fault;
mod key;

pub use authenticator::{Flags, Made};
pub use fault::Fault;
pub use key::PublicKey;

use authenticator::AuthenticatorData;
use ring::digest;

/// What a proof must have been made for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'w> {
    pub challenge: &'w [u8],
    /// The origin that the caller has found to be ours.
    pub origin: &'w str,
    pub relying_party: &'w str,
}

/// What a browser sends when it has made a passkey.
#[derive(Clone, Copy, Debug)]
pub struct Attestation<'a> {
    pub client_data: &'a [u8],
    pub object: &'a [u8],
}

/// What a browser sends when a passkey has signed.
#[derive(Clone, Copy, Debug)]
pub struct Assertion<'a> {
    pub client_data: &'a [u8],
    pub authenticator_data: &'a [u8],
    pub signature: &'a [u8],
}

/// A passkey has signed what was wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed {
    /// 0 for authenticators that do not count.
    pub count: u32,
    pub flags: Flags,
}

/// The challenge and origin that a browser claims; nothing is proved by that.
///
/// # Errors
/// [`Fault::ClientData`].
pub fn claimed(client_data: &[u8]) -> Result<(Vec<u8>, String), Fault> {
    let data = client::ClientData::read(client_data)?;
    Ok((data.challenge()?, data.origin))
}

/// Takes a passkey that was made for `wanted` by somebody who was there and verified.
///
/// # Errors
/// What does not fit.
pub fn register(wanted: Wanted<'_>, sent: Attestation<'_>) -> Result<Made, Fault> {
    client::ClientData::read(sent.client_data)?.check("webauthn.create", wanted)?;
    let object = authenticator::Object::read(sent.object)?;
    let data = AuthenticatorData::read(&object.authenticator_data)?;
    data.check(wanted)?;
    let made = data.made.ok_or(Fault::NoCredential)?;
    object
        .statement
        .check(&made.key, &object.authenticator_data, sent.client_data)?;
    Ok(made)
}

/// Takes the signature of a passkey whose key is known. The caller compares counts.
///
/// # Errors
/// What does not fit.
pub fn assert(wanted: Wanted<'_>, key: &PublicKey, sent: Assertion<'_>) -> Result<Signed, Fault> {
    client::ClientData::read(sent.client_data)?.check("webauthn.get", wanted)?;
    let data = AuthenticatorData::read(sent.authenticator_data)?;
    data.check(wanted)?;
    key.verify(
        &signed(sent.authenticator_data, sent.client_data),
        sent.signature,
    )?;
    Ok(Signed {
        count: data.count,
        flags: data.flags,
    })
}

/// What a signature is over: the authenticator's data and the hash of the client's.
fn signed(authenticator_data: &[u8], client_data: &[u8]) -> Vec<u8> {
    let hash = digest::digest(&digest::SHA256, client_data);
    [authenticator_data, hash.as_ref()].concat()
}
