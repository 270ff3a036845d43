//! A site of processes that are killed without warning: nothing that was acknowledged is lost, and
//! nothing is there twice.
//!
//! In each round every kind of process is killed once. `AURORA_CHAOS_ROUNDS`, `AURORA_CHAOS_EVENTS` and
//! `AURORA_CHAOS_SEED` say how often, how much and
//! with which choices; `just chaos` runs thirty rounds in the release profile, `just chaos --bus nats` the
//! same on a `nats-server` with a process for every role. What falls where also depends on the machine, so a seed repeats the choices
//! and not the very interleaving.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod audit;
mod campaign;
mod engine;
mod kills;
mod processes;
mod random;
mod records;
mod repeats;
mod roles;
mod sender;
mod site;
