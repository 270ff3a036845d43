//! HTTP push on 8687, in the words of common shippers.
//!
//! | path | who speaks it |
//! | --- | --- |
//! | `/ingest` | anyone: NDJSON, JSON arrays, plain lines |
//! | `/ingest/batches` | our collectors |
//! | `/_bulk`, `/<index>/_bulk`, and what clients ask first | Beats, Logstash, Fluent Bit, Vector, Elasticsearch's clients |
//! | `/services/collector`, `…/event`, `…/raw`, `…/ack`, `…/health` | Splunk's HTTP event collector |
//! | `/loki/api/v1/push` | Promtail, Alloy, Grafana's agents |
//! | `/v1/logs` | OpenTelemetry's collector and libraries |
//!
//! The same is served to hosts that show a certificate of the site's authority instead of a token, on a
//! port of their own: [`Service::bind_edge`].
//!
//! Over TLS clients may speak HTTP/2. Bodies may be packed with gzip, deflate, zstd or snappy. A token of a source opens all of them,
//! in whichever way the protocol carries one. Success means that every record is durable. When the
//! site is full nothing is accepted, and the sender is told in its own protocol to come again.
//!
//! Invariant: strangers' bodies take no memory, and all requests together no more than
//! [`Options::max_held_bytes`].

mod answers;
mod body;
mod decode;
mod edge;
mod elastic;
mod gate;
mod hec;
mod loki;
mod native;
mod otlp;
mod refusal;
mod server;
mod talk;
mod token;

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use edge::{Edge, EdgePeers};
pub use server::Service;

use crate::Tls;

/// The HTTP push listener's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Options {
    /// Whether to listen at all.
    pub enabled: bool,
    /// Address and port.
    #[schemars(with = "String")]
    pub listen: SocketAddr,
    /// The listener's certificate; without one it speaks plain HTTP.
    pub tls: Tls,
    /// Bytes of a request as it comes over the wire.
    pub max_body_bytes: usize,
    /// Bytes of a request after decompression.
    pub max_unpacked_bytes: u64,
    /// Bytes of all requests under way together; beyond it senders are pushed back.
    pub max_held_bytes: u64,
    /// Requests at a time; more wait.
    pub max_requests: usize,
    /// Connections at a time; beyond it the one that has been idle the longest makes place.
    pub max_connections: usize,
    /// Seconds after which a connection without a request is closed.
    pub idle_seconds: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            enabled: true,
            listen: SocketAddr::from(([127, 0, 0, 1], 8687)),
            tls: Tls::default(),
            max_body_bytes: 16 << 20,
            max_unpacked_bytes: 64 << 20,
            max_held_bytes: 256 << 20,
            max_requests: 64,
            max_connections: 8192,
            idle_seconds: 75,
        }
    }
}
