//! The artifacts port: content-addressed blobs, such as evidence and raw bytes too large for a row.
//!
//! What it is: the [`Artifacts`] trait and [`Digest`]. What it is not: a file system; there are no
//! names and nothing is ever overwritten. Start reading at [`Artifacts`].

mod digest;
mod pace;
mod pieces;
mod port;
#[cfg(feature = "testkit")]
pub mod testkit;

pub use digest::{Digest, Digester};
pub use pace::Pace;
pub use pieces::{digest_of, each_piece};
pub use port::{Artifacts, Error};
