//! A listener's certificate.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio_rustls::TlsAcceptor;

use crate::Error;

/// Names of protocols (RFC 7301) that a listener may offer.
pub(crate) const HTTP1: &[u8] = b"http/1.1";
pub(crate) const HTTP2: &[u8] = b"h2";

/// Files in PEM form that a listener proves itself with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Tls {
    /// File with the certificate and those that lead to its authority; without one there is no TLS.
    #[schemars(with = "String")]
    pub certificate: Option<PathBuf>,
    /// File with the certificate's private key.
    #[schemars(with = "String")]
    pub key: Option<PathBuf>,
    /// File with the authorities whose certificates peers must show; without one none is asked for.
    #[schemars(with = "String")]
    pub client_authorities: Option<PathBuf>,
}

impl Tls {
    /// `None` when no certificate is named. `protocols` are offered, the best first.
    ///
    /// # Errors
    /// [`Error::Certificate`] when a file cannot be used.
    pub(crate) fn acceptor(
        &self,
        listener: &'static str,
        protocols: &[&[u8]],
    ) -> Result<Option<TlsAcceptor>, Error> {
        let Some(certificate) = &self.certificate else {
            return Ok(None);
        };
        let failed = |path: &Path, detail: String| Error::Certificate {
            listener,
            path: path.to_owned(),
            detail,
        };
        let chain = certificates(certificate).map_err(|e| failed(certificate, e))?;
        let key = self
            .key
            .as_ref()
            .ok_or_else(|| failed(certificate, "its `key` is not named".to_owned()))?;
        let private = PrivateKeyDer::from_pem_file(key).map_err(|e| failed(key, e.to_string()))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|e| failed(certificate, e.to_string()))?;
        let builder = match &self.client_authorities {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let roots = authorities(path).map_err(|e| failed(path, e))?;
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                        .build()
                        .map_err(|e| failed(path, e.to_string()))?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let mut config = builder
            .with_single_cert(chain, private)
            .map_err(|e| failed(certificate, e.to_string()))?;
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        Ok(Some(TlsAcceptor::from(Arc::new(config))))
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(path).map_err(|error| error.to_string())?;
    let chain: Result<Vec<_>, _> = read.collect();
    let chain = chain.map_err(|error| error.to_string())?;
    if chain.is_empty() {
        return Err("it holds none".to_owned());
    }
    Ok(chain)
}

fn authorities(path: &Path) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    Ok(roots)
}
