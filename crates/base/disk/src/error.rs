//! What can go wrong, by what the caller can do about it.

use std::io;
use std::path::{Path, PathBuf};

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{}` does not exist", path.display())]
    NotFound { path: PathBuf },
    #[error("`{}` exists already", path.display())]
    Exists { path: PathBuf },
    /// The device or the quota is full. What was being written may stand there in part.
    #[error("no space left on the device for `{}`; free some space", path.display())]
    Full { path: PathBuf },
    /// An absolute path or one with `..`.
    #[error("`{}` leaves the data directory; give a path below it", path.display())]
    Outside { path: PathBuf },
    #[error("cannot {action} `{}`", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
}

impl Error {
    /// Sorts an operating system's error by what the caller can do.
    pub(crate) fn from_io(action: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path },
            io::ErrorKind::AlreadyExists => Self::Exists { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            _ => Self::Io {
                action,
                path,
                source,
            },
        }
    }
}
