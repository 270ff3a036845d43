//! HTTP push on 8687: NDJSON, JSON arrays and plain lines, optionally gzip or zstd.
//!
//! `POST /ingest` with `Authorization: Bearer <token>`. The answer is 200 when every record is
//! durable; 429 with `Retry-After` when the site is full and nothing was accepted. With an
//! `Idempotency-Key` the same request sent again is the same batch.

mod body;
mod server;

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use server::Service;

/// The HTTP push listener's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Options {
    /// Whether to listen at all.
    pub enabled: bool,
    /// Address and port.
    #[schemars(with = "String")]
    pub listen: SocketAddr,
    /// Bytes of a request as it comes over the wire.
    pub max_body_bytes: usize,
    /// Bytes of a request after decompression.
    pub max_unpacked_bytes: u64,
    /// Requests at a time; more wait.
    pub max_requests: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            enabled: true,
            listen: SocketAddr::from(([127, 0, 0, 1], 8687)),
            max_body_bytes: 16 << 20,
            max_unpacked_bytes: 64 << 20,
            max_requests: 64,
        }
    }
}
