//! The tamper-evident audit log: its formats as exact bytes, its proofs, and their verification.
//!
//! What it is: an RFC 6962 Merkle tree over commitments to decision records, in the C2SP formats
//! (tlog-tiles, signed-note, tlog-checkpoint, tlog-cosignature, tlog-witness, tlog-proof), and
//! [`verify`], which judges a folder of them offline. What it is not: the writer of the log; that
//! is the sequencer beside it. Start reading at [`record`], then [`verify()`].
//!
//! A folder of the log:
//!
//! ```text
//! checkpoint                    the newest signed tree head
//! witnesses/<name>              the newest one that a witness has cosigned, a file for each
//! witnessed                     what earlier releases wrote instead: one file for all of them
//! log.vkey                      the log's verifier key, for convenience: trust needs another way
//! tile/<L>/<N>[.p/<W>]          hashes                            (C2SP tlog-tiles)
//! tile/entries/<N>[.p/<W>]      what is hashed: commitments       (C2SP tlog-tiles)
//! records/<N>[.p/<W>]           what is committed to: records, which may be erased
//! ```

pub mod bundle;
pub mod checkpoint;
mod error;
mod folder;
mod hash;
pub mod note;
pub mod proof;
pub mod record;
pub mod tile;
mod tlog_proof;
mod tree;
pub mod verify;
pub mod witness;

pub use checkpoint::{Checkpoint, Signed};
pub use error::Error;
pub use folder::{CHECKPOINT, Folder, KEY, WITNESSED, witness_file};
pub use hash::Hash;
pub use note::{KeyKind, Note, VerifierKey};
pub use record::{Entry, Kept, Record};
pub use tile::{Kind, Tile};
pub use tlog_proof::Proof;
pub use tree::Frontier;
pub use verify::{Policy, Problem, Report, Verdict, verify};
