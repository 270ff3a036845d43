//! The real engine in a real child: the port's suite, and what becomes of events when it dies.
//!
//! Without the engine's library the tests say so and pass; `./aurora test` installs it first.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod confined;
mod crash;
mod lifeline;
mod long;
mod orphan;
mod remote;
mod site;
mod suite;
