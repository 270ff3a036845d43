use std::io;

use crate::hec::Problem;

/// Why a body was refused. Nothing of it is accepted then.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{0}` is no encoding that is taken here: want gzip, deflate, zstd, snappy or none")]
    Encoding(String),
    #[error("cannot unpack the {format} stream")]
    Unpack {
        format: &'static str,
        source: io::Error,
    },
    #[error("the body unpacks to more than {limit} bytes")]
    Bomb { limit: u64 },
    /// The taker has no room for so much.
    #[error("the body holds more than is taken at once: {0}")]
    TooMuch(String),
    #[error("cannot read the {protocol} body: {detail}")]
    Malformed {
        protocol: &'static str,
        detail: String,
    },
    /// What Splunk has a code of its own for. Events count from 0.
    #[error("event {event}: {problem}")]
    Hec { problem: Problem, event: usize },
}

impl Error {
    pub(crate) fn malformed(protocol: &'static str, detail: impl ToString) -> Self {
        Self::Malformed {
            protocol,
            detail: detail.to_string(),
        }
    }
}
