#![allow(clippy::unwrap_used)]

mod crashing;
mod spread;
