//! A disk in memory that loses, tears and reorders what was not synced, and fails on demand.

mod inode;
mod rng;
mod state;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use inode::{DirData, FileData, Id, Inode};
use state::{State, Verdict, fault, power_lost};

use crate::{Disk, Entry, Error, File, Kind, Open, Result, path};

/// Operations that [`SimDisk::fail`] can pick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Open,
    Read,
    /// Writes, appends and truncations.
    Write,
    Sync,
    /// Renames and removals.
    Name,
    SyncDir,
}

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// `EIO`. A failed write leaves a part; a failed sync leaves anything and hides it.
    Io,
    /// `ENOSPC`. A failed write leaves a part.
    Full,
}

/// A disk in memory. Clones are the same disk. The same seed and the same calls in the same
/// order give the same bytes.
#[derive(Clone)]
pub struct SimDisk {
    state: Arc<Mutex<State>>,
}

impl SimDisk {
    pub fn new(seed: u64) -> Self {
        Self::of(State::new(seed))
    }

    fn of(state: State) -> Self {
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A test that panicked has failed already; the next one may still look at the disk.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Limits the bytes in all files: past it writes fail with [`Error::Full`].
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.state().capacity = bytes;
    }

    /// Cuts power and gives the disk as it may stand when power returns. This one, and every
    /// file open on it, fails from now on.
    pub fn crash(&self) -> SimDisk {
        Self::of(self.state().after_crash())
    }

    /// Cuts power while the `n`th changing operation from now runs (1 is the next one), so that
    /// a crash falls between any two steps of the code under test. [`SimDisk::crash`] then
    /// gives what is left.
    pub fn lose_power_after(&self, n: u64) {
        let mut state = self.state();
        state.lose_power_at = Some(state.ops + n.max(1));
    }

    /// Whether power was cut.
    pub fn is_dead(&self) -> bool {
        self.state().dead
    }

    /// Makes one operation fail: the first of its kind after `skip` others. Each call adds one.
    pub fn fail(&self, op: Op, skip: u64, kind: FaultKind) {
        self.state().add_fault(op, skip, kind);
    }

    /// Forgets every fault and power loss still to come.
    pub fn clear_faults(&self) {
        self.state().clear_faults();
    }

    /// Operations counted so far.
    pub fn ops(&self) -> u64 {
        self.state().ops
    }

    /// Flips the bits of `mask` in one byte of a file on the platter, as a failing device does.
    pub fn damage(&self, path: &Path, offset: u64, mask: u8) -> Result<()> {
        let mut state = self.state();
        let id = state.find(path)?;
        state.file(id, path)?.damage(offset as usize, mask);
        Ok(())
    }

    /// Runs `change` unless a fault or a power loss falls on it; a power loss lets it begin.
    fn change<T>(
        &self,
        op: Op,
        at: &Path,
        change: impl FnOnce(&mut State) -> Result<T>,
    ) -> Result<T> {
        let mut state = self.state();
        match state.begin(op, at)? {
            Verdict::Go => change(&mut state),
            Verdict::Fail(kind) => Err(fault(kind, at)),
            Verdict::PowerLoss => {
                // Begun but never finished: whether it is found later is the crash's choice.
                change(&mut state)?;
                Err(power_lost(at))
            }
        }
    }
}

impl Disk for SimDisk {
    fn open(&self, at: &Path, open: Open) -> Result<Arc<dyn File>> {
        let id = self.change(Op::Open, at, |state| match (state.find(at), open) {
            (Ok(_), Open::CreateNew) => Err(Error::Exists {
                path: at.to_owned(),
            }),
            (Ok(id), _) => state.file(id, at).map(|_| id),
            (Err(Error::NotFound { .. }), Open::Create | Open::CreateNew) => {
                let (dir, name) = state.parent(at)?;
                Ok(state.make(dir, name, Inode::File(FileData::default())))
            }
            (Err(e), _) => Err(e),
        })?;
        Ok(Arc::new(SimFile {
            disk: self.clone(),
            id,
            path: at.to_owned(),
        }))
    }

    fn create_dir_all(&self, at: &Path) -> Result<()> {
        path::check(at)?;
        let mut made = PathBuf::new();
        for part in at.components() {
            let parent = made.clone();
            made.push(part);
            if self.state().find(&made).is_ok() {
                continue;
            }
            self.change(Op::Open, &made, |state| {
                let (dir, name) = state.parent(&made)?;
                state.make(dir, name, Inode::Dir(DirData::default()));
                Ok(())
            })?;
            self.sync_dir(&parent)?;
        }
        Ok(())
    }

