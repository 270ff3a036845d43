//! A listener's certificate.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::WebPkiClientVerifier;
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
        let unread = |error: aurora_tls::Error| failed(&error.path, error.detail.clone());
        let chain = aurora_tls::certificates(certificate).map_err(unread)?;
        let key = self
            .key
            .as_ref()
            .ok_or_else(|| failed(certificate, "its `key` is not named".to_owned()))?;
        let private = aurora_tls::private_key(key).map_err(unread)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|e| failed(certificate, e.to_string()))?;
        let builder = match &self.client_authorities {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let roots = aurora_tls::authorities(path).map_err(unread)?;
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
