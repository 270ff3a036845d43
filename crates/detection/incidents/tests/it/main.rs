#![allow(clippy::unwrap_used)]
//! The correlator against its definition, and the services over memory stores.

mod oracle;
mod order;
mod samples;
mod service;
