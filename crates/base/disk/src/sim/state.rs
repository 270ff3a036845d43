//! The whole simulated disk: its tree, what is not yet durable of it, and the faults to come.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path};

use super::inode::{DirData, FileData, Id, Inode, Luck};
use super::rng::Rng;
use super::{FaultKind, Op};
use crate::{Error, Result, path};

const ROOT: Id = 0;

pub(super) struct State {
    pub(super) rng: Rng,
    pub(super) inodes: BTreeMap<Id, Inode>,
    next: Id,
    /// Changes of names that no directory sync has made durable, oldest first.
    names: Vec<NameChange>,
    faults: Vec<Fault>,
    pub(super) ops: u64,
    pub(super) lose_power_at: Option<u64>,
    pub(super) dead: bool,
    pub(super) capacity: Option<u64>,
}

/// One atomic change: a name goes, a name comes, or (rename) both.
struct NameChange {
    gone: Option<(Id, String)>,
    come: Option<(Id, String, Id)>,
}

impl NameChange {
    fn touches(&self, dir: Id) -> bool {
        self.gone.as_ref().is_some_and(|g| g.0 == dir)
            || self.come.as_ref().is_some_and(|c| c.0 == dir)
    }
}

struct Fault {
    op: Op,
    skip: u64,
    kind: FaultKind,
}

/// What an operation is to do, once it has been counted.
pub(super) enum Verdict {
    Go,
    Fail(FaultKind),
    /// Power goes while this operation runs: it may have begun.
    PowerLoss,
}

