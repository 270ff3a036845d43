use std::path::PathBuf;

use crate::Version;

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot find `nats-server`; run `./aurora setup`, or put it on the PATH")]
    NotInstalled,
    #[error("cannot use `{path}`")]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("nats-server ended while it started ({status}); `{log}` says why")]
    Ended { status: String, log: PathBuf },
    #[error("nats-server did not say where it listens within {seconds} s; `{log}` may say why")]
    Silent { seconds: u64, log: PathBuf },
    #[error("`{path} --version` says `{said}`, which is no version of nats-server")]
    Unknown { path: PathBuf, said: String },
    #[error(
        "nats-server {found} is older than {floor}; run `./aurora setup`, or install a newer one"
    )]
    TooOld { found: Version, floor: Version },
}

impl Error {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
