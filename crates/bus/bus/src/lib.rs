//! The bus port: durable streams, message-id dedupe, durable consumers with explicit
//! acknowledgement, leases with epochs.
//!
//! What it is: the [`Bus`] trait, its messages, its error, and [`Capability`], the only way in
//! which a plane gets hold of a bus; also [`Cursor`] and [`Leases`], the pure state that embedded
//! adapters keep, and [`Shares`] and [`Lanes`], how several processes share shards by
//! lease and work on them. What it is not: an adapter; see `bus-memory`, `bus-local`.
//! The suite that every adapter runs is in `testkit` (feature `testkit`). Start at [`Bus`].

mod capability;
mod cursor;
mod error;
mod lanes;
mod leases;
mod port;
mod shares;
#[cfg(feature = "testkit")]
pub mod testkit;
mod tracked;

pub use capability::{BusHandle, Capability};
pub use cursor::{Allowance, Cursor};
pub use error::Error;
pub use lanes::{End, Lane, Lanes};
pub use leases::Leases;
pub use port::{
    Bus, Consumer, ConsumerInfo, ConsumerOptions, Delivery, Fence, Lease, MAX_MESSAGE_BYTES,
    Message, Peeked, Receipt, StreamInfo,
};
pub use shares::{Changed, Plan, Shares, plan};
pub use tracked::Tracked;
