//! Files and directories as durable state needs them: every write, `fsync`, rename and directory
//! `fsync` is visible, so that a test can lose, tear, reorder or fail each of them.
//!
//! What this is not: a virtual file system. There are no permissions, links or memory maps, and
//! nothing here is asynchronous: callers that serve requests run it on a blocking thread.
//!
//! Start with [`Disk`] and [`File`], the contract. [`RealDisk`] is a folder of the operating
//! system; [`SimDisk`] is a folder in memory that can crash ([`SimDisk::crash`]).
//!
//! **Invariant:** nothing is durable before its `fsync` returned: a file's bytes after
//! [`File::sync`], its name after [`Disk::sync_dir`] of the folder it stands in. [`SimDisk`] is
//! stricter than any real file system here, so code that survives it needs no luck.

mod atomic;
mod error;
mod path;
mod real;
mod sim;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use atomic::{read, write_atomic};
pub use error::{Error, Result};
pub use real::RealDisk;
pub use sim::{FaultKind, Op, SimDisk};

/// How [`Disk::open`] treats a file that exists or is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// For reading; [`Error::NotFound`] when it is missing.
    Read,
    /// For reading and writing; [`Error::NotFound`] when it is missing.
    Write,
    /// For reading and writing; made empty when it is missing.
    Create,
    /// For reading and writing; [`Error::Exists`] when it is there already.
    CreateNew,
}

/// What a name in a directory stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    File,
    Dir,
}

/// One name in a directory, as [`Disk::list`] gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name alone, without its directory.
    pub name: String,
    pub kind: Kind,
}

/// A folder tree. Paths are relative to its root; `..` and absolute paths are refused.
pub trait Disk: Send + Sync + 'static {
    /// Opens a file. A file made here has no durable name before [`Disk::sync_dir`].
    fn open(&self, path: &Path, open: Open) -> Result<Arc<dyn File>>;

    /// Makes a directory and those above it, and makes their names durable.
    fn create_dir_all(&self, dir: &Path) -> Result<()>;

    /// The names in a directory, sorted. Names that are not UTF-8 are left out.
    fn list(&self, dir: &Path) -> Result<Vec<Entry>>;

    /// Moves a file, over another if need be. Atomic: a crash leaves the old or the new name.
    fn rename(&self, from: &Path, to: &Path) -> Result<()>;

    /// Removes a file. Open handles stay readable.
    fn remove(&self, path: &Path) -> Result<()>;

    /// Makes durable which names a directory has.
    fn sync_dir(&self, dir: &Path) -> Result<()>;

    /// Bytes that can still be written.
    fn free_space(&self) -> Result<u64>;

    /// 64 bits that nobody outside can guess; from its seed on a simulated disk, so that a run
    /// can be repeated.
    fn entropy(&self) -> Result<u64>;
}

/// An open file. Reads and writes carry their offset, so one handle serves many threads.
pub trait File: Send + Sync {
    /// Fills `buf` from `offset`; fewer bytes than asked for only at the end of the file.
    fn read_at(&self, buf: &mut [u8], offset: u64) -> Result<usize>;

    /// Writes all of `bytes` at `offset`, lengthening the file as needed. After an error any
    /// part of them may have been written.
    fn write_at(&self, bytes: &[u8], offset: u64) -> Result<()>;

    /// Writes all of `bytes` at the end and returns the offset they begin at. Appends through
    /// one handle never overlap.
    fn append(&self, bytes: &[u8]) -> Result<u64>;

    /// Makes every byte and the length durable. **After an error nothing may be assumed about
    /// any write since the last success, not even after a later success**: the kernel may have
    /// dropped the pages it could not write.
    fn sync(&self) -> Result<()>;

    /// Cuts or, with zeros, lengthens the file.
    fn truncate(&self, len: u64) -> Result<()>;

    /// Length in bytes.
    fn len(&self) -> Result<u64>;

    /// Whether it has no bytes.
    fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }

    /// The path it was opened with, for messages.
    fn path(&self) -> &Path;
}

/// A disk that lives in a folder of another one.
///
/// For a component that must not see its neighbours' files.
#[derive(Clone)]
pub struct SubDisk {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
}

impl SubDisk {
    /// Makes `dir` when it is missing.
    pub fn new(disk: Arc<dyn Disk>, dir: impl Into<PathBuf>) -> Result<Self> {
        let dir = dir.into();
        disk.create_dir_all(&dir)?;
        Ok(Self { disk, dir })
    }

    fn at(&self, path: &Path) -> Result<PathBuf> {
        path::check(path)?;
        Ok(self.dir.join(path))
    }
}

impl Disk for SubDisk {
    fn open(&self, path: &Path, open: Open) -> Result<Arc<dyn File>> {
        self.disk.open(&self.at(path)?, open)
    }
    fn create_dir_all(&self, dir: &Path) -> Result<()> {
        self.disk.create_dir_all(&self.at(dir)?)
    }
    fn list(&self, dir: &Path) -> Result<Vec<Entry>> {
        self.disk.list(&self.at(dir)?)
    }
    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        self.disk.rename(&self.at(from)?, &self.at(to)?)
    }
    fn remove(&self, path: &Path) -> Result<()> {
        self.disk.remove(&self.at(path)?)
    }
    fn sync_dir(&self, dir: &Path) -> Result<()> {
        self.disk.sync_dir(&self.at(dir)?)
    }
    fn free_space(&self) -> Result<u64> {
        self.disk.free_space()
    }
    fn entropy(&self) -> Result<u64> {
        self.disk.entropy()
    }
}
