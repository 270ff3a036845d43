//! The records port: documents with their life, checkpoints and counters, and the decision log.
//!
//! What it is: the [`Records`] trait. A [`Change`] commits whole or not at all, together with the
//! decision that explains it; what it will do is worked out by the pure [`plan`], which every
//! adapter shares. What it is not: a place for events; those are immutable and live behind the
//! events port. Start reading at [`Change`]; an adapter's author, at [`plan`] and `testkit`
//! (feature `testkit`), the suite that every adapter runs.

pub mod archive;
mod change;
mod claim;
mod collection;
pub mod columns;
pub mod effect;
mod error;
mod fingerprint;
pub mod page;
pub mod place;
pub mod plan;
mod port;
mod query;
#[cfg(feature = "testkit")]
pub mod testkit;

pub use change::{Change, Guard, SlotWrite, Write};
pub use claim::Claim;
pub use collection::{Collection, Field, FieldKind};
pub use error::Error;
pub use fingerprint::{canonical, fingerprint};
pub use plan::{Found, MAX_COUNTER, Plan};
pub use port::{Committed, DecisionQuery, Document, Head, Moment, Page, Records};
pub use query::{Filter, Order, Query, Test};