impl State {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: Rng::new(seed),
            inodes: BTreeMap::from([(ROOT, Inode::Dir(DirData::default()))]),
            next: ROOT + 1,
            names: Vec::new(),
            faults: Vec::new(),
            ops: 0,
            lose_power_at: None,
            dead: false,
            capacity: None,
        }
    }

    pub(super) fn add_fault(&mut self, op: Op, skip: u64, kind: FaultKind) {
        self.faults.push(Fault { op, skip, kind });
    }

    pub(super) fn clear_faults(&mut self) {
        self.faults.clear();
        self.lose_power_at = None;
    }

    /// Counts an operation and says how it goes.
    pub(super) fn begin(&mut self, op: Op, path: &Path) -> Result<Verdict> {
        if self.dead {
            return Err(power_lost(path));
        }
        self.ops += 1;
        if op != Op::Read && self.lose_power_at.is_some_and(|at| self.ops >= at) {
            self.dead = true;
            return Ok(Verdict::PowerLoss);
        }
        let mut hit = None;
        for (i, fault) in self
            .faults
            .iter_mut()
            .enumerate()
            .filter(|(_, f)| f.op == op)
        {
            if fault.skip == 0 {
                hit = Some(i);
                break;
            }
            fault.skip -= 1;
        }
        Ok(hit.map_or(Verdict::Go, |i| Verdict::Fail(self.faults.remove(i).kind)))
    }

    fn dir(&self, id: Id) -> Option<&DirData> {
        match self.inodes.get(&id) {
            Some(Inode::Dir(dir)) => Some(dir),
            _ => None,
        }
    }

    /// The directory and last name of a path.
    pub(super) fn parent(&self, at: &Path) -> Result<(Id, String)> {
        let name = at.file_name().and_then(|n| n.to_str());
        let name = name.ok_or_else(|| not_found(at))?.to_owned();
        Ok((self.find(at.parent().unwrap_or(Path::new("")))?, name))
    }

    pub(super) fn find(&self, at: &Path) -> Result<Id> {
        path::check(at)?;
        let mut id = ROOT;
        for part in at.components().filter(|c| *c != Component::CurDir) {
            let name = part.as_os_str().to_str().ok_or_else(|| not_found(at))?;
            let dir = self.dir(id).ok_or_else(|| not_found(at))?;
            id = *dir.live.get(name).ok_or_else(|| not_found(at))?;
        }
        Ok(id)
    }

    pub(super) fn list(&self, at: &Path) -> Result<Vec<(String, bool)>> {
        let dir = self.dir(self.find(at)?).ok_or_else(|| not_found(at))?;
        let is_dir = |id| matches!(self.inodes.get(id), Some(Inode::Dir(_)));
        Ok(dir
            .live
            .iter()
            .map(|(name, id)| (name.clone(), is_dir(id)))
            .collect())
    }

    pub(super) fn file(&mut self, id: Id, at: &Path) -> Result<&mut FileData> {
        match self.inodes.get_mut(&id) {
            Some(Inode::File(file)) => Ok(file),
            _ => Err(not_found(at)),
        }
    }

    /// Puts a new, empty thing under a name.
    pub(super) fn make(&mut self, dir: Id, name: String, inode: Inode) -> Id {
        let id = self.next;
        self.next += 1;
        self.inodes.insert(id, inode);
        self.change(NameChange {
            gone: None,
            come: Some((dir, name, id)),
        });
        id
    }

    pub(super) fn unlink(&mut self, dir: Id, name: String) {
        self.change(NameChange {
            gone: Some((dir, name)),
            come: None,
        });
    }

    pub(super) fn relink(&mut self, from: (Id, String), to: (Id, String), id: Id) {
        self.change(NameChange {
            gone: Some(from),
            come: Some((to.0, to.1, id)),
        });
    }

    fn change(&mut self, change: NameChange) {
        self.apply(&change, |dir| &mut dir.live);
        self.names.push(change);
    }

    fn apply(&mut self, change: &NameChange, of: fn(&mut DirData) -> &mut BTreeMap<String, Id>) {
        if let Some((dir, name)) = &change.gone
            && let Some(Inode::Dir(dir)) = self.inodes.get_mut(dir)
        {
            of(dir).remove(name);
        }
        if let Some((dir, name, id)) = &change.come
            && let Some(Inode::Dir(dir)) = self.inodes.get_mut(dir)
        {
            of(dir).insert(name.clone(), *id);
        }
    }

    pub(super) fn sync_dir(&mut self, dir: Id) {
        let (mine, others) = self.names.drain(..).partition(|c| c.touches(dir));
        self.names = others;
        let mine: Vec<NameChange> = mine;
        mine.iter()
            .for_each(|change| self.apply(change, |dir| &mut dir.durable));
    }

    /// Bytes of every file that a name or an open handle may still reach.
    pub(super) fn used(&self) -> u64 {
        let mut ids = vec![ROOT];
        let mut used = 0;
        while let Some(id) = ids.pop() {
            match self.inodes.get(&id) {
                Some(Inode::File(file)) => used += file.live.len() as u64,
                Some(Inode::Dir(dir)) => ids.extend(dir.live.values()),
                None => {}
            }
        }
        used
    }

    pub(super) fn free(&self) -> u64 {
        self.capacity.map_or(u64::MAX / 2, |capacity| {
            capacity.saturating_sub(self.used())
        })
    }

    /// The disk that is found when power comes back.
    pub(super) fn after_crash(&mut self) -> Self {
        self.dead = true;
        let mut rng = Rng::new(self.rng.next());
        let luck = Luck::draw(&mut rng);
        let names: Vec<NameChange> = self.names.drain(..).collect();
        for change in names.iter().filter(|_| luck.keeps(&mut rng)) {
            self.apply(change, |dir| &mut dir.durable);
        }
        let mut next = Self::new(rng.next());
        next.capacity = self.capacity;
        next.next = self.next;
        self.copy_durable(ROOT, &mut next, luck, &mut rng);
        next
    }

    fn copy_durable(&self, id: Id, into: &mut Self, luck: Luck, rng: &mut Rng) {
        match self.inodes.get(&id) {
            Some(Inode::File(file)) => {
                let bytes = file.after_crash(luck, rng);
                into.inodes
                    .insert(id, Inode::File(FileData::durable(bytes)));
            }
            Some(Inode::Dir(dir)) => {
                let names = dir.durable.clone();
                names
                    .values()
                    .for_each(|id| self.copy_durable(*id, into, luck, rng));
                let copy = DirData {
                    live: names.clone(),
                    durable: names,
                };
                into.inodes.insert(id, Inode::Dir(copy));
            }
            None => {}
        }
    }
}

pub(super) fn not_found(path: &Path) -> Error {
    Error::NotFound {
        path: path.to_owned(),
    }
}

pub(super) fn power_lost(path: &Path) -> Error {
    fault(FaultKind::Io, path)
}

/// The error that a fault shows to the program under test.
pub(super) fn fault(kind: FaultKind, path: &Path) -> Error {
    let source = io::Error::other("simulated fault");
    match kind {
        FaultKind::Io => Error::Io {
            action: "reach",
            path: path.to_owned(),
            source,
        },
        FaultKind::Full => Error::Full {
            path: path.to_owned(),
        },
    }
}
