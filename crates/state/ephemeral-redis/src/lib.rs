//! The port of short-lived values on Redis 7, for sites whose roles run on several machines.
//!
//! What it is: [`RedisEphemeral`]. Each call is one command or one script, which Redis runs alone.
//! What it is not: for a cluster, nor for data that is missed when it is gone. While the server is
//! away calls fail at once and connections come back by themselves. Start reading at
//! [`RedisEphemeral::open`].

mod connect;
mod listen;
mod names;
mod scripts;
mod store;

pub use connect::{BadAddress, Options};
pub use store::RedisEphemeral;
