//! Who may speak with one of our own parts.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aurora_clock::Timestamp;
use rustls::client::danger::{ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ParsedCertificate, VerifierBuilderError, WebPkiClientVerifier};
use rustls::{CertificateError, DistinguishedName, Error as TlsError, RootCertStore};

use crate::signatures::tls13_signatures;
use crate::{Leaf, NotOurs, SpiffeId};

/// How far two of our machines' clocks may be apart.
pub const SKEW: Duration = Duration::from_secs(300);
/// No certificate of ours lives longer, the skew on both ends apart.
pub const MAX_LIFE: Duration = Duration::from_secs(24 * 3600);

/// Whose certificate is good, beyond being whole and in time.
pub trait Admit: fmt::Debug + Send + Sync {
    fn admits(&self, id: &SpiffeId) -> bool;
}

/// Checks the other end by its SPIFFE id, not by the host's name: a certificate of our authority, of the
/// site, in time, for the side it is on, and admitted.
#[derive(Debug)]
pub struct Peers {
    site: String,
    authorities: Arc<RootCertStore>,
    clients: Arc<dyn ClientCertVerifier>,
    provider: Arc<CryptoProvider>,
    admit: Arc<dyn Admit>,
    may_be_nobody: bool,
}

impl Peers {
    /// Peers of the site, by what its authorities say.
    ///
    /// # Errors
    /// When there are no authorities.
    pub fn new(
        site: &str,
        authorities: RootCertStore,
        admit: Arc<dyn Admit>,
    ) -> Result<Self, VerifierBuilderError> {
        let (authorities, provider) = (Arc::new(authorities), crate::mutual::provider());
        let clients =
            WebPkiClientVerifier::builder_with_provider(authorities.clone(), provider.clone())
                .build()?;
        Ok(Self {
            site: site.to_owned(),
            authorities,
            clients,
            provider,
            admit,
            may_be_nobody: false,
        })
    }

    /// Clients without a certificate are let in; what they may do is the server's business.
    #[must_use]
    pub fn or_nobody(mut self) -> Self {
        self.may_be_nobody = true;
        self
    }

    /// Reads a certificate and checks all but its chain.
    fn leaf(&self, certificate: &CertificateDer<'_>) -> Result<Leaf, TlsError> {
        let leaf = Leaf::read(certificate).map_err(refused)?;
        if leaf.id.site() != self.site || !self.admit.admits(&leaf.id) {
            return Err(CertificateError::ApplicationVerificationFailure.into());
        }
        if leaf.not_after.since(leaf.not_before) > MAX_LIFE + SKEW * 2 {
            return Err(CertificateError::ApplicationVerificationFailure.into());
        }
        Ok(leaf)
    }
}

fn refused(why: NotOurs) -> TlsError {
    match why {
        NotOurs::Unreadable | NotOurs::Trailing => CertificateError::BadEncoding.into(),
        NotOurs::ExtendedKeyUsage | NotOurs::KeyUsage => CertificateError::InvalidPurpose.into(),
        _ => CertificateError::ApplicationVerificationFailure.into(),
    }
}

/// The time for which a certificate is checked: now, or its nearer end when that is within the skew.
pub(crate) fn tolerant(now: UnixTime, leaf: &Leaf) -> UnixTime {
    let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX / 1000);
    let clock = Timestamp::from_millis(seconds.saturating_mul(1000));
    let (from, until) = (leaf.not_before, leaf.not_after);
    let nearest = match clock {
        early if early < from && from.since(early) <= SKEW => from,
        late if late > until && late.since(until) <= SKEW => until,
        within => within,
    };
    let seconds = u64::try_from(nearest.as_millis() / 1000).unwrap_or(0);
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

/// Checks a server's chain against authorities; [`crate::Pinned`] has one that it found by its hash.
pub(crate) fn chain(
    certificate: &CertificateDer<'_>,
    leaf: &Leaf,
    authorities: &RootCertStore,
    intermediates: &[CertificateDer<'_>],
    now: UnixTime,
    provider: &CryptoProvider,
) -> Result<(), TlsError> {
    if !leaf.usage.server {
        return Err(CertificateError::InvalidPurpose.into());
    }
    let parsed = ParsedCertificate::try_from(certificate)?;
    let algorithms = provider.signature_verification_algorithms.all;
    let at = tolerant(now, leaf);
    verify_server_cert_signed_by_trust_anchor(&parsed, authorities, intermediates, at, algorithms)
}

impl ServerCertVerifier for Peers {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let leaf = self.leaf(certificate)?;
        chain(
            certificate,
            &leaf,
            &self.authorities,
            intermediates,
            now,
            &self.provider,
        )?;
        Ok(ServerCertVerified::assertion())
    }

    tls13_signatures!();
}

impl ClientCertVerifier for Peers {
    fn client_auth_mandatory(&self) -> bool {
        !self.may_be_nobody
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, TlsError> {
        let leaf = self.leaf(certificate)?;
        if !leaf.usage.client {
            return Err(CertificateError::InvalidPurpose.into());
        }
        let at = tolerant(now, &leaf);
        self.clients
            .verify_client_cert(certificate, intermediates, at)
    }

    tls13_signatures!();
}
