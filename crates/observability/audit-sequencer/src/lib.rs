//! Derives the audit log from the decision records, the only source.
//!
//! What it is: [`Log`], the one writer of a folder of the log, on a disk that tests can break; and
//! [`Service`], which follows the decision records and commits what is new as one group, with
//! [`Handle::proved`] for whoever must not answer before a decision is provable. What it is not:
//! the formats and proofs; those are `aurora-audit`. Start reading at [`Log::append`].
//!
//! **Invariant:** the log is a function of the decision records and the site's keys. Whatever a
//! crash leaves, the same records give the same bytes, and no checkpoint is signed over tiles that
//! are not durable.

mod edge;
mod erase;
mod error;
mod handle;
mod keys;
mod log;
mod options;
mod service;
mod sweep;
mod witnessed;

pub use error::Error;
pub use handle::Handle;
pub use keys::Keys;
pub use log::Log;
pub use options::Options;
pub use service::Service;
pub use witnessed::keep_cosignature;
