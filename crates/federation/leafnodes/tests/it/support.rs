//! Sites whose servers stand on loopback, each in a folder of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aurora_clock::SystemClock;
use aurora_federation_carrier::{Carrier as _, Event, Peer};
use aurora_federation_leafnodes::{Leafnodes, Options, Start};
use aurora_ids::Id128;
use aurora_model::SiteId;
use aurora_secrets::{Secret, Signer};
use bytes::Bytes;
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(30);

/// Says so when there is no server to test with.
#[allow(clippy::print_stderr)]
pub fn server() -> Option<PathBuf> {
    let found = aurora_nats_server::find();
    if found.is_none() {
        eprintln!("skipped: `nats-server` is not installed; run `./aurora setup`");
    }
    found
}

pub fn port() -> u16 {
    aurora_engines::free_ports::<1>().unwrap()[0]
}

/// What a site is before it runs.
pub struct Draft {
    pub peer: Peer,
    pub signer: Signer,
    pub options: Options,
}

pub struct Site {
    pub peer: Peer,
    pub signer: Signer,
    pub carrier: Arc<Leafnodes>,
    pub dir: PathBuf,
}

impl Draft {
    pub fn new(label: &str) -> Self {
        let signer = Signer::from_seed(&Secret::new(random()));
        let peer = Peer {
            site: SiteId(Id128::random()),
            name: label.to_owned(),
            address: None,
            keys: vec![signer.public_key()],
            near: true,
        };
        Self {
            peer,
            signer,
            options: Options::default(),
        }
    }

    pub fn hub(label: &str) -> (Self, SocketAddr) {
        let listen = SocketAddr::from(([127, 0, 0, 1], port()));
        let mut draft = Self::new(label);
        draft.options.listen = Some(listen);
        (draft, listen)
    }

    pub fn of(mut self, hubs: &[(&str, SocketAddr)]) -> Self {
        let hubs = hubs.iter().map(|(label, at)| format!("{label}={at}"));
        self.options.hubs = hubs.collect();
        self
    }

    pub async fn start(self, folder: &TempDir) -> Site {
        let dir = folder.path().join(&self.peer.name);
        let start = Start {
            site: self.peer.site,
            label: self.peer.name.clone(),
            signer: self.signer.clone(),
            key: Secret::new(random()),
            program: aurora_nats_server::find().unwrap(),
            dir: dir.clone(),
            options: self.options,
            clock: Arc::new(SystemClock::new()),
        };
        Site {
            peer: self.peer,
            signer: self.signer,
            carrier: Arc::new(Leafnodes::start(start).await.unwrap()),
            dir,
        }
    }
}

pub fn random() -> [u8; 32] {
    let (one, other) = (Id128::random(), Id128::random());
    let bytes = [one.as_bytes().as_slice(), other.as_bytes().as_slice()].concat();
    bytes.try_into().unwrap()
}

impl Site {
    pub fn knows(&self, others: &[&Self]) {
        let peers: Vec<Peer> = others.iter().map(|site| site.peer.clone()).collect();
        self.carrier.set_peers(&peers);
    }

    pub async fn next(&self) -> Event {
        let next = tokio::time::timeout(PATIENCE, self.carrier.next()).await;
        next.expect("something happens").expect("it is not closed")
    }

    pub fn sees(&self, other: &Self) -> bool {
        let figures = self.carrier.figures();
        figures.get(&other.peer.site).is_some_and(|of| of.connected)
    }

    pub async fn connected(&self, other: &Self) {
        while !self.sees(other) {
            self.next().await;
        }
    }

    pub async fn frame(&self) -> (SiteId, Bytes) {
        loop {
            if let Event::Frame { from, bytes } = self.next().await {
                return (from, bytes);
            }
        }
    }

    /// The process of its server.
    pub fn pid(&self) -> rustix::process::Pid {
        let text = std::fs::read_to_string(self.dir.join("nats-server.pid")).unwrap();
        rustix::process::Pid::from_raw(text.trim().parse().unwrap()).unwrap()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.join("nats-server.log")).unwrap_or_default()
    }
}

/// All of them know each other and are connected.
pub async fn meet(sites: &[&Site]) {
    for site in sites {
        let others = sites.iter().copied();
        let others: Vec<&Site> = others
            .filter(|other| other.peer.site != site.peer.site)
            .collect();
        site.knows(&others);
    }
    for site in sites {
        for other in sites.iter().filter(|o| o.peer.site != site.peer.site) {
            site.connected(other).await;
        }
    }
}
