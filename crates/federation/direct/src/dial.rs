//! Who dials, and how often.

use std::io::Error;
use std::sync::Arc;
use std::time::Duration;

use aurora_federation_carrier::Peer;
use aurora_ids::Id128;
use aurora_tasks::Shutdown;
use aurora_tls::{ByKey, Identity, mutual_client, site_key};
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tracing::debug;

use crate::links::Links;
use crate::sites::Keys;
use crate::wire::{self, Message};
use crate::{CONNECT, HANDSHAKE, LINK, connection};

/// Between two attempts, at first and at most.
const FIRST: Duration = Duration::from_millis(100);
const MOST: Duration = Duration::from_millis(800);
/// The site with the higher identity gives the other one that long to dial.
const POLITE: Duration = Duration::from_millis(400);

/// Connects to `address`, where one of those keys has to be.
pub async fn connect(
    identity: &Identity,
    address: &str,
    keys: Vec<[u8; 32]>,
    protocol: &[u8],
) -> Result<TlsStream<TcpStream>, Error> {
    let late = |what| Error::new(std::io::ErrorKind::TimedOut, what);
    let tcp = timeout(CONNECT, TcpStream::connect(address)).await;
    let tcp = tcp.map_err(|_| late("nobody answers"))??;
    tcp.set_nodelay(true)?;
    let peers = Arc::new(ByKey::new(Arc::new(Keys(keys))));
    let tls = TlsConnector::from(mutual_client(identity, peers, &[protocol]));
    // Nobody looks at it: the other end is known by its key.
    let name = ServerName::try_from("aurorasoc").expect("it is a name");
    let stream = timeout(HANDSHAKE, tls.connect(name, tcp)).await;
    stream.map_err(|_| late("the other end does not say who it is"))?
}

/// Connects, and waits until the other end says that it knows this site: only then is it a link.
async fn link(
    identity: &Identity,
    address: &str,
    keys: Vec<[u8; 32]>,
) -> Result<TlsStream<TcpStream>, Error> {
    let mut stream = connect(identity, address, keys, LINK).await?;
    match wire::read(&mut stream, HANDSHAKE).await? {
        Message::Ping => Ok(stream),
        Message::Frame(_) => Err(std::io::ErrorKind::InvalidData.into()),
    }
}

/// Keeps a link with a site until the site is not wanted any more.
pub async fn keep(links: Arc<Links>, identity: Identity, peer: Peer, wanted: Shutdown) {
    let Some(address) = &peer.address else {
        return;
    };
    let mut ended = links.ended();
    let mut pause = FIRST;
    let is_polite = links.here() > peer.site;
    while !wanted.is_cancelled() {
        if links.is_linked(peer.site) {
            pause = FIRST;
            tokio::select! {
                () = wanted.cancelled() => return,
                changed = ended.changed() => if changed.is_err() { return },
            }
            continue;
        }
        let wait = spread(pause) + if is_polite { POLITE } else { Duration::ZERO };
        tokio::select! {
            () = wanted.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        if links.is_linked(peer.site) {
            continue;
        }
        let dialled = tokio::select! {
            () = wanted.cancelled() => return,
            dialled = link(&identity, address, peer.keys.clone()) => dialled,
        };
        match dialled {
            Ok(stream) => {
                let stop = wanted.child_token();
                if let Some(line) = links.begin(peer.site, links.here(), stop).await {
                    connection::serve(stream, line, &links).await;
                }
            }
            Err(error) => {
                debug!(site = %peer.site, %error, "a site cannot be dialled");
                pause = (pause * 2).min(MOST);
            }
        }
    }
}

/// Half of it to one and a half: sites that lost each other must not dial in step.
fn spread(pause: Duration) -> Duration {
    let random = u32::from(Id128::random().as_bytes()[0]);
    pause / 2 + pause * random / 255
}

/// The key that the other end has shown.
pub fn shown(certificates: Option<&[CertificateDer<'_>]>) -> Option<[u8; 32]> {
    site_key(certificates?.first()?)
}
