use std::path::PathBuf;

/// Why no rule set could be made at all. A single rule's trouble is a [`crate::Problem`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("cannot read rule folder `{path}`")]
    Folder {
        path: PathBuf,
        source: std::io::Error,
    },
    /// A mapping table is damaged; the shipped ones are checked by tests.
    #[error("{file}:{line}: {reason}")]
    Table {
        file: &'static str,
        line: usize,
        reason: String,
    },
}
