//! Sites over real servers; where there is no `nats-server`, these tests say so and pass.
#![allow(clippy::unwrap_used)]

mod config;
mod conformance;
mod forbidden;
mod hubs;
mod support;
mod taken;
mod version;
