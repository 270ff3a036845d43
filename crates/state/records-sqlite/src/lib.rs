//! The records port on SQLite: one file, write-ahead log, one writer, a few readers.
//!
//! What it is: [`SqliteRecords`]. A commit is on disk (`synchronous=FULL`) when it is
//! acknowledged; commits that wait at the same time share one `fsync`. What it is not: safe to
//! open twice at once; the data directory's lock sees to that. Start reading at
//! [`SqliteRecords::open`], then at `writer`.

mod archive;
mod collections;
mod format;
mod read;
mod statements;
mod store;
mod write;
mod writer;

pub use archive::SqliteArchive;
pub use format::FORMAT;
pub use store::SqliteRecords;

use aurora_model::Scope;
use aurora_records::Error;

fn storage(source: sqlx::Error) -> Error {
    match source {
        sqlx::Error::PoolClosed => Error::Closed,
        source => Error::storage(source),
    }
}

fn site(scope: &Scope) -> &[u8] {
    scope.site.0.as_bytes()
}
