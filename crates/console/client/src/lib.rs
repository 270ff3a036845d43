//! A typed client of a site's API, over the Unix socket in its data directory.
//!
//! What it is: one method an operation, with the types of `aurora-messages`. What it is not: a
//! browser's way in; the socket makes the caller the local operator. Start reading at [`Client`].

mod approvals;
mod client;
mod error;
mod federation;
mod follow;
mod incident_desk;
mod indicator_desk;
mod mesh_desk;
mod notify_desk;
mod path;
mod people;
mod rule_desk;
mod transport;

pub use client::Client;
pub use error::Error;
pub use follow::{Follower, Heard};
