#![allow(clippy::unwrap_used)]
//! The API as its callers meet it: over real sockets, against a site in memory.

mod access;
mod approvals;
mod bypass;
mod document;
mod failures;
mod health;
mod http;
mod live;
mod matrix;
mod people;
mod sessions;
