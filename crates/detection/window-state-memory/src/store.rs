use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aurora_model::Shard;
use aurora_window_state::{Batch, Error, Head, Outgoing, Stats, WindowStore};

use crate::checkpoint;

/// Window state that ends with its last clone.
#[derive(Clone, Debug, Default)]
pub struct MemoryWindows {
    shards: Arc<Mutex<BTreeMap<Shard, Kept>>>,
}

/// One shard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) head: Head,
    pub(crate) keys: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) outbox: BTreeMap<u64, Vec<u8>>,
}

impl MemoryWindows {
    pub fn new() -> Self {
        Self::default()
    }

    fn shards(&self) -> MutexGuard<'_, BTreeMap<Shard, Kept>> {
        // Nothing under this lock panics half way through a change.
        self.shards.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn commit(&mut self, batch: &Batch) {
        self.keys
            .retain(|key, _| !batch.dropped.iter().any(|prefix| key.starts_with(prefix)));
        for (key, value) in &batch.keys {
            match value {
                Some(value) => self.keys.insert(key.clone(), value.clone()),
                None => self.keys.remove(key),
            };
        }
        for bytes in &batch.outgoing {
            self.head.last_out += 1;
            self.outbox.insert(self.head.last_out, bytes.clone());
        }
        self.head.offset = batch.offset;
        self.head.handed = self.head.handed.max(batch.handed);
        self.outbox = self.outbox.split_off(&(self.head.handed + 1));
    }

    fn bytes(&self) -> usize {
        let keys = self.keys.iter().map(|(key, value)| key.len() + value.len());
        keys.chain(self.outbox.values().map(Vec::len)).sum()
    }
}

/// Whether a shard may be written under the batch's epoch.
fn check(shards: &BTreeMap<Shard, Kept>, batch: &Batch) -> Result<(), Error> {
    let shard = batch.shard;
    let current = shards.get(&shard).map_or(0, |kept| kept.head.epoch);
    match current {
        0 => Err(Error::NotOpen { shard }),
        current if current == batch.epoch => Ok(()),
        current => Err(Error::Fenced {
            shard,
            epoch: batch.epoch,
            current,
        }),
    }
}

impl WindowStore for MemoryWindows {
    fn head(&self, shard: Shard) -> Result<Option<Head>, Error> {
        Ok(self.shards().get(&shard).map(|kept| kept.head))
    }

    fn open(&self, shard: Shard, epoch: u64) -> Result<Head, Error> {
        let mut shards = self.shards();
        let head = &mut shards.entry(shard).or_default().head;
        if head.epoch > epoch {
            let current = head.epoch;
            return Err(Error::Fenced {
                shard,
                epoch,
                current,
            });
        }
        head.epoch = epoch;
        Ok(*head)
    }

    fn load(&self, shard: Shard, visit: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), Error> {
        if let Some(kept) = self.shards().get(&shard) {
            kept.keys.iter().for_each(|(key, value)| visit(key, value));
        }
        Ok(())
    }

    fn commit(&self, batches: &[Batch]) -> Result<(), Error> {
        let mut shards = self.shards();
        batches.iter().try_for_each(|batch| check(&shards, batch))?;
        for batch in batches {
            shards.entry(batch.shard).or_default().commit(batch);
        }
        Ok(())
    }

    fn outbox(&self, shard: Shard, after: u64, limit: usize) -> Result<Vec<Outgoing>, Error> {
        let shards = self.shards();
        let outbox = shards
            .get(&shard)
            .map(|kept| kept.outbox.range(after + 1..));
        let entries = outbox.into_iter().flatten().take(limit);
        Ok(entries
            .map(|(seq, bytes)| Outgoing {
                seq: *seq,
                bytes: bytes.clone(),
            })
            .collect())
    }

    fn checkpoint(&self, to: &Path) -> Result<(), Error> {
        let then = self.shards().clone();
        checkpoint::write(to, &then)
    }

    fn adopt(&self, from: &Path, shards: &[Shard]) -> Result<(), Error> {
        let mut found = checkpoint::read(from)?;
        let mut kept = self.shards();
        for shard in shards {
            match found.remove(shard) {
                Some(then) => kept.insert(*shard, then),
                None => kept.remove(shard),
            };
        }
        Ok(())
    }

    fn forget(&self, shards: &[Shard]) -> Result<(), Error> {
        self.shards().retain(|shard, _| !shards.contains(shard));
        Ok(())
    }

    fn stats(&self) -> Result<Stats, Error> {
        let shards = self.shards();
        Ok(Stats {
            keys: shards.values().map(|kept| kept.keys.len() as u64).sum(),
            bytes: shards.values().map(|kept| kept.bytes() as u64).sum(),
        })
    }
}
