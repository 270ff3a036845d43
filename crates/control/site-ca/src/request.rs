//! Requests for certificates, from strangers.

use rcgen::{
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PublicKeyData as _,
    SubjectPublicKeyInfo,
};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::X509Version;

/// Bytes of a request in DER; one for the largest key that is taken has some 300.
pub const MAX_REQUEST: usize = 4096;

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    #[error("it is longer than {MAX_REQUEST} bytes")]
    TooLong,
    #[error("it is no PKCS #10 request in DER")]
    Unreadable,
    #[error("it asks for extensions; a certificate says only what the site says")]
    Asks,
    #[error("its key is none that is taken; want Ed25519, P-256 or P-384")]
    Key,
    #[error("its signature is not of its key")]
    Signature,
}

/// The key of a request (RFC 2986), whose owner has proved by its signature to have the private half.
///
/// # Errors
/// [`BadRequest`]; a request that asks for anything at all is refused rather than ignored.
pub fn public_key(request: &[u8]) -> Result<SubjectPublicKeyInfo, BadRequest> {
    if request.len() > MAX_REQUEST {
        return Err(BadRequest::TooLong);
    }
    let (rest, read) =
        X509CertificationRequest::from_der(request).map_err(|_| BadRequest::Unreadable)?;
    let info = &read.certification_request_info;
    if !rest.is_empty() || info.version != X509Version::V1 {
        return Err(BadRequest::Unreadable);
    }
    if !info.attributes().is_empty() {
        return Err(BadRequest::Asks);
    }
    let key = SubjectPublicKeyInfo::from_der(info.subject_pki.raw).map_err(|_| BadRequest::Key)?;
    let taken = [
        &PKCS_ED25519,
        &PKCS_ECDSA_P256_SHA256,
        &PKCS_ECDSA_P384_SHA384,
    ];
    if !taken.contains(&key.algorithm()) {
        return Err(BadRequest::Key);
    }
    read.verify_signature().map_err(|_| BadRequest::Signature)?;
    Ok(key)
}
