//! The first bytes of a segment.
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | `AURORALG` |
//! | u32 | format version, [`VERSION`] |
//! | u32 | zero |
//! | u64 | base: sequence of the first frame |
//! | u64 | base of the segment before it, 0 for the first |
//! | u64 | salt |
//! | u32 | CRC-32 of all that |
//! | u32 | zero |
//!
//! Integers are little-endian. The salt goes into every frame's checksum and masks its sequence,
//! so that a payload, which may come from an attacker, cannot pose as a frame.

pub(crate) const LEN: usize = 48;
pub(crate) const VERSION: u32 = 1;
const MAGIC: &[u8; 8] = b"AURORALG";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) base: u64,
    pub(crate) previous: u64,
    pub(crate) salt: u64,
}

/// Why bytes are not a header of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    Damaged,
    Newer(u32),
}

impl Header {
    pub(crate) fn encode(&self) -> [u8; LEN] {
        let mut out = [0; LEN];
        out[..8].copy_from_slice(MAGIC);
        out[8..12].copy_from_slice(&VERSION.to_le_bytes());
        out[16..24].copy_from_slice(&self.base.to_le_bytes());
        out[24..32].copy_from_slice(&self.previous.to_le_bytes());
        out[32..40].copy_from_slice(&self.salt.to_le_bytes());
        let crc = crc32fast::hash(&out[..40]);
        out[40..44].copy_from_slice(&crc.to_le_bytes());
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Flaw> {
        let bytes = bytes.get(..LEN).ok_or(Flaw::Damaged)?;
        if bytes[..8] != MAGIC[..] {
            return Err(Flaw::Damaged);
        }
        // Before the checksum, which a later format may well keep elsewhere.
        let version = u32_at(bytes, 8);
        if version > VERSION {
            return Err(Flaw::Newer(version));
        }
        let header = Self {
            base: u64_at(bytes, 16),
            previous: u64_at(bytes, 24),
            salt: u64_at(bytes, 32),
        };
        let sound = version == VERSION
            && u32_at(bytes, 40) == crc32fast::hash(&bytes[..40])
            && header.base > header.previous;
        if sound {
            Ok(header)
        } else {
            Err(Flaw::Damaged)
        }
    }
}

/// Reads at a place the caller has checked to be inside.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(word)
}

/// Reads at a place the caller has checked to be inside.
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(word)
}
