//! The data directory: who owns it, and which release wrote it.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use crate::Error;

/// The format of the directory as a whole; each store carries its own beside it.
pub(crate) const VERSION: u32 = 1;

/// Stands in a directory while a backup is restored into it.
const RESTORING: &str = "RESTORING";

/// A data directory that this process owns until it is dropped.
#[derive(Debug)]
pub struct DataDir {
    root: PathBuf,
    // The kernel frees the lock when the file is closed, however the process ends.
    _lock: File,
}

impl DataDir {
    /// Makes the directory when it is missing and takes it over.
    ///
    /// # Errors
    /// [`Error::Locked`] names the owner; [`Error::NewerData`] leaves everything as it was.
    pub fn open(root: &Path) -> Result<Self, Error> {
        make(root)?;
        let lock = lock(root)?;
        if root.join(RESTORING).exists() {
            return Err(Error::HalfRestored {
                path: root.to_owned(),
            });
        }
        Self::own(root, lock)
    }

    /// Takes over an empty or missing directory, or one whose restoring was cut short. Nobody else can
    /// own it before [`DataDir::restored`].
    ///
    /// # Errors
    /// [`Error::SiteThere`], or [`Error::Locked`].
    pub(crate) fn to_restore(root: &Path) -> Result<Self, Error> {
        let failed = |source| Error::DataDir {
            path: root.to_owned(),
            source,
        };
        make(root)?;
        let lock = lock(root)?;
        let marker = root.join(RESTORING);
        if !marker.exists() {
            for entry in std::fs::read_dir(root).map_err(failed)? {
                if entry.map_err(failed)?.file_name() != "LOCK" {
                    return Err(Error::SiteThere {
                        path: root.to_owned(),
                    });
                }
            }
            File::create(&marker).map_err(failed)?;
        }
        Self::own(root, lock)
    }

    /// Everything is in place: the directory is a site's.
    ///
    /// # Errors
    /// When the directory cannot be written.
    pub(crate) fn restored(self) -> Result<(), Error> {
        let removed = std::fs::remove_file(self.root.join(RESTORING));
        removed.map_err(|source| Error::DataDir {
            path: self.root.clone(),
            source,
        })
    }

    fn own(root: &Path, lock: File) -> Result<Self, Error> {
        check_version(root)?;
        for folder in [
            "bus",
            "events",
            "windows",
            "artifacts",
            "audit",
            "keys",
            "run",
            "rules",
            "spool",
        ] {
            make(&root.join(folder))?;
        }
        Ok(Self {
            root: root.to_owned(),
            _lock: lock,
        })
    }

    /// Checks that a site has made `root`, and that this release can read it, without taking it over.
    ///
    /// # Errors
    /// [`Error::NoSite`], or [`Error::NewerData`].
    pub fn of_a_site(root: &Path) -> Result<(), Error> {
        if !root.join("VERSION").exists() {
            return Err(Error::NoSite {
                path: root.to_owned(),
            });
        }
        check_version(root)
    }

    /// As [`DataDir::of_a_site`], for who works beside the site.
    ///
    /// # Errors
    /// [`Error::NothingBeside`], or [`Error::NewerData`].
    pub fn beside(root: &Path) -> Result<(), Error> {
        Self::of_a_site(root).map_err(|error| match error {
            Error::NoSite { path } => Error::NothingBeside { path },
            error => error,
        })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The socket through which commands reach the running site.
    pub fn socket(root: &Path) -> PathBuf {
        root.join("run/site.sock")
    }

    /// `$XDG_STATE_HOME/aurorasoc/default`, or the same under `~/.local/state`.
    pub fn default_root() -> PathBuf {
        let state = std::env::var_os("XDG_STATE_HOME")
            .map(PathBuf::from)
            .unwrap_or_else(|| {
                PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".local/state")
            });
        state.join("aurorasoc/default")
    }
}

pub(crate) fn make(path: &Path) -> Result<(), Error> {
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path);
    made.map_err(|source| Error::DataDir {
        path: path.to_owned(),
        source,
    })
}

fn lock(root: &Path) -> Result<File, Error> {
    let path = root.join("LOCK");
    let failed = |source| Error::DataDir {
        path: path.clone(),
        source,
    };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(failed)?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        let mut owner = String::new();
        // Without the number the message is still right.
        let read = file.read_to_string(&mut owner).is_ok();
        let owner = if read {
            owner.trim().to_owned()
        } else {
            String::new()
        };
        return Err(Error::Locked {
            path: root.to_owned(),
            owner,
        });
    }
    file.set_len(0).map_err(failed)?;
    file.rewind().map_err(failed)?;
    writeln!(file, "{}", std::process::id()).map_err(failed)?;
    Ok(file)
}

fn check_version(root: &Path) -> Result<(), Error> {
    let path = root.join("VERSION");
    let failed = |source| Error::DataDir {
        path: path.clone(),
        source,
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => match text.trim().parse::<u32>() {
            Ok(found) if found <= VERSION => Ok(()),
            found => Err(Error::NewerData {
                path: root.to_owned(),
                found: found.map_or_else(|_| text.trim().to_owned(), |n| n.to_string()),
                known: VERSION,
            }),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let draft = root.join("VERSION.new");
            std::fs::write(&draft, format!("{VERSION}\n")).map_err(failed)?;
            std::fs::rename(&draft, &path).map_err(failed)
        }
        Err(error) => Err(failed(error)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_directory_has_one_owner_and_is_free_afterwards() {
        let dir = tempfile::tempdir().unwrap();
        let first = DataDir::open(dir.path()).unwrap();
        let Err(Error::Locked { owner, .. }) = DataDir::open(dir.path()) else {
            panic!("opened")
        };
        assert_eq!(owner, std::process::id().to_string());
        drop(first);
        DataDir::open(dir.path()).unwrap();
    }

    #[test]
    fn a_newer_directory_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("VERSION"), "99\n").unwrap();
        assert!(matches!(
            DataDir::open(dir.path()),
            Err(Error::NewerData { .. })
        ));
        assert_eq!(
            std::fs::read_to_string(dir.path().join("VERSION")).unwrap(),
            "99\n"
        );
        assert!(!dir.path().join("events").exists());
    }
}
