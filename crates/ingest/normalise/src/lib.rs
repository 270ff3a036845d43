//! The normalise service: raw batches off the bus, event batches and dead letters onto it.
//!
//! What it is: the [`Normaliser`], a worker that owns raw shards by lease, alone or with others, with a
//! lane and a durable consumer for each; and [`settle`], the pure step from parsed outcomes to what is
//! published and counted. What it is not: a parser; those are in `aurora-parsers`. Start reading at
//! [`settle`].
//!
//! Invariant: a raw message is settled once. Its events and dead letters are published under ids
//! derived from it, then checkpoint, counters and dedupe window commit together, then it is
//! acknowledged. A crash in between repeats the same publications, which the bus knows already. Records
//! that share their event with others wait for these beside the checkpoint; that the wait is over for lack
//! of messages is on record before anything is made of it.

mod content;
mod error;
mod lane;
mod messages;
mod parse;
mod service;
mod settle;
mod waiting;

pub use content::ByContent;
pub use error::Error;
pub use service::{Normaliser, Options};
pub use settle::{Settled, settle};
