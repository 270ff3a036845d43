//! Where one of a site's processes keeps what only it works on. It outlives the process: whoever comes
//! next takes the first seat that is free, with what stands there.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use aurora_detect::Part;
use aurora_detect::correlate::{Kept, WindowStores};
use aurora_window_state::Error as WindowError;
use aurora_window_state_rocksdb::{Options, RocksWindows};
use rustix::fs::{FlockOperation, flock};

use crate::Error;

/// More processes than any machine has room for.
const SEATS: u32 = 1_000;
/// Of a part's store: there are several in a process.
const PART: Options = Options {
    write_buffer_bytes: 8 << 20,
    cache_bytes: 1 << 20,
    background_jobs: 2,
};

/// A folder of the data directory that this process has until it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    root: PathBuf,
    /// What the seat is called; no other is.
    name: String,
    windows: Mutex<BTreeMap<Part, Arc<RocksWindows>>>,
    // The kernel frees the lock when the file is closed, however the process ends.
    _lock: File,
}

impl Seat {
    /// Takes the first free one in the data directory.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub(crate) fn take(data: &Path) -> Result<Self, Error> {
        let all = data.join("workers");
        for number in 0..SEATS {
            let root = all.join(number.to_string());
            let failed = |source| Error::DataDir {
                path: root.clone(),
                source,
            };
            crate::data_dir::make(&root)?;
            if let Some(lock) = lock(&root).map_err(failed)? {
                let name = name(&root).map_err(failed)?;
                return Ok(Self {
                    root,
                    name,
                    windows: Mutex::default(),
                    _lock: lock,
                });
            }
        }
        Err(Error::DataDir {
            path: all,
            source: ErrorKind::QuotaExceeded.into(),
        })
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}

impl WindowStores for Seat {
    fn open(&self, part: Part) -> Result<Kept, WindowError> {
        let mut open = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let store = match open.get(&part) {
            Some(store) => store.clone(),
            None => {
                let folder = self.root.join(format!("windows/{}", part.number()));
                let store = Arc::new(RocksWindows::open(&folder, PART)?);
                open.insert(part, store.clone());
                store
            }
        };
        Ok(Kept {
            store,
            place: self.name.clone(),
        })
    }
}

/// The seat's lock, unless another process has it.
fn lock(root: &Path) -> std::io::Result<Option<File>> {
    let mut options = OpenOptions::new();
    let options = options.write(true).create(true).truncate(false).mode(0o600);
    let file = options.open(root.join("LOCK"))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Drawn once, and kept.
fn name(root: &Path) -> std::io::Result<String> {
    let path = root.join("NAME");
    match std::fs::read_to_string(&path) {
        Ok(name) => return Ok(name),
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        Err(_) => {}
    }
    let (name, draft) = (aurora_ids::random_token::<16>(), root.join("NAME.new"));
    std::fs::write(&draft, &name)?;
    std::fs::rename(&draft, &path)?;
    Ok(name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn who_comes_back_finds_what_he_left() {
        let data = tempfile::tempdir().unwrap();
        let first = Seat::take(data.path()).unwrap();
        let second = Seat::take(data.path()).unwrap();
        assert_ne!(first.name, second.name);
        let name = first.name.clone();
        drop(first);
        let again = Seat::take(data.path()).unwrap();
        assert_eq!(again.name, name);
        assert_eq!(again.root, data.path().join("workers/0"));
    }
}
