//! The HTTP API, its live events and the console's files.
//!
//! What it is: `/api/v1` over the [`Site`] port, on a Unix socket for the local operator and on
//! loopback TCP for the console. What it is not: a place for decisions about alerts or events;
//! those are the site's. Start reading at [`site`], then [`Service`].

pub mod site;

pub use site::Site;
