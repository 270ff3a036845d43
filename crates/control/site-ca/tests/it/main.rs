#![allow(clippy::unwrap_used)]
//! The authority, as parts of a site and hosts meet it.

mod authority;
mod denial;
mod enrolling;
mod handshakes;
mod hostile;
mod routes;
mod stand;
