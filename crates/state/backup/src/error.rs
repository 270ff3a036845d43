use std::path::{Path, PathBuf};

/// Why a backup was not taken, or not restored.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot {action} `{}`", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("there is no whole backup in `{}`: it has no `{name}`; take it again", path.display())]
    NoManifest { path: PathBuf, name: &'static str },
    #[error("`{}` is damaged: {what}", path.display())]
    Damaged { path: PathBuf, what: String },
    #[error("`{}` has format {found} and this release knows up to {known}", path.display())]
    NewerFormat {
        path: PathBuf,
        found: u32,
        known: u32,
    },
    #[error("the keys do not open: another passphrase, or damaged")]
    Sealed,
    #[error("the operating system gives no random numbers")]
    Entropy(#[source] getrandom::Error),
    #[error("the records store failed")]
    Records(#[from] aurora_records::Error),
    /// Writers wait for so long and not longer.
    #[error(
        "the site's files change faster than they are read: none were taken within {seconds} s; try again when it is quieter, or stop the site first"
    )]
    TooBusy { seconds: u64 },
}

impl Error {
    pub fn io(action: &'static str, path: impl AsRef<Path>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.as_ref().to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }

    pub(crate) fn damaged(path: &Path, what: impl ToString) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            what: what.to_string(),
        }
    }
}
