//! Text to tree and back.
#![allow(clippy::unwrap_used)]

mod round_trip;
mod syntax;
