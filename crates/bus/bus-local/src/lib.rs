//! The bus port on local segment logs: one log for each stream, one for what consumers and leases
//! need to be remembered.
//!
//! What this is not: a server. One process owns the directory; whoever opens the data directory
//! holds its lock. Bodies are never kept in memory: a delivery reads them back from the log, which
//! the page cache has while it is fresh.
//!
//! Start with [`LocalBus`]. A stream is in `stream`, what survives a restart besides the messages
//! in `memory` and `ids`, the stored form of a message in `message`.
//!
//! **Invariant:** a receipt is given after the message's `fsync`, to duplicates as well.
//!
//! **Invariant:** a message is removed only when every consumer of its stream has acknowledged
//! it; losing the newest acknowledgements in a crash delivers again and never skips.

mod bus;
mod consumer;
mod error;
mod ids;
mod index;
mod keep;
mod memory;
mod message;
mod options;
mod publish;
mod stream;

pub use bus::LocalBus;
pub use error::Error;
pub use message::decode as decode_message;
pub use options::{Io, Options};
