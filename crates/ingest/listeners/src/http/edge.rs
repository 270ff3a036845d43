//! Hosts that show a certificate of the site's authority.

use std::sync::Arc;

use aurora_clock::Timestamp;
use aurora_model::SourceName;
use aurora_tls::{Leaf, SKEW};
use axum::Router;
use rustls::{ServerConfig, ServerConnection};
use tokio::sync::watch;

use crate::SourceToken;

/// Who may push without a token. The control plane knows.
pub trait EdgePeers: std::fmt::Debug + Send + Sync {
    /// Whose records the host may push; none when it may not, or not any more.
    fn source(&self, leaf: &Leaf) -> Option<SourceName>;

    /// Changes whenever somebody may not push any more.
    fn denials(&self) -> watch::Receiver<u64>;
}

/// What a listener for hosts has.
#[derive(Clone, Debug)]
pub struct Edge {
    /// Asks peers for certificates, and has checked them when a connection is there.
    pub tls: Arc<ServerConfig>,
    pub peers: Arc<dyn EdgePeers>,
    /// What else is served there, such as enrolling. The peer's [`Leaf`] is among a request's extensions.
    pub beside: Router,
}

/// The certificate that the peer showed; the handshake has checked it.
pub(super) fn shown(connection: &ServerConnection) -> Option<Leaf> {
    let certificate = connection.peer_certificates()?.first()?;
    Leaf::read(certificate).ok()
}

/// The host as a source: its id stands for that of a token.
pub(super) fn sender(peers: &dyn EdgePeers, leaf: &Leaf) -> Option<SourceToken> {
    let edge = leaf.id.who().as_edge()?;
    Some(SourceToken {
        id: edge.to_owned(),
        name: peers.source(leaf)?,
        label: String::new(),
        created_by: String::new(),
        token_hash: String::new(),
        created_at: leaf.not_before,
        revoked_at: None,
    })
}

/// Resolves when the certificate has ended, or its owner may not push any more.
pub(super) async fn ended(peers: &dyn EdgePeers, leaf: &Leaf, now: Timestamp) {
    let mut denials = peers.denials();
    let end = tokio::time::sleep(leaf.not_after.plus(SKEW).since(now));
    let denied = async {
        loop {
            denials.mark_unchanged();
            // A part of the site that shows its certificate here pushes nothing, and may stay.
            if leaf.id.who().as_edge().is_some() && peers.source(leaf).is_none() {
                return;
            }
            if denials.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = end => {}
        () = denied => {}
    }
}
