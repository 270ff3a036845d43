//! Which failures pass.

use aurora_records::Error;

/// The database cannot hold our texts.
#[derive(Debug, thiserror::Error)]
#[error("the database's encoding is {0}; make one with `createdb --encoding UTF8`")]
pub(crate) struct Encoding(pub(crate) String);

pub(crate) fn storage(source: sqlx::Error) -> Error {
    match source {
        sqlx::Error::PoolClosed => Error::Closed,
        source => Error::storage(source),
    }
}

/// Whether the same may succeed on another connection, or a moment later.
pub(crate) fn passes(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => true,
        // Broken off in the middle of an answer.
        sqlx::Error::Protocol(_) => true,
        // Appendix A of PostgreSQL's manual: connection exceptions, serialisation and deadlock, the
        // server's shutdown and start, too many clients, a session that was idle for too long.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            code.starts_with("08")
                || matches!(
                    code.as_ref(),
                    "40001" | "40P01" | "57P01" | "57P02" | "57P03" | "53300" | "25P03" | "25P02"
                )
        }),
        _ => false,
    }
}

/// Whether a failure of the port's kind is one that passes.
pub(crate) fn may_pass(error: &Error) -> bool {
    match error {
        Error::Storage(source) => source.downcast_ref::<sqlx::Error>().is_some_and(passes),
        _ => false,
    }
}
