//! Every shipped rule, through the parsers, on its golden records.
#![allow(clippy::unwrap_used)]

mod catalogue;
mod goldens;
mod pipeline;
