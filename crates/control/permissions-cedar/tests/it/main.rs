#![allow(clippy::unwrap_used)]

mod custom;
mod same_as_plain;
