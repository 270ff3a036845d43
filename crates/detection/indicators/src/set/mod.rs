//! The compiled set of one source, and how it is made.
//!
//! A value becomes a 64-bit fingerprint. In memory stand a blocked Bloom filter (16 bits a value:
//! one cache line decides 999 of 1,000 misses), the sorted fingerprints (8 bytes) and the place of
//! every eighth record (1 byte); values and what is told about them stay in the file and are read
//! when a fingerprint hits. See `layout.rs` for the file.

mod build;
mod filter;
mod gates;
mod layout;
mod open;
mod print;
mod record;
mod source;

pub use build::{Builder, Built};
pub use layout::{Info, MAX_SET_BYTES};
pub use open::{Found, Set};
pub use source::ReadAt;

pub(crate) use print::{Key, Payload};
