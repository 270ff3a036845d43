//! Integration tests: an independent validator as oracle, and hostile input.
#![allow(clippy::unwrap_used)]

mod goldens;
mod oracle;
mod random;
