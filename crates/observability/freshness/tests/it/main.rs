//! Feeds that speak, fall silent and pile up dead letters.
#![allow(clippy::unwrap_used)]

mod feeds;
mod running;
mod spiking;
