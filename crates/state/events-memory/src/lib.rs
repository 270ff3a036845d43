//! The events port in memory: for simulation, and as the plain truth that other adapters are
//! compared with.
//!
//! What it is: [`MemoryEvents`], which keeps rows in a list and walks the query tree over each. What
//! it is not: fast, bounded or durable. Start at [`MemoryEvents`]; what a filter means is
//! `aurora_hunt::Values`.

mod document;
mod store;

pub use store::MemoryEvents;
