//! Against a real provider, and against one that lies.
#![allow(clippy::unwrap_used)]

mod client;
mod liar;
mod lies;
mod real;
