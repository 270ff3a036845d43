//! Asking the child how it is.

use std::path::Path;

use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::confine::Confinement;

/// What `/status` says.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Report {
    pub(super) confinement: Confinement,
    pub(super) pid: u32,
}

/// One request on a connection of its own: the answer is a few hundred bytes.
pub(super) async fn status(socket: &Path) -> std::io::Result<Report> {
    let mut stream = UnixStream::connect(socket).await?;
    stream
        .write_all(b"GET /status HTTP/1.1\r\nhost: engine\r\nconnection: close\r\n\r\n")
        .await?;
    let mut answer = Vec::new();
    stream.take(64 * 1024).read_to_end(&mut answer).await?;
    let text = String::from_utf8_lossy(&answer);
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    serde_json::from_str(body).map_err(std::io::Error::other)
}
