//! The events port on ClickHouse's HTTP protocol: one dialect and one schema for the embedded engine
//! (a Unix socket) and for a ClickHouse server (TCP).
//!
//! What it is: [`ClickHouseEvents`], its schema with migrations, the encoder of rows and the compiler
//! of hunts. What it is not: the engine; `aurora-events-engine` runs that. Start at
//! [`ClickHouseEvents`], then `compile` for hunts and `columns` for what is kept where.
//!
//! **Invariant:** no value and no name from a log or a query stands in a statement. Statements are put
//! together from this crate's own texts and numbers; everything else is bound as a parameter.
//!
//! The conformance suite runs on the embedded engine. Against a ClickHouse server over TCP this
//! adapter has not been run: no package registry offers one.

mod address;
mod body;
mod client;
mod columns;
mod compile;
mod encode;
mod error;
mod options;
mod parameters;
mod read;
mod remove;
mod schema;
mod store;

pub use options::{Endpoint, Options, Reserve};
pub use store::ClickHouseEvents;
