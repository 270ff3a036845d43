use std::path::PathBuf;

use crate::BadRequest;

/// Why the authority does not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// One text for all of it: a stranger learns nothing.
    #[error("the token is unknown, used, revoked or too old")]
    Token,
    #[error("the token is not for the host `{0}`")]
    Host(String),
    #[error("`{0}` is no host's name: want at most 253 of a-z, 0-9, `.`, `-` and `_`")]
    HostName(String),
    #[error("`{0}` is no pattern of hosts: want a name in which `*` stands for any text")]
    Pattern(String),
    #[error("a token lives 1 to 15 minutes, not {0}")]
    Life(u64),
    #[error("the request cannot be used: {0}")]
    Request(#[from] BadRequest),
    /// It was denied, or is not known here.
    #[error("the site does not know this host any more; enrol it again with a new token")]
    Denied,
    #[error("there is no token or host `{0}`")]
    NoSuch(String),
    #[error("the name of a part makes no id")]
    Id(#[from] aurora_tls::BadId),
    #[error("the certificate cannot be made")]
    Certificate(#[from] rcgen::Error),
    #[error("the certificate cannot be shown")]
    Shown(#[from] rustls::Error),
    #[error("cannot write the certificate `{}`", path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the records store failed")]
    Records(#[from] aurora_records::Error),
    #[error("document `{id}` does not hold what this release writes")]
    Damaged {
        id: String,
        source: serde_json::Error,
    },
}

impl Error {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
