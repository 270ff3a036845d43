//! The first contact with a site, of which only its authority's hash is known.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use rustls::client::danger::{ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, Error as TlsError, RootCertStore};
use sha2::{Digest as _, Sha256};

use crate::peers::chain;
use crate::signatures::tls13_signatures;
use crate::{Leaf, SpiffeId, Who};

/// The SHA-256 of an authority's certificate in DER; 64 hexadecimal digits in text, as
/// `openssl x509 -fingerprint -sha256` prints without its colons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin([u8; 32]);

/// The text is no [`Pin`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("want 64 hexadecimal digits")]
pub struct BadPin;

impl Pin {
    pub fn of(certificate: &[u8]) -> Self {
        Self(Sha256::digest(certificate).into())
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Pin {
    type Err = BadPin;

    fn from_str(text: &str) -> Result<Self, BadPin> {
        if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(BadPin);
        }
        let mut pin = [0; 32];
        for (place, byte) in pin.iter_mut().enumerate() {
            let digits = text.get(place * 2..place * 2 + 2).ok_or(BadPin)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| BadPin)?;
        }
        Ok(Self(pin))
    }
}

/// Believes the server whose chain holds the authority with this hash, when it shows a role's
/// certificate of that authority.
#[derive(Debug)]
pub struct Pinned {
    pin: Pin,
    role: String,
    provider: Arc<CryptoProvider>,
}

impl Pinned {
    pub fn new(pin: Pin, role: &str) -> Self {
        Self {
            pin,
            role: role.to_owned(),
            provider: crate::mutual::provider(),
        }
    }

    fn is_it(&self, id: &SpiffeId) -> bool {
        matches!(id.who(), Who::Role(name) if *name == self.role)
    }
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let known = |it: &&CertificateDer<'_>| Pin::of(it) == self.pin;
        let authority = intermediates
            .iter()
            .find(known)
            .ok_or(CertificateError::UnknownIssuer)?;
        let mut authorities = RootCertStore::empty();
        authorities.add(authority.clone().into_owned())?;
        let leaf = Leaf::read(certificate).map_err(|_| CertificateError::BadEncoding)?;
        if !self.is_it(&leaf.id) {
            return Err(CertificateError::ApplicationVerificationFailure.into());
        }
        chain(certificate, &leaf, &authorities, &[], now, &self.provider)?;
        Ok(ServerCertVerified::assertion())
    }

    tls13_signatures!();
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_pin_has_one_length_and_is_read_as_written() {
        let pin = Pin::of(b"certificate");
        assert_eq!(pin.to_string().parse::<Pin>().unwrap(), pin);
        for text in ["", "0", &"g".repeat(64), &"0".repeat(63), &"é".repeat(32)] {
            assert_eq!(text.parse::<Pin>(), Err(BadPin), "{text}");
        }
    }
}
