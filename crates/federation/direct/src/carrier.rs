use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aurora_federation_carrier::{
    Carrier, Door, Event, Events, Figures, Listening, MAX_FRAME_BYTES, Peer, Sent, events,
};
use aurora_model::SiteId;
use aurora_secrets::Secret;
use aurora_tasks::{Shutdown, Tasks};
use aurora_tls::{ByKey, Identity, SpiffeId, mutual_server, own_certificate};
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::links::Links;
use crate::listen::Listener;
use crate::sites::{Anybody, Sites};
use crate::{DOOR, Error, LINK, dial};

/// Events that wait for the site.
const ROOM: usize = 256;
/// Between two attempts at an address that is taken.
const AGAIN: std::time::Duration = std::time::Duration::from_secs(2);
/// In the names of sites' certificates.
const ROLE: &str = "federation";

/// As whom a site links, and where.
#[derive(Clone, Debug)]
pub struct Options {
    pub site: SiteId,
    /// Of the site's key among sites (RFC 8032, section 5.1.5).
    pub seed: Secret<[u8; 32]>,
    /// Where others may dial it.
    pub listen: Option<SocketAddr>,
}

/// Links with other sites over mutual TLS.
#[derive(Debug)]
pub struct Direct {
    site: SiteId,
    links: Arc<Links>,
    sites: Arc<Sites>,
    identity: Identity,
    tasks: Tasks,
    events: Events,
    listening: watch::Sender<Listening>,
    /// What is dialled, and what ends that.
    dialled: Mutex<HashMap<SiteId, (Peer, Shutdown)>>,
    stop: Shutdown,
}

/// Listens, or says why not.
async fn bind(address: SocketAddr, told: &watch::Sender<Listening>) -> Option<TcpListener> {
    let bound = TcpListener::bind(address).await;
    let bound = bound.and_then(|socket| Ok((socket.local_addr()?, socket)));
    match bound {
        Ok((address, socket)) => {
            told.send_replace(Listening::At(address));
            Some(socket)
        }
        Err(source) => {
            let failed = Error::Bind { address, source };
            let problem = aurora_tasks::chain(&failed);
            if !matches!(*told.borrow(), Listening::Failing(_)) {
                tracing::error!(
                    problem,
                    "other sites cannot dial this one; it is tried again"
                );
            }
            told.send_replace(Listening::Failing(problem));
            None
        }
    }
}

/// What the site shows.
pub(crate) fn identity(options: &Options) -> Result<Identity, Error> {
    let identity = Identity::new();
    show(&identity, options.site, &options.seed)?;
    Ok(identity)
}

/// From now on the site shows the key of that seed.
pub(crate) fn show(
    identity: &Identity,
    site: SiteId,
    seed: &Secret<[u8; 32]>,
) -> Result<(), Error> {
    let id = SpiffeId::role(&site.to_string(), ROLE)?;
    let (chain, key) = own_certificate(seed.expose(), &id)?;
    identity.renew(chain, key)?;
    Ok(())
}

/// The same, for those who can do nothing about it: what was shown stays.
pub(crate) fn renew(identity: &Identity, site: SiteId, seed: &Secret<[u8; 32]>) {
    if let Err(error) = show(identity, site, seed) {
        tracing::error!(%error, "the site goes on showing its former key");
    }
}

impl Direct {
    /// Listens, when it is to, and answers strangers at the door. It dials nobody before
    /// [`Carrier::set_peers`]. An address that is taken is tried again, and what others dial meanwhile is
    /// not this site: [`Direct::listening`] says so.
    ///
    /// # Errors
    /// When the site's certificate cannot be made.
    pub async fn start(
        options: &Options,
        door: Option<Arc<dyn Door>>,
        tasks: &Tasks,
    ) -> Result<Self, Error> {
        let identity = identity(options)?;
        let (inbox, events) = events(ROOM);
        let links = Arc::new(Links::new(options.site, inbox));
        let sites = Arc::new(Sites::default());
        let stop = tasks.shutdown().child_token();
        let direct = Self {
            site: options.site,
            links,
            sites,
            identity,
            tasks: tasks.clone(),
            events,
            listening: watch::Sender::default(),
            dialled: Mutex::default(),
            stop,
        };
        if let Some(address) = options.listen {
            direct.listen(address, door).await;
        }
        Ok(direct)
    }

