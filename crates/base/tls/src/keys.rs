//! Sites that know each other by key: what one shows, and how the other looks at it.
//!
//! A site's key is listed in a directory that says when it holds, so the certificate around it says
//! nothing: its time is not looked at, and two sites whose clocks are hours apart still meet.

use std::fmt;
use std::sync::Arc;

use rcgen::{
    CertificateParams, DistinguishedName, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ED25519, SanType,
};
use rustls::client::danger::{ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DistinguishedName as Subject, Error as TlsError};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

use crate::signatures::tls13_signatures;
use crate::{Leaf, SpiffeId};

/// Before the 32 bytes of an Ed25519 seed in PKCS #8 (RFC 8410, section 7).
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
/// Object identifier of Ed25519 (RFC 8410, section 3).
const ED25519: &str = "1.3.101.112";

/// Whose key is good.
pub trait KnowsKey: fmt::Debug + Send + Sync {
    fn knows(&self, key: &[u8; 32]) -> bool;
}

/// Believes whoever holds a key that is known. Who that is, is for the caller to look up by
/// [`site_key`].
#[derive(Debug)]
pub struct ByKey {
    known: Arc<dyn KnowsKey>,
    provider: Arc<CryptoProvider>,
}

/// A chain of one certificate and its key, for the Ed25519 key of that seed (RFC 8032, section 5.1.5).
///
/// # Errors
/// When the certificate cannot be made.
pub fn own_certificate(
    seed: &[u8; 32],
    id: &SpiffeId,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), rcgen::Error> {
    let key = PrivatePkcs8KeyDer::from([PKCS8.as_slice(), seed].concat());
    let pair = KeyPair::from_pkcs8_der_and_sign_algo(&key, &PKCS_ED25519)?;
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.subject_alt_names = vec![SanType::URI(id.to_string().try_into()?)];
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    let certificate = params.self_signed(&pair)?.der().clone();
    Ok((vec![certificate], key.into()))
}

/// The Ed25519 key of a certificate of one of our sites.
pub fn site_key(certificate: &CertificateDer<'_>) -> Option<[u8; 32]> {
    Leaf::read(certificate).ok()?;
    let (_, read) = X509Certificate::from_der(certificate).ok()?;
    let key = read.public_key();
    if key.algorithm.algorithm.to_id_string() != ED25519 {
        return None;
    }
    key.subject_public_key.data.as_ref().try_into().ok()
}

impl ByKey {
    pub fn new(known: Arc<dyn KnowsKey>) -> Self {
        Self {
            known,
            provider: crate::mutual::provider(),
        }
    }

    /// Everything of it but its chain, of which there is none, and its time, which says nothing.
    fn check(&self, certificate: &CertificateDer<'_>) -> Result<(), TlsError> {
        let key = site_key(certificate).ok_or(CertificateError::BadEncoding)?;
        match self.known.knows(&key) {
            true => Ok(()),
            false => Err(CertificateError::ApplicationVerificationFailure.into()),
        }
    }
}

impl ServerCertVerifier for ByKey {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        self.check(certificate)?;
        Ok(ServerCertVerified::assertion())
    }

    tls13_signatures!();
}

impl ClientCertVerifier for ByKey {
    fn root_hint_subjects(&self) -> &[Subject] {
        &[]
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, TlsError> {
        self.check(certificate)?;
        Ok(ClientCertVerified::assertion())
    }

    tls13_signatures!();
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_certificate_shows_the_key_of_its_seed() {
        let id = SpiffeId::role("a1", "federation").unwrap();
        let (chain, _) = own_certificate(&[7; 32], &id).unwrap();
        // RFC 8032: the public key of the seed, by an implementation of its own.
        let pair = ring_public(&[7; 32]);
        assert_eq!(site_key(&chain[0]), Some(pair));
        let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        assert_eq!(site_key(other.cert.der()), None);
    }

    fn ring_public(seed: &[u8; 32]) -> [u8; 32] {
        let key = PrivatePkcs8KeyDer::from([PKCS8.as_slice(), seed].concat());
        let pair = KeyPair::from_pkcs8_der_and_sign_algo(&key, &PKCS_ED25519).unwrap();
        pair.public_key_raw().try_into().unwrap()
    }
}
