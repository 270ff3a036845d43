use std::path::PathBuf;

/// Why a feed stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot hand records over")]
    Listeners(#[from] aurora_listeners::Error),
    #[error("the records store failed")]
    Records(#[from] aurora_records::Error),
    #[error("cannot read `{}`", path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot frame `{name}`")]
    Frame {
        name: String,
        source: aurora_formats::Error,
    },
    #[error("`{url}` is no place to read from: {detail}")]
    Place { url: String, detail: String },
    #[error("the object store failed")]
    Objects(#[from] object_store::Error),
    #[error("cannot run `{command}`")]
    Journal {
        command: String,
        source: std::io::Error,
    },
    #[error("the work was cut off")]
    Join(#[from] tokio::task::JoinError),
}
