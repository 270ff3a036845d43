//! The records port on PostgreSQL, for sites whose roles run on several machines.
//!
//! What it is: [`PostgresRecords`]. Any number of processes write to one database; the row of a
//! scope is their lock, so that guards hold and decisions stay dense across all of them. Commits that
//! wait at the same time in one process share a transaction. While the server is away, calls wait for
//! it; a commit whose answer was lost is looked up, not guessed. What it is not: for a connection
//! pooler that hands out connections by transaction. Start reading at [`PostgresRecords::open`], then
//! at `group`.

mod archive;
mod collections;
mod connect;
mod error;
mod format;
mod group;
mod options;
mod read;
mod statements;
mod store;
mod text;
mod write;
mod writer;

pub use archive::PostgresArchive;
pub use format::FORMAT;
pub use options::{BadAddress, Options};
pub use store::PostgresRecords;

use aurora_model::Scope;

use crate::error::storage;

fn site(scope: &Scope) -> &[u8] {
    scope.site.0.as_bytes()
}
