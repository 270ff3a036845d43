//! Logs with one key, of which one may be a fork of another, and a witness that is served on loopback.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aurora_audit::witness::AddCheckpoint;
use aurora_audit::{Signed, VerifierKey};
use aurora_audit_sequencer::{Keys, Log};
use aurora_audit_witness::{Witness, routes};
use aurora_clock::{ManualClock, Timestamp};
use aurora_disk::SimDisk;
use aurora_model::{Action, Actor, AuthStrength, Decision, Scope, SiteId, TraceContext};
use aurora_secrets::Keyring;
use aurora_tasks::Tasks;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub const NAME: &str = "peer.example/w";
pub const NOW: Timestamp = Timestamp::from_millis(1_795_345_544_720);

pub fn scope() -> Scope {
    Scope::of(SiteId("5f0c2e9a4b7d41c8a6e3d2f1b0c9a8e7".parse().unwrap()))
}

fn decision(seq: u64, history: &str) -> Decision {
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    Decision {
        seq,
        at: NOW,
        scope: scope(),
        actor: Actor::Person("eva".to_owned()),
        auth: AuthStrength::OneTimeLink,
        action: Action::on("alert.close", [format!("alert-{seq}")]),
        reason: history.to_owned(),
        policy: None,
        trace: trace.parse::<TraceContext>().unwrap(),
        before: None,
        after: None,
    }
}

pub fn keys() -> Keys {
    let dir = tempfile::tempdir().unwrap();
    Keys::of(&Keyring::open(&dir.path().join("keys")).unwrap(), &scope())
}

/// A log whose entries are `history`.
pub struct History {
    log: Log,
    name: &'static str,
}

impl History {
    pub fn new(keys: &Keys, name: &'static str) -> Self {
        let disk = Arc::new(SimDisk::new(1));
        let log = Log::open(disk, keys.clone()).unwrap();
        Self { log, name }
    }

    /// The checkpoint with so many entries.
    pub fn grow(&mut self, to: u64) -> Signed {
        let from = self.log.head().checkpoint.size;
        let more: Vec<Decision> = (from + 1..=to)
            .map(|seq| decision(seq, self.name))
            .collect();
        self.log.append(&more).unwrap().clone()
    }

    /// Asks from what the witness is believed to have seen.
    pub fn request(&self, old: u64, head: &Signed) -> AddCheckpoint {
        AddCheckpoint::of(self.log.folder(), old, head).unwrap()
    }
}

/// A witness on a port of its own.
pub struct Server {
    pub address: SocketAddr,
    pub key: VerifierKey,
    tasks: Tasks,
}

impl Server {
    pub async fn start(state: &Path, logs: &[VerifierKey]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, state, logs, NAME)
    }

    pub fn on(listener: TcpListener, state: &Path, logs: &[VerifierKey], name: &str) -> Self {
        let witness = Arc::new(Witness::open(state, name, logs).unwrap());
        let key = witness.key().clone();
        let router = routes(witness, Arc::new(ManualClock::at(NOW)));
        let address = listener.local_addr().unwrap();
        let tasks = Tasks::new();
        let stop = tasks.shutdown();
        let serving = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
        tasks.spawn("witness", async move { serving.await });
        Self {
            address,
            key,
            tasks,
        }
    }

    pub async fn stop(self) {
        self.tasks.stop(Duration::from_secs(10)).await.unwrap();
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub async fn add(&self, request: &AddCheckpoint) -> (u16, String, String) {
        self.post("/add-checkpoint", request.to_string().as_bytes())
            .await
    }

    /// Status, content type and body.
    pub async fn post(&self, path: &str, body: &[u8]) -> (u16, String, String) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: witness\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let kind = head.lines().find_map(|line| {
            line.to_lowercase()
                .strip_prefix("content-type: ")
                .map(str::to_owned)
        });
        (status, kind.unwrap_or_default(), body.to_owned())
    }
}
