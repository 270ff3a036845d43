//! The port's suite on the local bus, and what only a durable bus has to stand.
#![allow(clippy::unwrap_used)]

mod conformance;
mod crash;
mod files;
