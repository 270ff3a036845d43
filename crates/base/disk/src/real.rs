//! A folder of the operating system.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::{Disk, Entry, Error, File, Kind, Open, Result, path};

/// What the site keeps is nobody else's to read.
const FILE_MODE: u32 = 0o600;
const DIR_MODE: u32 = 0o700;

/// A folder of the operating system; every path given to it is relative to that folder.
#[derive(Debug, Clone)]
pub struct RealDisk {
    root: PathBuf,
}

impl RealDisk {
    /// Makes the folder, readable by its owner only, when it is missing.
    pub fn new(root: impl Into<PathBuf>) -> Result<Self> {
        let disk = Self { root: root.into() };
        create_dirs(&disk.root).map_err(|e| Error::from_io("create", &disk.root, e))?;
        Ok(disk)
    }

    fn at(&self, path: &Path) -> Result<PathBuf> {
        path::check(path)?;
        Ok(self.root.join(path))
    }
}

/// Makes missing folders from the top and syncs the parent of each, or a crash could lose a
/// folder full of synced files.
fn create_dirs(dir: &Path) -> io::Result<()> {
    if dir.as_os_str().is_empty() || dir.is_dir() {
        return Ok(());
    }
    let parent = dir.parent().unwrap_or(Path::new(""));
    create_dirs(parent)?;
    match fs::DirBuilder::new().mode(DIR_MODE).create(dir) {
        Ok(()) => sync_dir(parent),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => Ok(()),
        Err(e) => Err(e),
    }
}

fn sync_dir(dir: &Path) -> io::Result<()> {
    let dir = if dir.as_os_str().is_empty() {
        Path::new(".")
    } else {
        dir
    };
    fs::File::open(dir)?.sync_all()
}

impl Disk for RealDisk {
    fn open(&self, path: &Path, open: Open) -> Result<Arc<dyn File>> {
        let full = self.at(path)?;
        let mut options = OpenOptions::new();
        options.read(true).mode(FILE_MODE);
        match open {
            Open::Read => &mut options,
            Open::Write => options.write(true),
            Open::Create => options.write(true).create(true).truncate(false),
            Open::CreateNew => options.write(true).create_new(true),
        };
        let file = options
            .open(&full)
            .map_err(|e| Error::from_io("open", &full, e))?;
        Ok(Arc::new(RealFile {
            file,
            path: full,
            end: Mutex::new(()),
        }))
    }

    fn create_dir_all(&self, dir: &Path) -> Result<()> {
        let full = self.at(dir)?;
        create_dirs(&full).map_err(|e| Error::from_io("create", &full, e))
    }

    fn list(&self, dir: &Path) -> Result<Vec<Entry>> {
        let full = self.at(dir)?;
        let fail = |e| Error::from_io("list", &full, e);
        let mut entries = Vec::new();
        for entry in fs::read_dir(&full).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let kind = if entry.file_type().map_err(fail)?.is_dir() {
                Kind::Dir
            } else {
                Kind::File
            };
            if let Ok(name) = entry.file_name().into_string() {
                entries.push(Entry { name, kind });
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        let (from, to) = (self.at(from)?, self.at(to)?);
        fs::rename(&from, &to).map_err(|e| Error::from_io("rename", &from, e))
    }

    fn remove(&self, path: &Path) -> Result<()> {
        let full = self.at(path)?;
        fs::remove_file(&full).map_err(|e| Error::from_io("remove", &full, e))
    }

    fn sync_dir(&self, dir: &Path) -> Result<()> {
        let full = self.at(dir)?;
        sync_dir(&full).map_err(|e| Error::from_io("sync", &full, e))
    }

    fn free_space(&self) -> Result<u64> {
        let stat = rustix::fs::statvfs(&self.root)
            .map_err(|e| Error::from_io("measure", &self.root, e.into()))?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }

    fn entropy(&self) -> Result<u64> {
        getrandom::u64()
            .map_err(|e| Error::from_io("draw a random number for", &self.root, e.into()))
    }
}

struct RealFile {
    file: fs::File,
    path: PathBuf,
    /// Held while appending: between reading the length and writing there.
    end: Mutex<()>,
}

impl RealFile {
    fn fail(&self, action: &'static str) -> impl Fn(io::Error) -> Error {
        move |e| Error::from_io(action, &self.path, e)
    }
}

impl File for RealFile {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> Result<usize> {
        let mut done = 0;
        while done < buf.len() {
            match self.file.read_at(&mut buf[done..], offset + done as u64) {
                Ok(0) => break,
                Ok(n) => done += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(self.fail("read")(e)),
            }
        }
        Ok(done)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> Result<()> {
        self.file
            .write_all_at(bytes, offset)
            .map_err(self.fail("write"))
    }

    fn append(&self, bytes: &[u8]) -> Result<u64> {
        // The guarded value is `()`: a panicking appender cannot have left it half changed.
        let _end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let offset = self.len()?;
        self.write_at(bytes, offset)?;
        Ok(offset)
    }

    fn sync(&self) -> Result<()> {
        // fdatasync: times are not worth a journal commit, and the length is included.
        self.file.sync_data().map_err(self.fail("sync"))
    }

    fn truncate(&self, len: u64) -> Result<()> {
        self.file.set_len(len).map_err(self.fail("truncate"))
    }

    fn len(&self) -> Result<u64> {
        Ok(self.file.metadata().map_err(self.fail("measure"))?.len())
    }

    fn path(&self) -> &Path {
        &self.path
    }
}