    fn list(&self, at: &Path) -> Result<Vec<Entry>> {
        let names = self.change(Op::Read, at, |state| state.list(at))?;
        let entry = |(name, dir)| Entry {
            name,
            kind: if dir { Kind::Dir } else { Kind::File },
        };
        Ok(names.into_iter().map(entry).collect())
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        path::check(to)?;
        self.change(Op::Name, from, |state| {
            let id = state.find(from)?;
            let (from, to) = (state.parent(from)?, state.parent(to)?);
            state.relink(from, to, id);
            Ok(())
        })
    }

    fn remove(&self, at: &Path) -> Result<()> {
        self.change(Op::Name, at, |state| {
            let id = state.find(at)?;
            state.file(id, at)?;
            let (dir, name) = state.parent(at)?;
            state.unlink(dir, name);
            Ok(())
        })
    }

    fn sync_dir(&self, at: &Path) -> Result<()> {
        let mut state = self.state();
        match state.begin(Op::SyncDir, at)? {
            Verdict::Go => {
                let dir = state.find(at)?;
                state.sync_dir(dir);
                Ok(())
            }
            Verdict::Fail(kind) => Err(fault(kind, at)),
            Verdict::PowerLoss => Err(power_lost(at)),
        }
    }

    fn free_space(&self) -> Result<u64> {
        Ok(self.state().free())
    }

    fn entropy(&self) -> Result<u64> {
        Ok(self.state().rng.next())
    }
}

struct SimFile {
    disk: SimDisk,
    id: Id,
    path: PathBuf,
}

impl SimFile {
    /// Writes at `offset`, or at the end when there is none; returns where.
    fn put(&self, bytes: &[u8], offset: Option<u64>) -> Result<u64> {
        let mut state = self.disk.state();
        let verdict = state.begin(Op::Write, &self.path)?;
        let end = state.file(self.id, &self.path)?.live.len();
        let offset = offset.map_or(end, |offset| offset as usize);
        let grows = (offset + bytes.len()).saturating_sub(end) as u64;
        let (len, outcome) = match verdict {
            Verdict::Go if grows > state.free() => (
                state.rng.upto(bytes.len()),
                Err(fault(FaultKind::Full, &self.path)),
            ),
            Verdict::Go => (bytes.len(), Ok(offset as u64)),
            Verdict::Fail(kind) => (state.rng.upto(bytes.len()), Err(fault(kind, &self.path))),
            Verdict::PowerLoss => (bytes.len(), Err(power_lost(&self.path))),
        };
        state
            .file(self.id, &self.path)?
            .write(offset, &bytes[..len]);
        outcome
    }
}

impl File for SimFile {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> Result<usize> {
        self.disk.change(Op::Read, &self.path, |state| {
            let live = &state.file(self.id, &self.path)?.live;
            let from = live.len().min(offset as usize);
            let len = buf.len().min(live.len() - from);
            buf[..len].copy_from_slice(&live[from..from + len]);
            Ok(len)
        })
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> Result<()> {
        self.put(bytes, Some(offset)).map(|_| ())
    }

    fn append(&self, bytes: &[u8]) -> Result<u64> {
        self.put(bytes, None)
    }

    fn sync(&self) -> Result<()> {
        let mut state = self.disk.state();
        let verdict = state.begin(Op::Sync, &self.path)?;
        let mut rng = rng::Rng::new(state.rng.next());
        let file = state.file(self.id, &self.path)?;
        match verdict {
            Verdict::Go => {
                file.sync();
                Ok(())
            }
            Verdict::Fail(kind) => {
                file.fail_sync(&mut rng);
                Err(fault(kind, &self.path))
            }
            Verdict::PowerLoss => Err(power_lost(&self.path)),
        }
    }

    fn truncate(&self, len: u64) -> Result<()> {
        self.disk.change(Op::Write, &self.path, |state| {
            state.file(self.id, &self.path)?.truncate(len as usize);
            Ok(())
        })
    }

    fn len(&self) -> Result<u64> {
        self.disk.change(Op::Read, &self.path, |state| {
            Ok(state.file(self.id, &self.path)?.live.len() as u64)
        })
    }

    fn path(&self) -> &Path {
        &self.path
    }
}
