//! One way of writing each kind of value, the same at load and at match.

mod email;
mod hash;
mod host;
mod refang;
mod url;

pub use hash::Hash;

pub(crate) use email::email;
pub(crate) use hash::hash;
pub(crate) use host::{address, domain, suffixes};
pub(crate) use refang::refang;
pub(crate) use url::{Host, url};
