//! Keeps the server's configuration and certificates as the site directory wants them.

use std::convert::Infallible;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aurora_clock::Clock;
use aurora_federation_carrier::{Listening, Peer};
use aurora_model::SiteId;
use aurora_nats_server::Standing;
use aurora_secrets::Signer;
use aurora_tasks::Shutdown;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use crate::anchor::{LIFE, Shown, Side, anchor, shown, spiffe};
use crate::config::{
    HUB_CERTIFICATE, HUB_KEY, LEAF_CERTIFICATE, LEAF_KEY, MEMBER_ANCHORS, hub_anchors,
};
use crate::options::HubAddress;
use crate::subjects::is_label;
use crate::{Config, Error, Hub, Member, config};

/// Between two looks whether an address that somebody else had is free.
const AGAIN: Duration = Duration::from_secs(2);

/// What the server is made of, beside the sites that there are.
#[derive(Debug)]
pub(crate) struct Keeper {
    pub site: SiteId,
    pub signer: Signer,
    /// The site's newer keys.
    pub signers: watch::Receiver<Signer>,
    pub clock: Arc<dyn Clock>,
    /// Without members, and with every remote.
    pub base: Config,
    /// By which others reach this hub.
    pub hosts: Vec<String>,
    /// Grows with every configuration, as certificates are read at the start alone.
    pub generation: u64,
    /// Whether the server runs.
    pub standing: watch::Receiver<Standing>,
    /// Whether other sites can attach to it, and this site to others.
    pub listening: watch::Sender<Listening>,
}

/// A site and the keys that its server may show.
type Known = (SiteId, String, Vec<[u8; 32]>);

