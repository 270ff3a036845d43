use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use aurora_audit::record::ERASE;
use aurora_audit::{CHECKPOINT, Checkpoint, Folder, Hash, KEY, Record, Signed, Tile};
use aurora_disk::{Disk, Open};
use aurora_failpoint::reach;
use aurora_model::Decision;

use crate::edge::Edge;
use crate::{Error, Keys, erase, sweep};

/// The one writer of a folder of the log.
///
/// After an error the log is opened again: what was being written may stand there or not.
pub struct Log {
    disk: Arc<dyn Disk>,
    folder: Folder,
    keys: Keys,
    head: Signed,
    edge: Edge,
}

impl Log {
    /// Opens the folder that is the disk's root, or begins a log in it. What a crash left beyond
    /// the checkpoint is swept away, and what it left undone of erasures is done.
    ///
    /// # Errors
    /// [`Error::OtherKey`], [`Error::RolledBack`], [`Error::Torn`], [`Error::Log`], or when the disk
    /// fails.
    pub fn open(disk: Arc<dyn Disk>, keys: Keys) -> Result<Self, Error> {
        let folder = Folder::new(disk.clone());
        let key = keys.verifier()?;
        let line = format!("{key}\n").into_bytes();
        match folder.read(KEY)? {
            Some(found) if found != line => return Err(Error::OtherKey),
            Some(_) => {}
            None => aurora_disk::write_atomic(disk.as_ref(), Path::new(KEY), &line)?,
        }
        let head = match folder.read(CHECKPOINT)? {
            Some(bytes) => Signed::open(&bytes, &key)?,
            None => Checkpoint::new(keys.origin.clone(), 0, Hash::empty()).sign(&keys.signer)?,
        };
        let size = head.checkpoint.size;
        for (_, bytes) in folder.cosigned()? {
            let seen = Signed::open(&bytes, &key)?.checkpoint.size;
            if seen > size {
                return Err(Error::RolledBack { log: size, seen });
            }
        }
        // It may have been seen and not be durable yet, when a sync failed in this boot.
        let text = head.note.to_string();
        aurora_disk::write_atomic(disk.as_ref(), Path::new(CHECKPOINT), text.as_bytes())?;
        sweep::beyond(disk.as_ref(), &folder, size)?;
        let edge = Edge::read(&folder, size)?;
        if edge.root() != head.checkpoint.root {
            return Err(Error::Torn);
        }
        let mut log = Self {
            disk,
            folder,
            keys,
            head,
            edge,
        };
        let recent = erase::recent(&log.folder, size)?;
        log.erase(&recent)?;
        Ok(log)
    }

    /// The newest checkpoint: everything it speaks of is durable, and so is it.
    pub fn head(&self) -> &Signed {
        &self.head
    }

    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The newest record, unless it was erased or there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn newest(&self) -> Result<Option<Record>, Error> {
        let Some(index) = self.head.checkpoint.size.checked_sub(1) else {
            return Ok(None);
        };
        Ok(erase::record(&self.folder, index, index + 1)?)
    }

    /// Logs the decisions that follow, at most [`aurora_audit::verify::MOST_IN_A_COMMIT`] of them, as
    /// one commit: tiles, their sync, then the checkpoint and its sync. When it returns, every one
    /// of them can be proved, whatever happens to this machine short of losing the disk.
    ///
    /// # Errors
    /// [`Error::Gap`] leaves the log as it is; after any other one it is opened again.
    pub fn append(&mut self, decisions: &[Decision]) -> Result<&Signed, Error> {
        let size = self.edge.size;
        for (wanted, decision) in (size + 1..).zip(decisions) {
            let found = decision.seq;
            if found != wanted
                || aurora_audit::checkpoint::origin(&decision.scope) != self.keys.origin
            {
                return Err(Error::Gap { wanted, found });
            }
        }
        if decisions.is_empty() {
            return Ok(&self.head);
        }
        let (mut edge, mut files) = (self.edge.clone(), BTreeMap::new());
        for decision in decisions {
            let blinding = self.keys.blinding(decision.seq);
            edge.push(blinding, Record::encode(decision), &mut files);
        }
        let filled: Vec<Tile> = files.keys().copied().collect();
        files.extend(edge.partial(size));
        write(self.disk.as_ref(), &files)?;
        reach("audit.tiles");
        let head = Checkpoint::new(self.keys.origin.clone(), edge.size, edge.root());
        let head = head.sign(&self.keys.signer)?;
        let text = head.note.to_string();
        aurora_disk::write_atomic(self.disk.as_ref(), Path::new(CHECKPOINT), text.as_bytes())?;
        reach("audit.checkpoint");
        (self.edge, self.head) = (edge, head);
        sweep::outgrown(self.disk.as_ref(), filled, size)?;
        reach("audit.swept");
        self.erase(&erased_by(decisions))?;
        Ok(&self.head)
    }

    fn erase(&mut self, numbers: &BTreeSet<u64>) -> Result<(), Error> {
        let size = self.edge.size;
        erase::records(self.disk.as_ref(), &self.folder, numbers, size)?;
        let first = size - size % 256;
        for (number, slot) in (first + 1..).zip(&mut self.edge.records) {
            if numbers.contains(&number) {
                *slot = None;
            }
        }
        Ok(())
    }
}

/// Numbers of the records that these decisions erase; only those before them.
pub(crate) fn erased_by<'a>(decisions: impl IntoIterator<Item = &'a Decision>) -> BTreeSet<u64> {
    let erasures = decisions.into_iter().filter(|it| it.action.name == ERASE);
    let numbers = erasures.flat_map(|decision| {
        let numbers = decision.action.objects.iter();
        let numbers = numbers.filter_map(|object| object.parse::<u64>().ok());
        numbers.filter(|number| (1..decision.seq).contains(number))
    });
    numbers.collect()
}

/// Writes files and makes them durable, bytes and names. Nothing speaks of them yet, so a part of
/// one does no harm.
fn write(disk: &dyn Disk, files: &BTreeMap<Tile, Vec<u8>>) -> Result<(), Error> {
    let mut folders = BTreeSet::new();
    for (tile, bytes) in files {
        let path = tile.to_string();
        let path = Path::new(&path);
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        if !folders.contains(&folder) {
            disk.create_dir_all(&folder)?;
        }
        let file = disk.open(path, Open::Create)?;
        file.truncate(0)?;
        file.write_at(bytes, 0)?;
        file.sync()?;
        reach("audit.tile");
        folders.insert(folder);
    }
    for folder in folders {
        disk.sync_dir(&folder)?;
    }
    Ok(())
}
