//! A certificate of one of our own parts, read strictly.

use aurora_clock::Timestamp;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::X509Version;

use crate::SpiffeId;

/// `digitalSignature` and nothing else (RFC 5280, section 4.2.1.3; the parser has bit 0 first).
const SIGN_ONLY: u16 = 1;

/// What our authority says of the holder of a key. Nothing about whether it said so: that is for
/// [`crate::Peers`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    pub id: SpiffeId,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    /// Hexadecimal.
    pub serial: String,
    pub usage: Usage,
}

/// On which side of a connection a certificate may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    pub client: bool,
    pub server: bool,
}

/// A certificate that our authority does not make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOurs {
    #[error("it is no certificate")]
    Unreadable,
    #[error("something follows the certificate")]
    Trailing,
    #[error("it is not of version 3")]
    Version,
    #[error("it has not exactly one name, a SPIFFE id")]
    Name,
    #[error("it is an authority's")]
    Authority,
    #[error("its key may do more or other than sign")]
    KeyUsage,
    #[error("it is for more or other than TLS")]
    ExtendedKeyUsage,
    #[error("its end is before its beginning")]
    Life,
}

impl Leaf {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// [`NotOurs`], also where RFC 5280 or X509-SVID would let it pass.
    pub fn read(der: &[u8]) -> Result<Self, NotOurs> {
        let (rest, certificate) =
            X509Certificate::from_der(der).map_err(|_| NotOurs::Unreadable)?;
        if !rest.is_empty() {
            return Err(NotOurs::Trailing);
        }
        if certificate.version() != X509Version::V3 {
            return Err(NotOurs::Version);
        }
        only_signs(&certificate)?;
        let (not_before, not_after) = life(&certificate)?;
        Ok(Self {
            id: name(&certificate)?,
            not_before,
            not_after,
            serial: certificate.raw_serial_as_string().replace(':', ""),
            usage: usage(&certificate)?,
        })
    }
}

fn name(certificate: &X509Certificate<'_>) -> Result<SpiffeId, NotOurs> {
    let names = certificate.subject_alternative_name();
    let names = names.map_err(|_| NotOurs::Name)?.ok_or(NotOurs::Name)?;
    let [GeneralName::URI(uri)] = names.value.general_names.as_slice() else {
        return Err(NotOurs::Name);
    };
    uri.parse().map_err(|_| NotOurs::Name)
}

fn only_signs(certificate: &X509Certificate<'_>) -> Result<(), NotOurs> {
    let basic = certificate.basic_constraints();
    if basic
        .map_err(|_| NotOurs::Authority)?
        .is_some_and(|basic| basic.value.ca)
    {
        return Err(NotOurs::Authority);
    }
    let usage = certificate.key_usage().map_err(|_| NotOurs::KeyUsage)?;
    match usage {
        Some(usage) if usage.value.flags == SIGN_ONLY => Ok(()),
        _ => Err(NotOurs::KeyUsage),
    }
}

fn usage(certificate: &X509Certificate<'_>) -> Result<Usage, NotOurs> {
    let usage = certificate.extended_key_usage();
    let usage = usage
        .map_err(|_| NotOurs::ExtendedKeyUsage)?
        .ok_or(NotOurs::ExtendedKeyUsage)?
        .value;
    let other = usage.any
        || usage.code_signing
        || usage.email_protection
        || usage.time_stamping
        || usage.ocsp_signing
        || !usage.other.is_empty();
    if other || !(usage.client_auth || usage.server_auth) {
        return Err(NotOurs::ExtendedKeyUsage);
    }
    Ok(Usage {
        client: usage.client_auth,
        server: usage.server_auth,
    })
}

fn life(certificate: &X509Certificate<'_>) -> Result<(Timestamp, Timestamp), NotOurs> {
    let validity = certificate.validity();
    let at = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1000));
    let (from, until) = (
        at(validity.not_before.timestamp()),
        at(validity.not_after.timestamp()),
    );
    if from >= until {
        return Err(NotOurs::Life);
    }
    Ok((from, until))
}
