use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aurora_federation_carrier::{
    Carrier, Door, Event, Events, Figures, MAX_FRAME_BYTES, Peer, Sent, events,
};
use aurora_model::SiteId;
use aurora_secrets::Secret;
use aurora_tasks::{Shutdown, Tasks};
use aurora_tls::{ByKey, Identity, SpiffeId, mutual_server, own_certificate};
use bytes::Bytes;
use tokio::net::TcpListener;

use crate::links::Links;
use crate::listen::Listener;
use crate::sites::{Anybody, Sites};
use crate::{DOOR, Error, LINK, dial};

/// Events that wait for the site.
const ROOM: usize = 256;
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
    links: Arc<Links>,
    sites: Arc<Sites>,
    identity: Identity,
    tasks: Tasks,
    events: Events,
    address: Option<SocketAddr>,
    /// What is dialled, and what ends that.
    dialled: Mutex<HashMap<SiteId, (Peer, Shutdown)>>,
    stop: Shutdown,
}

/// What the site shows.
pub(crate) fn identity(options: &Options) -> Result<Identity, Error> {
    let id = SpiffeId::role(&options.site.to_string(), ROLE)?;
    let (chain, key) = own_certificate(options.seed.expose(), &id)?;
    let identity = Identity::new();
    identity.renew(chain, key)?;
    Ok(identity)
}

impl Direct {
    /// Listens, when it is to, and answers strangers at the door. It dials nobody before
    /// [`Carrier::set_peers`].
    ///
    /// # Errors
    /// When the address is taken or the site's certificate cannot be made.
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
        let mut direct = Self {
            links,
            sites,
            identity,
            tasks: tasks.clone(),
            events,
            address: None,
            dialled: Mutex::default(),
            stop,
        };
        if let Some(address) = options.listen {
            direct.listen(address, door).await?;
        }
        Ok(direct)
    }

    async fn listen(
        &mut self,
        address: SocketAddr,
        door: Option<Arc<dyn Door>>,
    ) -> Result<(), Error> {
        let failed = |source| Error::Bind { address, source };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        self.address = Some(socket.local_addr().map_err(failed)?);
        let peers = Arc::new(ByKey::new(Arc::new(Anybody)));
        let listener = Listener {
            links: Arc::clone(&self.links),
            sites: Arc::clone(&self.sites),
            tls: mutual_server(&self.identity, peers, &[LINK, DOOR]),
            door,
            tasks: self.tasks.clone(),
            stop: self.stop.clone(),
        };
        self.tasks.spawn("federation-listen", async move {
            listener.run(socket).await;
            Ok::<_, std::io::Error>(())
        });
        Ok(())
    }

    /// Where it listens.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    fn dial(&self, peer: &Peer) -> Shutdown {
        let wanted = self.stop.child_token();
        if peer.address.is_some() {
            let (links, identity) = (Arc::clone(&self.links), self.identity.clone());
            let (peer, wanted) = (peer.clone(), wanted.clone());
            self.tasks.spawn("federation-dial", async move {
                dial::keep(links, identity, peer, wanted).await;
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
