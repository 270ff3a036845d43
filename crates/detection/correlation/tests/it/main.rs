//! One binary: the oracle, and the state machine against it.
#![allow(clippy::unwrap_used)]

mod bounds;
mod bytes;
mod cases;
mod late;
mod nearest;
mod oracle;
mod random;
mod same;
mod timeline;
mod world;
