//! The bus port in memory: for tests and simulations, and the plain model of what a bus is.
//!
//! What this is not: durable. A "restart" is [`MemoryBus::reopen`], which gives a new handle on
//! the same messages. Start with [`MemoryBus`]; what one stream keeps is in `stream`.

mod bus;
mod consumer;
mod stream;

pub use bus::{MemoryBus, Options};
