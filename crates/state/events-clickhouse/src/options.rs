use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aurora_secrets::Secret;
use rustls::ClientConfig;

/// Where the engine answers and how long to wait for it.
#[derive(Clone, Debug)]
pub struct Options {
    pub endpoint: Endpoint,
    /// Room that inserts leave on the disk, for alerts and decisions.
    pub reserve: Option<Reserve>,
    /// For inserts, migrations and removals. Hunts bring their own.
    pub timeout: Duration,
    /// The server's cluster, whose replicas all get the tables: `a-z`, `A-Z`, `0-9`, `_` and `-`. Its
    /// servers say who they are by the macros `shard` and `replica`.
    pub cluster: Option<String>,
}

#[derive(Clone, Debug)]
pub enum Endpoint {
    /// The embedded engine.
    Unix(PathBuf),
    /// A ClickHouse server: `host:port` of its HTTP interface.
    Tcp {
        address: String,
        user: String,
        password: Secret<String>,
        /// Whom to believe; plain HTTP without.
        tls: Option<Arc<ClientConfig>>,
    },
}

/// Below `bytes` of free space at `path` inserts are refused with `Error::Full`.
#[derive(Clone, Debug)]
pub struct Reserve {
    pub path: PathBuf,
    pub bytes: u64,
}

impl Options {
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            reserve: None,
            timeout: Duration::from_secs(60),
            cluster: None,
        }
    }
}
