//! The bus on a real `nats-server`; where there is none, these tests say so and pass.
#![allow(clippy::unwrap_used)]

mod conformance;
mod rights;
mod server;
mod support;
