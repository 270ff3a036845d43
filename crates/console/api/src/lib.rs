//! The HTTP API, its live events and the console's files.
//!
//! What it is: `/api/v1` over the [`Site`] port, on a Unix socket for the local operator and on
//! loopback TCP for the console. What it is not: a place for decisions about alerts or events;
//! those are the site's. Start reading at [`site`], then [`Service`].

mod assets;
mod auth;
mod error;
mod extract;
pub mod feed;
mod headers;
mod listen;
mod openapi;
mod options;
mod refusal;
mod routes;
mod service;
pub mod sessions;
pub mod site;
mod state;
#[cfg(feature = "testkit")]
pub mod testkit;

pub use error::Error;
pub use feed::Feed;
pub use headers::CONTENT_SECURITY_POLICY;
pub use openapi::openapi;
pub use options::Options;
pub use service::{Handle, Parts, Service};
pub use sessions::Sessions;
pub use site::Site;
