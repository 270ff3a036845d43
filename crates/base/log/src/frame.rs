//! One frame: a header of 20 bytes and the payload.
//!
//! | bytes | what |
//! | --- | --- |
//! | u32 | length of the payload |
//! | u32 | CRC-32 of salt, length, sequence, lag and payload |
//! | u64 | sequence, masked with the segment's salt |
//! | u32 | lag: sequence minus the last sequence that was durable when this frame was written |

use bytes::Bytes;
use crc32fast::Hasher;

use crate::header::{u32_at, u64_at};

pub(crate) const HEADER: usize = 20;

/// One frame as it is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Dense, from 1.
    pub seq: u64,
    pub payload: Bytes,
}

/// Writes and checks the frames of one segment.
#[derive(Debug, Clone)]
pub(crate) struct Codec {
    salt: u64,
    seeded: Hasher,
}

/// The header of a frame, believed only so far as [`Codec::check`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) len: usize,
    pub(crate) crc: u32,
    pub(crate) seq: u64,
    pub(crate) lag: u32,
}

impl Head {
    /// The sequence that was durable when this frame was written.
    pub(crate) fn durable(&self) -> u64 {
        self.seq.saturating_sub(u64::from(self.lag))
    }

    /// Header and payload together, in bytes.
    pub(crate) fn size(&self) -> u64 {
        (HEADER + self.len) as u64
    }
}

impl Codec {
    pub(crate) fn new(salt: u64) -> Self {
        let mut seeded = Hasher::new();
        seeded.update(&salt.to_le_bytes());
        Self { salt, seeded }
    }

    fn crc(&self, len: u32, seq: u64, lag: u32, payload: &[u8]) -> u32 {
        let mut hasher = self.seeded.clone();
        let mut head = [0; 16];
        head[..4].copy_from_slice(&len.to_le_bytes());
        head[4..12].copy_from_slice(&seq.to_le_bytes());
        head[12..].copy_from_slice(&lag.to_le_bytes());
        hasher.update(&head);
        hasher.update(payload);
        hasher.finalize()
    }

    /// Appends a frame to `out`. The payload is shorter than 4 GiB, as the options limit it.
    pub(crate) fn encode(&self, seq: u64, durable: u64, payload: &[u8], out: &mut Vec<u8>) {
        let len = u32::try_from(payload.len()).expect("submit refuses frames this long");
        let lag = u32::try_from(seq - durable).expect("one commit has fewer frames than bytes");
        out.extend_from_slice(&len.to_le_bytes());
        out.extend_from_slice(&self.crc(len, seq, lag, payload).to_le_bytes());
        out.extend_from_slice(&(seq ^ self.salt).to_le_bytes());
        out.extend_from_slice(&lag.to_le_bytes());
        out.extend_from_slice(payload);
    }

    /// The header at the start of `bytes`, if that many are there.
    pub(crate) fn head(&self, bytes: &[u8]) -> Option<Head> {
        let bytes = bytes.get(..HEADER)?;
        Some(Head {
            len: u32_at(bytes, 0) as usize,
            crc: u32_at(bytes, 4),
            seq: u64_at(bytes, 8) ^ self.salt,
            lag: u32_at(bytes, 16),
        })
    }

    /// Whether the payload and the header belong together.
    pub(crate) fn check(&self, head: &Head, payload: &[u8]) -> bool {
        u32::try_from(payload.len())
            .is_ok_and(|len| head.crc == self.crc(len, head.seq, head.lag, payload))
    }

    /// The whole, sound frame at the start of `bytes`.
    pub(crate) fn decode<'a>(&self, bytes: &'a [u8]) -> Option<(Head, &'a [u8])> {
        let head = self.head(bytes)?;
        let payload = bytes[HEADER..].get(..head.len)?;
        let sound = head.lag > 0 && u64::from(head.lag) <= head.seq && self.check(&head, payload);
        sound.then_some((head, payload))
    }
}
