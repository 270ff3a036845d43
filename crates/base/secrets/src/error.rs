use std::path::PathBuf;

/// Why a site's keys or identity cannot be used. None of the texts holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot {action} `{}`", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// Someone else can read or change it. It may have been read already.
    #[error(
        "`{}` has mode {found:04o} and others may use it; run `chmod {wanted:04o} {}`",
        path.display(), path.display()
    )]
    Permissions {
        path: PathBuf,
        found: u32,
        wanted: u32,
    },
    /// A folder or link where a file belongs, or a file where the folder belongs.
    #[error("`{}` is not a plain {wanted}; move it away", path.display())]
    Kind { path: PathBuf, wanted: &'static str },
    #[error("`{}` is damaged: {why}; restore it from a backup", path.display())]
    Damaged { path: PathBuf, why: &'static str },
    #[error(
        "`{}` has format {found} and this release knows up to {known}; use the newer release",
        path.display()
    )]
    NewerFormat {
        path: PathBuf,
        found: u32,
        known: u32,
    },
    #[error("the operating system gives no random numbers")]
    Entropy(#[source] getrandom::Error),
}
