//! Notifications against real servers on this machine.
#![allow(clippy::unwrap_used)]

mod email;
mod servers;
mod settings;
mod webhook;
mod world;
