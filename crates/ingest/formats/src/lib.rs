//! Framing: bytes to records.
//!
//! What it is: everything between an untrusted stream of bytes and single raw records. [`Framer`] reads a file or
//! pipe (lines, JSON values, EVTX; gzip and zstd unpacked) in bounded memory and can resume; [`Cutter`] groups
//! records into batches that are the same whenever the same input is cut; [`Fingerprint`] says whether a file is one
//! that was read before; [`syslog`] frames and reads syslog; [`json`] reads JSON within limits.
//!
//! What it is not: a parser of any source's content. A record leaves here as the bytes it came in. Nothing is ever
//! dropped: what is too large or damaged comes out as such, in pieces, for the dead letter.
//!
//! Start reading at [`Framer`].

mod cutter;
mod decompress;
mod detect;
mod error;
mod fingerprint;
mod framer;
pub mod json;
pub mod syslog;

pub use cutter::{Cut, Cutter, Item, auditd_event};
pub use decompress::{Compression, Limits, unpacked};
pub use detect::Format;
pub use error::Error;
pub use fingerprint::Fingerprint;
pub use framer::{Framed, Framer, is_event_log_part};

/// The largest piece in which a record beyond [`aurora_model::MAX_RECORD_BYTES`] travels.
pub const MAX_PIECE_BYTES: usize = 512 * 1024;
