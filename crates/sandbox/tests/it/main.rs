//! Whole sites, driven through what the API asks of them.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod bad_input;
mod captures;
mod correlations;
mod engineering;
mod incidents;
mod indicators;
mod listeners;
mod nats;
mod nats_tls;
mod pipeline;
mod postgres;
mod support;
