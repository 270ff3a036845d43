//! The store role against stores in memory.
#![allow(clippy::unwrap_used)]

mod letter_bounds;
mod scarcity;
