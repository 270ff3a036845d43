//! A log of opaque frames with dense sequence numbers, kept in segments on a
//! [`Disk`](aurora_disk::Disk): what the local bus, the collector's buffer and the federation
//! outbox stand on.
//!
//! What this is not: it knows nothing of subjects, consumers or messages, and it has no threads
//! and no runtime of its own. [`Log::append`] blocks; an asynchronous caller uses
//! [`Log::submit`], runs [`Log::commit`] on a blocking thread and awaits the ticket.
//!
//! Start with [`Log`]. The stored format is in `frame` and `header`, the judgement on what a
//! crash left in [`scan`].
//!
//! **Invariant:** a frame whose append returned is durable, and readers see no other frames.
//!
//! **Invariant:** recovery drops only what was never acknowledged. Every frame carries the
//! sequence that was durable when it was written, so a bad frame that a later one vouches for is
//! damage ([`Error::Corrupt`]), never a torn tail.
//!
//! **Invariant:** after a failed `fsync` the log acknowledges nothing more ([`Error::Poisoned`]):
//! the kernel may have dropped the pages and calls them clean. Opening the log again writes the
//! frames nobody vouches for once more before it shows them.

mod error;
mod frame;
mod header;
mod log;
mod open;
mod options;
mod queue;
mod reader;
mod scan;
mod segment;
mod trim;
mod writer;

pub use error::{Error, Result};
pub use frame::Frame;
pub use log::Log;
pub use open::Recovery;
pub use options::Options;
pub use queue::Ticket;
pub use reader::Reader;
pub use scan::{Damage, Scan, scan};
