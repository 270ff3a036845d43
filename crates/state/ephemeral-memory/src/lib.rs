//! The port of short-lived values in this process: the default of a site that is one process.
//!
//! What it is: [`MemoryEphemeral`]. What it is not: shared with other processes; that is what the
//! Redis adapter is for. Start reading at `held`.

mod held;
mod store;

pub use store::{MAX_KEYS, MemoryEphemeral};
