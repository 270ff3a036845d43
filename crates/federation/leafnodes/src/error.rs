use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the carrier does not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Server(#[from] aurora_nats_server::Error),
    #[error("cannot write `{path}`")]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot make a certificate for sites to know each other by")]
    Certificate(#[from] rcgen::Error),
    #[error(
        "cannot listen on {address} for the servers of other sites: free it, or set \
         federation.leafnodes.listen"
    )]
    Listen {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("a site that is no hub needs one: set federation.leafnodes.hubs")]
    NoHub,
    #[error(transparent)]
    Hub(#[from] crate::BadHub),
    #[error("cannot make the key of a NATS user")]
    Key(#[source] nkeys::error::Error),
    #[error("cannot connect to the nats-server of this site")]
    Connect(#[source] async_nats::ConnectError),
    #[error("cannot listen on the nats-server of this site")]
    Subscribe(#[source] async_nats::SubscribeError),
}

impl Error {
    /// There is no `nats-server` on this machine.
    pub const fn not_installed() -> Self {
        Self::Server(aurora_nats_server::Error::NotInstalled)
    }
}
