//! The store role: takes event batches, findings and dead letters off the bus and keeps them.
//!
//! What it is: [`EventWriter`], [`FindingWriter`] and [`DeadLetterKeeper`], each a durable consumer
//! whose checkpoint, counters and documents commit together. What it is not: an adapter; it sees
//! stores only through their ports. Start reading at [`EventWriter`].
//!
//! Invariant: what a checkpoint covers is stored once. An insert is announced (the intent) before
//! it is made, so that after a crash exactly the same rows go in again under the same token.

mod dead_letters;
mod error;
mod events;
mod findings;
mod insert;
mod letter_bounds;
mod writer;

pub use dead_letters::{DeadLetterKeeper, INLINE_BYTES};
pub use error::Error;
pub use events::EventWriter;
pub use findings::FindingWriter;
pub use letter_bounds::{Expired, LetterBounds};

/// How the store role works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Rows of one insert, about; the last message may exceed it.
    pub rows_per_insert: usize,
    /// How long a small insert waits for more rows.
    pub linger: std::time::Duration,
    /// How long findings wait for more of them. People look at alerts, which do not wait; an insert of
    /// one row costs the engine as much as one of hundreds.
    pub findings_linger: std::time::Duration,
    /// How long to wait before an insert that failed is tried again.
    pub retry: std::time::Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rows_per_insert: 8_192,
            linger: std::time::Duration::from_millis(500),
            findings_linger: std::time::Duration::from_secs(1),
            retry: std::time::Duration::from_millis(500),
        }
    }
}