    async fn listen(&self, address: SocketAddr, door: Option<Arc<dyn Door>>) {
        let peers = Arc::new(ByKey::new(Arc::new(Anybody)));
        let listener = Listener {
            links: Arc::clone(&self.links),
            sites: Arc::clone(&self.sites),
            tls: mutual_server(&self.identity, peers, &[LINK, DOOR]),
            door,
            tasks: self.tasks.clone(),
            stop: self.stop.clone(),
        };
        let (listening, stop) = (self.listening.clone(), self.stop.clone());
        let mut socket = bind(address, &listening).await;
        self.tasks.spawn("federation-listen", async move {
            let socket = loop {
                if let Some(socket) = socket {
                    break socket;
                }
                tokio::select! {
                    () = stop.cancelled() => return Ok(()),
                    () = tokio::time::sleep(AGAIN) => {}
                }
                socket = bind(address, &listening).await;
            };
            listener.run(socket).await;
            Ok::<_, std::io::Error>(())
        });
    }

    /// Where it listens now.
    pub fn address(&self) -> Option<SocketAddr> {
        match *self.listening.borrow() {
            Listening::At(address) => Some(address),
            Listening::Nowhere | Listening::Failing(_) => None,
        }
    }

    /// The same, as it changes.
    pub fn listening(&self) -> watch::Receiver<Listening> {
        self.listening.subscribe()
    }

    fn dial(&self, peer: &Peer) -> Shutdown {
        let wanted = self.stop.child_token();
        if peer.near && peer.address.is_some() {
            let (links, identity) = (Arc::clone(&self.links), self.identity.clone());
            let (peer, wanted, tasks) = (peer.clone(), wanted.clone(), self.tasks.clone());
            self.tasks.spawn("federation-dial", async move {
                tokio::select! {
                    () = wanted.cancelled() => {}
                    () = dial::keep(&links, &identity, &peer, &wanted, &tasks) => {}
                }
                Ok::<_, std::io::Error>(())
            });
        }
        wanted
    }
}

#[async_trait]
impl Carrier for Direct {
    fn name(&self) -> &'static str {
        "direct"
    }

    fn set_peers(&self, peers: &[Peer]) {
        if self.stop.is_cancelled() {
            return;
        }
        self.sites.replace(peers);
        let sites: Vec<SiteId> = peers.iter().map(|peer| peer.site).collect();
        self.links.keep(&sites);
        let mut dialled = self.dialled.lock().unwrap_or_else(PoisonError::into_inner);
        dialled.retain(|_, (known, wanted)| {
            let stays = peers.contains(known);
            if !stays {
                wanted.cancel();
                // With another key or address it is linked with anew.
                self.links.stop(known.site);
            }
            stays
        });
        for peer in peers {
            let entry = dialled.entry(peer.site);
            entry.or_insert_with(|| (peer.clone(), self.dial(peer)));
        }
    }

    fn renew(&self, seed: &Secret<[u8; 32]>) {
        renew(&self.identity, self.site, seed);
    }

    fn send(&self, to: SiteId, frame: Bytes) -> Sent {
        match frame.len() > MAX_FRAME_BYTES {
            true => Sent::TooLong,
            false => self.links.send(to, frame),
        }
    }

    async fn next(&self) -> Option<Event> {
        self.events.next().await
    }

    fn reopen(&self, peer: SiteId) {
        self.links.stop(peer);
    }

    fn figures(&self) -> BTreeMap<SiteId, Figures> {
        self.links.counts.all()
    }

    async fn close(&self) {
        self.stop.cancel();
        self.links.close();
    }
}

impl Drop for Direct {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
