//! Correlations: matches in, windows in durable shards, alerts out.
//!
//! What it is: [`Correlate`], the owner of windows, alone or among other processes. The correlations of a rule set,
//! compiled, are a [`Program`]. What it is not: the windows themselves; those are pure and live in
//! `aurora-correlation`. Start reading at `round.rs`, then `service.rs`.
//!
//! Invariant: a message's effect is stored with its place in the stream, in one batch; what leaves a
//! shard stands in its outbox until the commit of the records store that hands it on. A crash
//! anywhere repeats what was not stored and hands on what was not handed on, once.

mod handoff;
mod judge;
mod lane;
pub(crate) mod outgoing;
mod quiet;
mod round;
mod service;
mod shared;
mod snapshot;
mod stored;
mod tail;

pub use aurora_rules::{Limits, Program};
pub use judge::unjudged;
pub use service::{Options, Parts};
pub use shared::{Correlate, Kept, WindowStores};
pub use snapshot::{Lost, lost};
