//! Who dials, and how often.

use std::io::Error;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use aurora_federation_carrier::Peer;
use aurora_ids::Id128;
use aurora_tasks::{Shutdown, Tasks};
use aurora_tls::{ByKey, Identity, mutual_client, site_key};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tracing::debug;

use crate::links::Links;
use crate::sites::Keys;
use crate::wire::{self, Message};
use crate::{ATTEMPT, LINK, connection};

/// Before the first attempt, and between one and the next, whether or not it has ended: what is under way when
/// a way opens may be waiting for its next packet.
const FIRST: Duration = Duration::from_millis(100);
const STEP: Duration = Duration::from_millis(600);
/// Attempts that are under way at once.
const ATTEMPTS: usize = 16;
/// The site with the higher identity gives the other one that long to dial.
const POLITE: Duration = Duration::from_millis(400);

/// Connects to `address`, where one of those keys has to be. It takes as long as the network does.
pub async fn connect(
    identity: &Identity,
    address: &str,
    keys: Vec<[u8; 32]>,
    protocol: &[u8],
) -> Result<TlsStream<TcpStream>, Error> {
    let tcp = TcpStream::connect(address).await?;
    tcp.set_nodelay(true)?;
    let peers = Arc::new(ByKey::new(Arc::new(Keys(keys))));
    let tls = TlsConnector::from(mutual_client(identity, peers, &[protocol]));
    // Nobody looks at it: the other end is known by its key.
    let name = ServerName::try_from("aurorasoc").expect("it is a name");
    tls.connect(name, tcp).await
}

/// Connects, and waits until the other end says that it knows this site: only then is it a link.
async fn link(
    identity: &Identity,
    address: &str,
    keys: Vec<[u8; 32]>,
) -> Result<TlsStream<TcpStream>, Error> {
    let mut stream = connect(identity, address, keys, LINK).await?;
    match wire::read(&mut stream, ATTEMPT).await? {
        Message::Ping => Ok(stream),
        Message::Frame(_) => Err(std::io::ErrorKind::InvalidData.into()),
    }
}

/// Keeps a link with a site, for good.
pub async fn keep(
    links: &Arc<Links>,
    identity: &Identity,
    peer: &Peer,
    wanted: &Shutdown,
    tasks: &Tasks,
) {
    let is_polite = links.here() > peer.site;
    loop {
        links.wanting(peer.site).await;
        sleep(spread(FIRST) + if is_polite { POLITE } else { Duration::ZERO }).await;
        let Some(stream) = race(links, identity, peer).await else {
            continue;
        };
        let (links, stop) = (Arc::clone(links), wanted.child_token());
        if let Some(line) = links.begin(peer.site, links.here(), stop).await {
            // A link that goes still is dialled beside.
            tasks.spawn("federation-link", async move {
                connection::serve(stream, line, &links).await;
                Ok::<_, Error>(())
            });
        }
    }
}

/// Dials until one attempt is through; `None` when the other site was there first.
async fn race(links: &Links, identity: &Identity, peer: &Peer) -> Option<TlsStream<TcpStream>> {
    let address = peer.address.as_deref()?;
    let mut attempts = FuturesUnordered::new();
    let mut next = pin!(sleep(Duration::ZERO));
    loop {
        tokio::select! {
            Some(dialled) = attempts.next() => match dialled {
                Ok(Ok(stream)) => return Some(stream),
                Ok(Err(error)) => debug!(site = %peer.site, %error, "a site cannot be dialled"),
                Err(_) => debug!(site = %peer.site, "a site does not answer"),
            },
            () = &mut next => {
                // What is under way may already count at the other end: it is not dropped.
                let is_well = links.is_well(peer.site);
                if is_well && attempts.is_empty() {
                    return None;
                }
                if !is_well && attempts.len() < ATTEMPTS {
                    attempts.push(timeout(ATTEMPT, link(identity, address, peer.keys.clone())));
                }
                next.as_mut().reset(Instant::now() + spread(STEP));
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
