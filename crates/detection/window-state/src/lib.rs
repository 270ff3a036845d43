//! The window state port: what correlation windows hold, durably, shard by shard.
//!
//! What it is: the [`WindowStore`] trait. A [`Batch`] of a shard commits whole or not at all: the
//! keys it touched, how far the shard's stream is consumed, what is to be handed on, and the epoch
//! under which all of it was worked out. What it is not: the windows; those are pure and live in
//! `aurora-correlation`, whose keys and values are bytes here. Start reading at [`WindowStore`];
//! the suite that every adapter runs is in `testkit` (feature `testkit`).
//!
//! Invariant: an outgoing message stands in the outbox from the commit that made it until a later
//! commit says that it was handed on. Its number is dense within the shard and depends on what was
//! consumed alone, so that a replay from a checkpoint gives the same messages the same numbers.

mod error;
mod port;
#[cfg(feature = "testkit")]
pub mod testkit;

pub use error::Error;
pub use port::{Batch, FORMAT, Head, Outgoing, Stats, WindowStore};
