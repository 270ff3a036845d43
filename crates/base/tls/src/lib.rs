//! Certificates, keys and authorities, and both sides of TLS.
//!
//! What it is: the one place that reads such files ([`certificates`], [`private_key`],
//! [`authorities`]), that says whom a client of other people's servers trusts ([`client`]), and that
//! speaks mutual TLS among our own parts: [`SpiffeId`] names them, [`Peers`] checks who they are,
//! [`Identity`] is what one shows and can be renewed under open connections. What it is not: an
//! authority; it issues nothing but what sites of a mesh show each other, whose keys [`ByKey`] knows. Start reading at [`client`], or at [`Peers`] for our own parts.

mod identity;
mod keys;
mod leaf;
mod mutual;
mod peers;
mod pinned;
mod request;
mod signatures;
mod spiffe;

pub use identity::Identity;
pub use keys::{ByKey, KnowsKey, own_certificate, site_key};
pub use leaf::{Leaf, NotOurs, Usage};
pub use mutual::{mutual_client, mutual_server};
pub use peers::{Admit, MAX_LIFE, Peers, SKEW};
pub use pinned::{Pin, Pinned};
pub use request::Request;
pub use spiffe::{BadId, SpiffeId, Who};

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aurora_clock::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

/// A file does not hold what it should.
#[derive(Debug, thiserror::Error)]
#[error("cannot use `{}`: {detail}", path.display())]
pub struct Error {
    pub path: PathBuf,
    pub detail: String,
}

impl Error {
    fn of(path: &Path, detail: impl ToString) -> Self {
        Self {
            path: path.to_owned(),
            detail: detail.to_string(),
        }
    }
}

/// The certificates of a file, in its order; at least one.
///
/// # Errors
/// When the file cannot be read or holds none.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let read = CertificateDer::pem_file_iter(path).map_err(|error| Error::of(path, error))?;
    let chain: Result<Vec<_>, _> = read.collect();
    let chain = chain.map_err(|error| Error::of(path, error))?;
    if chain.is_empty() {
        return Err(Error::of(path, "it holds none"));
    }
    Ok(chain)
}

/// When a certificate ends, as far as it can be read.
pub fn ends(certificate: &CertificateDer<'_>) -> Option<Timestamp> {
    let (_, read) = X509Certificate::from_der(certificate).ok()?;
    let seconds = read.validity().not_after.timestamp();
    Some(Timestamp::from_millis(seconds.saturating_mul(1000)))
}

/// # Errors
/// When the file cannot be read or holds no key.
pub fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| Error::of(path, error))
}

/// The authorities of a file.
///
/// # Errors
/// As [`certificates`], and when one is not an authority's.
pub fn authorities(path: &Path) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots
            .add(certificate)
            .map_err(|error| Error::of(path, error))?;
    }
    Ok(roots)
}

/// Checks a server by these authorities and the host's name, as clients of the web do; for
/// [`mutual_client`] towards a server that is not one of our own parts.
///
/// # Errors
/// When the file cannot be used.
pub fn by_host(path: &Path) -> Result<Arc<WebPkiServerVerifier>, Error> {
    let roots = Arc::new(authorities(path)?);
    WebPkiServerVerifier::builder_with_provider(roots, mutual::provider())
        .build()
        .map_err(|error| Error::of(path, error))
}

/// What a client shows, and whom it believes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Client<'c> {
    /// Whom it believes; without a file, whom this machine believes.
    pub authorities: Option<&'c Path>,
    /// Its own certificate and key, where a peer asks for one.
    pub certificate: Option<(&'c Path, &'c Path)>,
    /// Names of the protocols that it speaks (RFC 7301), the best first.
    pub protocols: &'c [&'c [u8]],
}

/// A client's settings.
///
/// # Errors
/// When a file cannot be used.
pub fn client(client: Client<'_>) -> Result<Arc<ClientConfig>, Error> {
    let roots = match client.authorities {
        Some(path) => authorities(path)?,
        None => {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            roots
        }
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has suites for every version")
        .with_root_certificates(roots);
    let mut config = match client.certificate {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let (chain, private) = (certificates(certificate)?, private_key(key)?);
            let built = builder.with_client_auth_cert(chain, private);
            built.map_err(|error| Error::of(certificate, error))?
        }
    };
    config.alpn_protocols = client.protocols.iter().map(|name| name.to_vec()).collect();
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn files_are_read_and_what_is_wrong_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let issued = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let (certificate, key) = (folder.path().join("a.crt"), folder.path().join("a.key"));
        std::fs::write(&certificate, issued.cert.pem()).unwrap();
        std::fs::write(&key, issued.signing_key.serialize_pem()).unwrap();
        let made = client(Client {
            authorities: Some(&certificate),
            certificate: Some((&certificate, &key)),
            protocols: &[b"h2"],
        });
        assert_eq!(made.unwrap().alpn_protocols, [b"h2".to_vec()]);
        let empty = folder.path().join("empty");
        std::fs::write(&empty, "").unwrap();
        for (error, text) in [
            (certificates(&empty).unwrap_err(), "it holds none"),
            (private_key(&certificate).unwrap_err(), "a.crt`"),
            (
                authorities(&folder.path().join("absent")).unwrap_err(),
                "absent`",
            ),
        ] {
            assert!(error.to_string().contains(text), "{error}");
        }
    }
}
