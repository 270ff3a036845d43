//! The dedupe window: which events of a raw shard were seen in the last half minute.
//!
//! What it is: [`Window`], two generations of 128-bit keys, and the slots in which it is kept
//! beside the shard's offset. Pure: time and stored bytes are handed in, so the same records in
//! the same order always get the same verdicts, however often the service crashes in between.
//! What it is not: a filter that guesses; there are no false positives.
//!
//! How it is used, per batch of a shard: [`Window::touch`] with all of its keys,
//! [`Window::check_and_insert`] for each event, put
//! [`Window::delta`] into the commit that moves the shard's offset, then [`Window::committed`]
//! or, when that commit failed, [`Window::discard`]. Start reading at [`Window`].

mod generation;
mod options;
mod slots;
mod spread;
mod table;
mod window;

pub use options::Options;
pub use slots::{Delta, Error, slot_prefix};
pub use window::{Evicted, Verdict, Window};
