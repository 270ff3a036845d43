//! A new key and the request for its certificate.

use rcgen::{CertificateParams, DistinguishedName, KeyPair, PKCS_ED25519};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// An Ed25519 key that was made here and stays here, and a PKCS #10 request (RFC 2986) signed with it,
/// which proves who has the key and asks for nothing: what the certificate says is the authority's.
#[derive(Debug)]
pub struct Request {
    pub key: PrivateKeyDer<'static>,
    /// In DER.
    pub request: Vec<u8>,
}

impl Request {
    /// # Errors
    /// When the system gives no random numbers.
    pub fn new() -> Result<Self, rcgen::Error> {
        let pair = KeyPair::generate_for(&PKCS_ED25519)?;
        let mut asked = CertificateParams::default();
        asked.distinguished_name = DistinguishedName::new();
        let request = asked.serialize_request(&pair)?.der().to_vec();
        Ok(Self {
            key: PrivatePkcs8KeyDer::from(pair.serialize_der()).into(),
            request,
        })
    }
}
