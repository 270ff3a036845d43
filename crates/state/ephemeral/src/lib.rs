//! The port of short-lived values: what several processes must know of each other for a while, and
//! what nobody needs after a crash.
//!
//! What it is: the [`Ephemeral`] trait. Values and counters that expire, locks with a fencing token,
//! hints that something has changed. What it is not: a store; a server that ends may take everything
//! along, so whatever must survive is in the records store. Start reading at [`Ephemeral`].

mod error;
mod hints;
mod port;
#[cfg(feature = "testkit")]
pub mod testkit;

pub use error::Error;
pub use hints::{Hint, HintSender, Hints, hints};
pub use port::{Counted, Ephemeral, Fence, MAX_VALUE, check};
