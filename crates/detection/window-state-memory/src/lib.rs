//! Window state in memory: for tests and simulations, and the plain model of what a store is.
//!
//! What this is not: durable. Clones are the same store, which is how a test "restarts" on it.
//! Start with [`MemoryWindows`]; `checkpoint` has the file that a checkpoint is.

mod checkpoint;
mod store;

pub use store::MemoryWindows;
