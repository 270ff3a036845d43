//! Witnesses of audit logs over HTTP (C2SP tlog-witness): being one, and asking others.
//!
//! What it is: [`Witness`], which keeps what it saw of each log and cosigns what continues it, and its
//! [`routes`]; [`Service`], which asks the witnesses of a site for cosignatures of its newest checkpoint, now
//! and then and beside the site's work, and keeps them with the log. What it is not: the formats and the
//! judgement, which are `aurora-audit`; nor the site's own key: a witness has one of its own.
//!
//! **Invariant:** what a witness saw is durable before anything is signed, so that it never signs two roots
//! of one size, whatever happens to the process.
//!
//! Start reading at [`Witness::add`].

mod ask;
mod error;
mod options;
mod routes;
mod service;
mod witness;

pub use error::Error;
pub use options::{Asked, Options};
pub use routes::routes;
pub use service::Service;
pub use witness::{Cosigned, Witness};