impl Keeper {
    /// Writes the configuration anew whenever sites or keys change, when the address at which others attach is
    /// taken or free, and in time before certificates end.
    pub(crate) async fn run(
        mut self,
        mut peers: watch::Receiver<Vec<Peer>>,
        body: watch::Sender<String>,
        shutdown: Shutdown,
    ) -> Result<(), Infallible> {
        // Sites may have been told before this began.
        let mut written = Vec::new();
        peers.mark_changed();
        let mut renewal = Instant::now() + LIFE / 3;
        loop {
            let renew = tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                changed = peers.changed() => match changed {
                    Ok(()) => false,
                    Err(_) => return Ok(()),
                },
                changed = self.signers.changed() => match changed {
                    Ok(()) => {
                        self.signer = self.signers.borrow_and_update().clone();
                        true
                    }
                    Err(_) => return Ok(()),
                },
                changed = self.standing.changed() => match changed {
                    Ok(()) => self.stands(),
                    Err(_) => return Ok(()),
                },
                () = sleep(AGAIN), if self.is_taken() => self.stands(),
                () = sleep_until(renewal) => true,
            };
            let wanted = self.relevant(&peers.borrow_and_update());
            if wanted == written && !renew {
                continue;
            }
            renewal = Instant::now() + LIFE / 3;
            match self.write(&wanted) {
                // Nobody listens any more when the server is being ended.
                Ok(text) => drop(body.send(text)),
                Err(error) => tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the mesh keeps its last configuration"
                ),
            }
            written = wanted;
        }
    }

    /// The first configuration, before anybody is known.
    pub(crate) fn first(&mut self) -> Result<String, Error> {
        self.write(&[])
    }

    /// Whether somebody else has the address at which others attach.
    fn is_taken(&self) -> bool {
        self.base.hub.as_ref().is_some_and(|hub| !hub.is_free)
    }

    /// Tells how the server is. Whether the configuration has to be written anew, with the address or without.
    fn stands(&mut self) -> bool {
        let standing = self.standing.borrow_and_update().clone();
        let was_taken = self.is_taken();
        // A server that runs and listens has the address itself.
        if was_taken || matches!(standing, Standing::Failing(_)) {
            self.look();
        }
        if let (Standing::Failing(problem), false) = (&standing, self.is_taken()) {
            self.tell(Listening::Failing(problem.clone()));
        }
        if let (Standing::Runs(_), false, false) = (&standing, was_taken, self.is_taken()) {
            let at = self.base.hub.as_ref().map(|hub| hub.listen);
            self.tell(at.map_or(Listening::Nowhere, Listening::At));
        }
        was_taken != self.is_taken()
    }

    /// Looks whether the address at which others attach can be had, which nobody of ours has now.
    fn look(&mut self) {
        let Some(hub) = &mut self.base.hub else {
            return;
        };
        let (address, bound) = (hub.listen, std::net::TcpListener::bind(hub.listen));
        hub.is_free = bound.is_ok();
        if let Err(source) = bound {
            let failed = Error::Listen { address, source };
            self.tell(Listening::Failing(aurora_tasks::chain(&failed)));
        }
    }

    fn tell(&self, now: Listening) {
        self.listening.send_if_modified(|known| {
            let is_new = *known != now;
            if let (true, Listening::Failing(problem)) = (is_new, &now) {
                tracing::error!(problem, "leafnodes do not work; they are tried again");
            }
            *known = now;
            is_new
        });
    }

    /// Sites that the server has to do with: all for a hub, hubs for a leaf.
    fn relevant(&self, peers: &[Peer]) -> Vec<Known> {
        let is_hub = |label: &str| self.base.remotes.iter().any(|it| it.hub.label == label);
        let mut known: Vec<Known> = Vec::new();
        for peer in peers {
            let taken = peer.name == self.base.label
                || known.iter().any(|(_, label, _)| *label == peer.name);
            if is_label(&peer.name) && !taken && (self.base.hub.is_some() || is_hub(&peer.name)) {
                known.push((peer.site, peer.name.clone(), peer.keys.clone()));
            }
        }
        known.sort();
        known
    }

    fn write(&mut self, known: &[Known]) -> Result<String, Error> {
        self.generation += 1;
        let mut wanted = self.base.clone();
        let keys = |hub: &HubAddress| known.iter().find(|(_, label, _)| *label == hub.label);
        for remote in &mut wanted.remotes {
            let known = keys(&remote.hub);
            remote.is_known = known.is_some();
            self.anchors(&hub_anchors(&remote.hub.label), known.into_iter(), false)?;
        }
        if wanted.remotes.iter().any(|remote| remote.is_known) {
            self.certificate(&Side::Leaf, LEAF_CERTIFICATE, LEAF_KEY)?;
        }
        if let Some(hub) = &mut wanted.hub {
            hub.members = known.iter().map(member).collect();
            let own = (
                self.site,
                self.base.label.clone(),
                vec![self.signer.public_key()],
            );
            // Never empty, which the server would not take. Nobody's user has our own name.
            self.anchors(MEMBER_ANCHORS, known.iter().chain([&own]), true)?;
            self.certificate(&Side::Hub(&self.hosts), HUB_CERTIFICATE, HUB_KEY)?;
        }
        Ok(format!("# {}\n{}", self.generation, config(&wanted)))
    }

    fn anchors<'k>(
        &self,
        name: &str,
        known: impl Iterator<Item = &'k Known>,
        for_leaves: bool,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let mut text = String::new();
        for (site, _, keys) in known {
            for key in keys {
                text.push_str(&anchor(*site, *key, for_leaves, now)?);
            }
        }
        put(&self.base.dir, name, &text)
    }

    fn certificate(&self, side: &Side<'_>, name: &str, key_name: &str) -> Result<(), Error> {
        let Shown { certificate, key } = shown(self.site, &self.signer, side, self.clock.now())?;
        put(&self.base.dir, name, &certificate)?;
        put(&self.base.dir, key_name, key.expose())
    }
}

fn member((site, label, _): &Known) -> Member {
    Member {
        label: label.clone(),
        spiffe: spiffe(*site),
    }
}

/// Nobody else on this machine reads it.
fn put(dir: &Path, name: &str, text: &str) -> Result<(), Error> {
    let path = dir.join(name);
    let failed = |source| Error::File {
        path: path.clone(),
        source,
    };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}

impl Hub {
    /// A hub that nobody attaches to yet.
    pub(crate) fn empty(listen: std::net::SocketAddr, user: String) -> Self {
        Self {
            listen,
            is_free: true,
            user,
            members: Vec::new(),
        }
    }
}
