use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where the API listens and what it allows itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Where the console and its API listen. Beyond loopback an administrator must exist and
    /// `behind_tls` must be set.
    pub listen: SocketAddr,
    /// Names other than `localhost` by which browsers may call us; any other `Host` is refused,
    /// which is what stops DNS rebinding.
    pub hostnames: Vec<String>,
    /// Something in front of us ends TLS, so cookies are marked `Secure`.
    pub behind_tls: bool,
    /// The folder with the console's build output. Without it a plain page stands in.
    pub console_dir: Option<PathBuf>,
    /// Live events kept for readers that reconnect.
    pub kept_events: usize,
    /// Connections at a time, for each of the two listeners.
    pub max_connections: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8443)),
            hostnames: Vec::new(),
            behind_tls: false,
            console_dir: None,
            kept_events: 4_096,
            max_connections: 256,
        }
    }
}
