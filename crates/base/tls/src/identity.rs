//! What one of our own parts shows to others.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// A certificate and its key that can be renewed: connections that are open stay as they are, and the
/// next handshake shows the new one. Cheap to clone; clones are renewed together.
#[derive(Clone, Default)]
pub struct Identity(Arc<RwLock<Option<Arc<CertifiedKey>>>>);

impl Identity {
    /// Shows nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on it shows this chain, its own certificate first.
    ///
    /// # Errors
    /// When the key cannot be used, or is not the certificate's; then what was shown stays.
    pub fn renew(
        &self,
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<(), rustls::Error> {
        let certified = CertifiedKey::from_der(chain, key, &crate::mutual::provider())?;
        let mut shown = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *shown = Some(Arc::new(certified));
        Ok(())
    }

    /// The certificate that is shown now.
    pub fn certificate(&self) -> Option<CertificateDer<'static>> {
        self.shown()?.cert.first().cloned()
    }

    fn shown(&self) -> Option<Arc<CertifiedKey>> {
        let shown = self.0.read().unwrap_or_else(PoisonError::into_inner);
        shown.clone()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Identity {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.shown()
    }
}

impl ResolvesClientCert for Identity {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.shown()
    }

    fn has_certs(&self) -> bool {
        self.shown().is_some()
    }
}
