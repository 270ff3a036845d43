//! How fresh each feed is: when it last spoke, how fast, how late, and whose clock is ahead.
//!
//! What it is: [`Book`], a pure account of feeds by source and host, [`Spikes`], the same of records
//! that were given up, and [`Service`], which fills both from the bus and tells a [`Notice`] when a
//! feed that used to speak went silent or when dead letters pile up. What it is not: the ledger;
//! nothing here is exact to the record, and nothing depends on it.
//!
//! Start reading at [`Book`].

mod book;
mod error;
mod handle;
mod notice;
mod options;
mod service;
mod spikes;

pub use book::{Book, Feed, Seen};
pub use error::Error;
pub use handle::Handle;
pub use notice::{Kind, Notice};
pub use options::Options;
pub use service::Service;
pub use spikes::Spikes;
