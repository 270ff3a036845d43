use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::Error;

/// A hash of the tree: SHA-256, 32 bytes. Shown as base64, as the C2SP formats write it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, std::hash::Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    pub const LEN: usize = 32;

    /// Of a tree without leaves (RFC 6962, section 2.1).
    pub fn empty() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// Of a leaf: `SHA-256(0x00 || entry)` (RFC 6962, section 2.1).
    pub fn leaf(entry: &[u8]) -> Self {
        Self(
            Sha256::new()
                .chain_update([0])
                .chain_update(entry)
                .finalize()
                .into(),
        )
    }

    /// Of a node: `SHA-256(0x01 || left || right)` (RFC 6962, section 2.1).
    pub fn node(left: &Self, right: &Self) -> Self {
        let mut bytes = [1; 65];
        bytes[1..33].copy_from_slice(&left.0);
        bytes[33..].copy_from_slice(&right.0);
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = Error;

    /// One text a hash: padded standard base64 without stray bits.
    fn from_str(text: &str) -> Result<Self, Error> {
        let bytes = STANDARD
            .decode(text)
            .map_err(|_| Error::malformed("a hash", "it is not base64"))?;
        let bytes = bytes
            .try_into()
            .map_err(|_| Error::malformed("a hash", "it is not 32 bytes"))?;
        Ok(Self(bytes))
    }
}
