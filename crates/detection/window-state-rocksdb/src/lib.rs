//! Window state on RocksDB.
//!
//! What it is: the port's durable adapter. One database holds the shards of one worker; every key
//! begins with its shard, so that a shard is one range. A commit of all shards that a round touched
//! is one `WriteBatch` and one sync of the write-ahead log. What it is not: a cache; what windows
//! hold is in memory with the worker, and read from here at start only. Start reading at
//! [`RocksWindows`]; `layout` has the keys.
//!
//! On disk: a folder with `FORMAT` and `db/`; a checkpoint is the same, made of hard links.

mod adopt;
mod files;
mod layout;
mod store;

pub use store::{Options, RocksWindows};
