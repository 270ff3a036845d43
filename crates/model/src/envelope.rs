//! What every message on the bus is: a typed, versioned header and a size-capped body.
//!
//! The header alone says enough to count records and route, so that the ledger never opens a body.

use serde::{Deserialize, Serialize};

use crate::wire::Error;
use crate::{OriginId, Scope, SourceName, TraceContext};

/// The largest body on the bus, compressed; NATS's default limit is 1 MiB with headers.
pub const MAX_BODY_BYTES: usize = 768 * 1024;

/// The largest body after decompression; more is refused before it is read.
pub const MAX_UNPACKED_BYTES: usize = 16 * 1024 * 1024;

/// The format version written by this release.
pub const VERSION: u8 = 1;

const LEVEL: i32 = -1;

/// Which decoder the body needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    RawBatch,
    EventBatch,
    MatchBatch,
    DeadLetter,
    Finding,
    IncidentChange,
}

/// Where a batch was cut from: `first..=last` of an origin's own sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    pub origin: OriginId,
    pub first: u64,
    pub last: u64,
}

/// The raw message that a batch was made from, so that nothing is counted in two places at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawPosition {
    pub shard: u16,
    /// Sequence in the RAW stream, or what [`RawPosition::of_turn`] makes.
    pub seq: u64,
}

impl RawPosition {
    /// Beyond what a stream reaches, and still a number everywhere.
    const TURN: u64 = 1 << 52;

    /// In place of a message: the end of a wait for one, counted from 1.
    pub const fn of_turn(shard: u16, turn: u64) -> Self {
        Self {
            shard,
            seq: Self::TURN | turn,
        }
    }

    /// Which wait's end it is, if it is one.
    pub const fn turn(&self) -> Option<u64> {
        match self.seq & Self::TURN {
            0 => None,
            _ => Some(self.seq ^ Self::TURN),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    pub format: Format,
    pub version: u8,
    pub scope: Scope,
    /// The role that made the message.
    pub producer: String,
    pub trace: TraceContext,
    pub source: SourceName,
    pub range: Range,
    /// Items in the body.
    pub count: u32,
    /// Raw records whose fate this message settles; for a raw batch, its records.
    pub records: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<RawPosition>,
}

/// A header and its compressed body.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    pub header: Header,
    pub body: Vec<u8>,
}

impl Header {
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a header is plain data")
    }

    /// # Errors
    /// When the bytes are no header, or one of a newer release.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let header: Self = serde_json::from_slice(bytes).map_err(Error::Header)?;
        if header.version > VERSION {
            return Err(Error::NewerVersion {
                found: header.version,
                known: VERSION,
            });
        }
        Ok(header)
    }
}

pub(crate) fn pack(body: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(body, LEVEL).expect("compressing into memory does not fail")
}

/// What a body may become, in bytes; the limit where it does not say.
pub(crate) fn unpacked_bound(body: &[u8]) -> usize {
    zstd::bulk::Decompressor::upper_bound(body).unwrap_or(MAX_UNPACKED_BYTES)
}

/// Decompresses at most [`MAX_UNPACKED_BYTES`].
pub(crate) fn unpack(body: &[u8]) -> Result<Vec<u8>, Error> {
    let bound = unpacked_bound(body);
    if bound > MAX_UNPACKED_BYTES {
        return Err(Error::TooLarge {
            bytes: bound,
            limit: MAX_UNPACKED_BYTES,
        });
    }
    zstd::bulk::decompress(body, bound).map_err(Error::Compression)
}
