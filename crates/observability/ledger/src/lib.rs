//! The ledgers that must balance.
//!
//! `received = stored + deduplicated + dropped + dead-lettered + in flight`, in records and per
//! source, and `matches = alerts + grouped + suppressed`. What it is: [`Ledger`], the service that
//! counts what is received, and [`Handle::report`], which puts that beside what the other
//! services counted and what is on its way. What it is not: an arithmetic of remainders: every
//! term is counted where it happens, in the commit that moves the counting service's checkpoint,
//! and a report that does not balance says that something is wrong.
//!
//! Start reading at [`Handle::report`]; how the terms are put together is in `report`, and
//! why a live report does not tear is in `reading`.

mod count;
mod error;
mod handle;
mod options;
mod pin;
mod reading;
mod report;
mod service;
mod transit;

pub use error::Error;
pub use handle::Handle;
pub use options::Options;
pub use report::Report;
pub use service::Ledger;
