//! Push protocols: the body of a request to the records in it.
//!
//! What it is: pure decoders of what shippers send: [`hec`] (Splunk's HTTP event collector),
//! [`bulk`] (Elasticsearch's `_bulk`), [`loki`] and [`otlp`], and [`unpack`] for their compressions.
//! What it is not: a server; who answers, and with what, stands in `aurora-listeners`.
//!
//! Invariant: a body that wants more memory than it was given is refused before it gets it. So
//! decoders hand out one [`Entry`] at a time, and the taker says when it is enough.
//!
//! Start reading at [`Entry`].

pub mod bulk;
mod entry;
mod error;
pub mod hec;
pub mod journal;
pub mod loki;
pub mod otlp;
mod unpack;
mod wire;

pub use entry::{Entry, Known, Travels};
pub use error::Error;
pub use unpack::{Encoding, unpack};

/// Takes entries; an error of it ends the decoding.
pub type Sink<'s> = dyn FnMut(Entry) -> Result<(), Error> + 's;
