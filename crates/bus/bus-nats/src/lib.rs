//! The bus port on NATS JetStream: for sites that have outgrown one machine.
//!
//! What it is: [`NatsBus`], one connection with one role's rights; the streams as we want them; the
//! permissions of each role, generated from the bus's table of capabilities; and [`NatsServer`], a
//! local `nats-server` of our own with a generated configuration. What it is not: a store that
//! decides alone what it keeps; messages leave a stream when every consumer has acknowledged them,
//! as on the local bus. Start reading at [`NatsBus`].
//!
//! **Invariant:** what a publication acknowledged is in a file: our own servers run with
//! `sync_interval: always`.
//!
//! **Invariant:** a delivery belongs to a process that says every few seconds that it is alive. A
//! consumer has one process that reads; the next one is given at once, and in order, what the last one
//! had not settled.

mod alive;
mod bus;
mod connection;
mod consumer;
mod error;
mod lease;
mod options;
mod order;
mod permissions;
mod publish;
mod server;
mod streams;
mod wire;

pub use aurora_nats_server::{Error as ServerError, find as find_server};
pub use bus::NatsBus;
pub use error::Error;
pub use options::{Options, Standing};
pub use permissions::{Permissions, permissions};
pub use server::{NatsServer, ServerOptions, ServerTls, User, accounts_config, server_config};
