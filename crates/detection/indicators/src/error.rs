/// What a caller of this crate decides on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read `{name}`")]
    Read {
        name: String,
        #[source]
        source: std::io::Error,
    },
    /// The whole file is of no use; single lines that are not are rejected in the report.
    #[error("`{name}` is no {format} file: {reason}")]
    Malformed {
        name: String,
        format: &'static str,
        reason: String,
    },
    #[error("cannot write the compiled set")]
    Write(#[source] std::io::Error),
    /// More than one set may hold.
    #[error("a set holds at most {limit} of {what}: split the files over several sources")]
    TooLarge { what: &'static str, limit: u64 },
    /// What was given is no compiled set, or a damaged one.
    #[error("the compiled set is damaged: {0}: import the source again")]
    Damaged(String),
    #[error("the compiled set has format {found}, this release reads {known}")]
    Newer { found: u32, known: u32 },
    #[error("line {line} of the table of observables: {reason}")]
    Table { line: usize, reason: String },
}

impl Error {
    pub(crate) fn damaged(reason: impl Into<String>) -> Self {
        Self::Damaged(reason.into())
    }
}
