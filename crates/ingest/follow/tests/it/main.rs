//! Feeds that are fetched, with crashes at every step.
#![allow(clippy::unwrap_used)]

mod bucket;
mod folder;
mod journal;
mod service;
mod support;
mod tail;
