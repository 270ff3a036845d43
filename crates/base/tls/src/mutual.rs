//! Both sides of TLS among our own parts: version 1.3, no session taken up again.
//!
//! A session that is taken up again is not verified again, so a certificate that has ended or was
//! denied meanwhile would go on opening connections.

use std::sync::Arc;

use rustls::client::Resumption;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::ClientCertVerifier;
use rustls::version::TLS13;
use rustls::{ClientConfig, ServerConfig};

use crate::Identity;

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn named(protocols: &[&[u8]]) -> Vec<Vec<u8>> {
    protocols.iter().map(|name| name.to_vec()).collect()
}

/// Serves as `identity` to whom `peers` admits: [`crate::Peers`] of one site, or [`crate::ByKey`] of a
/// mesh. `protocols` are offered, the best first (RFC 7301).
pub fn mutual_server(
    identity: &Identity,
    peers: Arc<dyn ClientCertVerifier>,
    protocols: &[&[u8]],
) -> Arc<ServerConfig> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])
        .expect("the provider has suites for TLS 1.3")
        .with_client_cert_verifier(peers)
        .with_cert_resolver(Arc::new(identity.clone()));
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.alpn_protocols = named(protocols);
    Arc::new(config)
}

/// Shows `identity` to servers that `peers` believes: [`crate::Peers`], or [`crate::Pinned`] before there is
/// an authority to believe.
pub fn mutual_client(
    identity: &Identity,
    peers: Arc<dyn ServerCertVerifier>,
    protocols: &[&[u8]],
) -> Arc<ClientConfig> {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])
        .expect("the provider has suites for TLS 1.3")
        .dangerous()
        .with_custom_certificate_verifier(peers)
        .with_client_cert_resolver(Arc::new(identity.clone()));
    config.resumption = Resumption::disabled();
    config.alpn_protocols = named(protocols);
    Arc::new(config)
}
