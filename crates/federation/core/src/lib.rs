//! What sites tell each other and how none of it is lost: records in an outbox, marks of what came,
//! the state of links, and who is asked for what is missing.
//!
//! What it is: [`Mesh`], which takes a [`Command`] and the time and gives [`Action`]s; the exact
//! bytes of [`Sealed`] records and of [`Frame`]s; [`Mark`], what is known of one stream;
//! [`link::Link`], the detector. What it is not: a socket, a disk or a clock; whoever runs it has
//! those. Start reading at [`Mesh::apply`].
//!
//! Whatever carries frames may lose, repeat, reorder and delay them, and may lie about who sent them:
//! records and beats are signed, numbers of a stream are dense, and each record names the one before
//! it.

mod beat;
mod directory;
mod frame;
mod hash;
pub mod link;
mod mark;
mod mesh;
mod record;
mod sealed;

pub use beat::{AuditHead, Beat, Head, SignedBeat, Tier};
pub use directory::{Directory, Key, KeyId, Refusal};
pub use frame::{Frame, MAX_FRAME_BYTES};
pub use hash::Hash;
pub use mark::{Mark, Step};
pub use mesh::{
    About, Action, Arrival, Backlog, Carrier, Command, Mesh, Now, Options, Reason, Scale, Stored,
    View,
};
pub use record::{Channel, Hlc, Kind, Record, StreamId};
pub use sealed::{MAX_BODY_BYTES, Sealed};

/// Bytes that are not what they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("{bytes} bytes where at most {limit} are taken")]
    TooLarge { bytes: usize, limit: usize },
    #[error("not CBOR of the form expected: {0}")]
    Cbor(String),
    #[error("bytes follow the value")]
    Trailing,
    #[error("version {0} is not known: update this site")]
    Version(u8),
    #[error("{0}")]
    Value(&'static str),
}
