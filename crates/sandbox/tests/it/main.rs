//! Whole sites, driven through what the API asks of them.
#![allow(clippy::unwrap_used)]

mod captures;
mod pipeline;
