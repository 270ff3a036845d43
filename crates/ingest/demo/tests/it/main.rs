//! The demonstration through the parsers and the shipped rules, as a site sees it.
#![allow(clippy::unwrap_used)]

mod pipeline;
mod story;
