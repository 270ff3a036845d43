//! How a process reaches the server, and as whom.

use std::sync::Arc;
use std::time::Duration;

use aurora_secrets::Secret;
use rustls::ClientConfig;

/// As whom a connection works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The site itself: makes the streams and gives up what everybody has acknowledged.
    Site,
    /// One role of `aurora_bus::Capability`, with its rights and no more.
    Role(&'static str),
}

impl Standing {
    /// The user's name, which is also the only place where it may listen for answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Role(role) => role,
        }
    }
}

/// How to connect, and what the streams are like.
#[derive(Clone, Debug)]
pub struct Options {
    /// `nats://host:port`, or `tls://`; several, separated by commas, are one cluster.
    pub servers: String,
    /// The seed of the NKey user; none for a server that asks for none.
    pub seed: Option<Secret<String>>,
    /// What this process shows, and whom it believes; with it nothing is said but over TLS.
    pub tls: Option<Arc<ClientConfig>>,
    pub standing: Standing,
    /// A name under which nobody else connects: whoever does knows that his predecessor has ended, and
    /// what that one held by lease is free. Without it, leases run out.
    pub owner: Option<String>,
    /// Most that one stream keeps, in bytes. Past it publishing is refused until consumers catch up.
    pub max_bytes: u64,
    /// How long the server knows a message's id.
    pub duplicate_window: Duration,
    /// Copies of each stream in a cluster.
    pub replicas: usize,
    /// How long calls go on trying while the server is away or does not answer; requests for messages find none
    /// meanwhile.
    pub patience: Duration,
    /// How often this process says that it still works on what it was given; three times as long
    /// after its end others get that.
    pub heartbeat: Duration,
}

impl Options {
    pub fn new(servers: impl Into<String>) -> Self {
        Self {
            servers: servers.into(),
            seed: None,
            tls: None,
            standing: Standing::Site,
            owner: None,
            max_bytes: 4 << 30,
            duplicate_window: Duration::from_secs(3600),
            replicas: 1,
            patience: Duration::from_secs(30),
            heartbeat: Duration::from_secs(5),
        }
    }
}
