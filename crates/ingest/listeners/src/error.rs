use std::path::PathBuf;

/// What a caller of a listener decides on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the bus failed")]
    Bus(#[source] aurora_bus::Error),
    /// Nothing of the batch was accepted; it may be sent again, unchanged, a little later.
    #[error("the site cannot take more now: the raw stream is full")]
    Full,
    #[error("the records store failed")]
    Records(#[from] aurora_records::Error),
    #[error("cannot listen on {address} for {listener}: {source}")]
    Bind {
        listener: &'static str,
        address: String,
        source: std::io::Error,
    },
    #[error("cannot use the certificate in `{}` for {listener}: {detail}", path.display())]
    Certificate {
        listener: &'static str,
        path: PathBuf,
        detail: String,
    },
    #[error("cannot read `{}`", path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot frame `{}`", path.display())]
    Frame {
        path: PathBuf,
        source: aurora_formats::Error,
    },
    #[error("cannot import `{}`: it is a directory; name its files", path.display())]
    Directory { path: PathBuf },
    #[error("there is no import `{0}`")]
    NoSuchImport(String),
    #[error("there is no source `{0}`: `aurorasoc sources` lists them")]
    NoSuchSource(String),
    #[error("`{0}` cannot name a source: want 1 to 64 of a-z, 0-9, `-`, `_` and `@`")]
    BadSourceName(String),
    #[error("document `{id}` does not hold what this release writes")]
    Damaged {
        id: String,
        source: serde_json::Error,
    },
    #[error("a part of the listener failed")]
    Part(#[from] aurora_tasks::Failed),
    #[error("the work was cut off")]
    Join(#[from] tokio::task::JoinError),
}

impl From<aurora_bus::Error> for Error {
    fn from(error: aurora_bus::Error) -> Self {
        match error {
            aurora_bus::Error::Full { .. } => Self::Full,
            other => Self::Bus(other),
        }
    }
}
