//! The log against a disk that breaks.
#![allow(clippy::unwrap_used)]

mod behaviour;
mod damage;
mod decoder;
mod model;
mod threads;
