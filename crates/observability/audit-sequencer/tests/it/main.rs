//! The log's writer on a disk that breaks, its folder under an attacker's hands, and the service
//! under `kill -9`.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod crash;
mod effects;
mod erasure;
mod kill;
mod running;
mod stand;
mod tamper;
mod witnesses;
