//! A collector on a buffer of its own, and something that answers as a site does.
#![allow(clippy::unwrap_used)]

mod forwarding;
mod full;
mod refused;
mod support;
