use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use aurora_model::{SHARDS, Shard};
use aurora_window_state::{Batch, Error, Head, Outgoing, Stats, WindowStore};
use rocksdb::checkpoint::Checkpoint;
use rocksdb::{
    DB, DBCompressionType, DBRawIteratorWithThreadMode, ReadOptions, WriteBatch, WriteOptions,
};

use crate::{files, layout};

/// How much memory and how many threads the database may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Written keys gathered in memory before they become a table; three of these at most.
    pub write_buffer_bytes: usize,
    /// Read blocks kept in memory. Windows are read at start only.
    pub cache_bytes: usize,
    /// Threads that write and merge tables.
    pub background_jobs: i32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            write_buffer_bytes: 64 << 20,
            cache_bytes: 8 << 20,
            background_jobs: 2,
        }
    }
}

/// The database of one worker's shards.
pub struct RocksWindows {
    root: PathBuf,
    options: Options,
    /// `None` only after an adoption that could not open what it had put in place.
    db: RwLock<Option<Arc<DB>>>,
    heads: Heads,
}

/// Where each shard stands; `None` for one that was never had. Commits of different shards go on side by
/// side, so every shard has a lock of its own; whoever takes several takes them in order.
///
/// Invariant: changed only after the database has accepted the same change.
struct Heads(Vec<Mutex<Option<Head>>>);

type HeadGuard<'h> = MutexGuard<'h, Option<Head>>;

impl Heads {
    fn new(known: &BTreeMap<Shard, Head>) -> Self {
        let head = |shard| Mutex::new(known.get(&shard).copied());
        Self((0..SHARDS).map(Shard::numbered).map(head).collect())
    }

    fn lock(&self, shard: Shard) -> HeadGuard<'_> {
        let head = &self.0[usize::from(shard.number())];
        head.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_these(&self, shards: impl Iterator<Item = Shard>) -> BTreeMap<Shard, HeadGuard<'_>> {
        let sorted: BTreeSet<Shard> = shards.collect();
        let lock = |shard| (shard, self.lock(shard));
        sorted.into_iter().map(lock).collect()
    }

    fn lock_all(&self) -> BTreeMap<Shard, HeadGuard<'_>> {
        self.lock_these((0..SHARDS).map(Shard::numbered))
    }
}

impl RocksWindows {
    /// Opens the store in this folder, which is made when it is missing.
    ///
    /// # Errors
    /// [`Error::NewerFormat`] leaves everything as it is; else when the database cannot be opened.
    pub fn open(root: &Path, options: Options) -> Result<Self, Error> {
        files::prepare(root)?;
        let db = open(&files::database(root), options)?;
        let heads = heads(&db)?;
        Ok(Self {
            root: root.to_owned(),
            options,
            db: RwLock::new(Some(Arc::new(db))),
            heads: Heads::new(&heads),
        })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn db(&self) -> Result<Arc<DB>, Error> {
        let db: RwLockReadGuard<'_, _> = self.db.read().unwrap_or_else(PoisonError::into_inner);
        db.clone()
            .ok_or_else(|| Error::Damaged("the database is closed; start again".to_owned()))
    }

    /// Closes the database while `change` works on its files, then opens it again.
    pub(crate) fn replace(
        &self,
        change: impl FnOnce() -> Result<(), Error>,
    ) -> Result<Arc<DB>, Error> {
        let mut db = self.db.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = db.take()
            && Arc::strong_count(&old) > 1
        {
            *db = Some(old);
            return Err(Error::Damaged("the database is in use".to_owned()));
        }
        let changed = change();
        let opened = Arc::new(open(&files::database(&self.root), self.options)?);
        *db = Some(Arc::clone(&opened));
        changed.map(|()| opened)
    }
}

fn open(path: &Path, options: Options) -> Result<DB, Error> {
    DB::open(&tuned(options), path).map_err(Error::storage)
}

pub(crate) fn tuned(options: Options) -> rocksdb::Options {
    let mut tuned = rocksdb::Options::default();
    tuned.create_if_missing(true);
    tuned.set_compression_type(DBCompressionType::Lz4);
    tuned.set_write_buffer_size(options.write_buffer_bytes);
    tuned.set_max_write_buffer_number(3);
    tuned.set_max_background_jobs(options.background_jobs);
    tuned.set_max_open_files(512);
    tuned.set_keep_log_file_num(2);
    tuned.set_stats_dump_period_sec(0);
    // Merging writes in steps of this size, so that a sync of the log does not wait for it.
    tuned.set_bytes_per_sync(1 << 20);
    let mut table = rocksdb::BlockBasedOptions::default();
    table.set_block_cache(&rocksdb::Cache::new_lru_cache(options.cache_bytes));
    table.set_block_size(16 << 10);
    tuned.set_block_based_table_factory(&table);
    tuned
}

/// On disk before the call returns.
pub(crate) fn durable() -> WriteOptions {
    let mut options = WriteOptions::default();
    options.set_sync(true);
    // Keys come nearly in order: the place of one is near that of the last.
    options.set_memtable_insert_hint_per_batch(true);
    options
}

pub(crate) fn heads(db: &DB) -> Result<BTreeMap<Shard, Head>, Error> {
    let mut heads = BTreeMap::new();
    for shard in (0..SHARDS).map(Shard::numbered) {
        if let Some(bytes) = db.get(layout::head(shard)).map_err(Error::storage)? {
            heads.insert(shard, layout::read_head(shard, &bytes)?);
        }
    }
    Ok(heads)
}

/// An iterator that stands on the first key of a range and ends with it.
pub(crate) fn range(
    db: &DB,
    (from, until): (Vec<u8>, Vec<u8>),
) -> DBRawIteratorWithThreadMode<'_, DB> {
    let mut options = ReadOptions::default();
    options.set_iterate_upper_bound(until);
    options.set_readahead_size(2 << 20);
    options.fill_cache(false);
    let mut found = db.raw_iterator_opt(options);
    found.seek(from);
    found
}

fn check(head: Option<Head>, batch: &Batch) -> Result<Head, Error> {
    let shard = batch.shard;
    let head = head.filter(|head| head.epoch > 0);
    let head = head.ok_or(Error::NotOpen { shard })?;
    if head.epoch != batch.epoch {
        return Err(Error::Fenced {
            shard,
            epoch: batch.epoch,
            current: head.epoch,
        });
    }
    Ok(head)
}

/// Bytes of a batch as it is written, about.
fn size(batch: &Batch) -> usize {
    let keys = batch.keys.iter();
    let keys = keys.map(|(key, value)| key.len() + 16 + value.as_ref().map_or(0, Vec::len));
    keys.sum::<usize>()
        + batch
            .outgoing
            .iter()
            .map(|out| out.len() + 16)
            .sum::<usize>()
        + 64
}

/// Adds a shard's batch to what is written; gives the head as it will be.
fn add(to: &mut WriteBatch, mut head: Head, batch: &Batch) -> Head {
    for prefix in &batch.dropped {
        let (from, until) = layout::keys(batch.shard, prefix);
        to.delete_range(from, until);
    }
    let mut name = Vec::with_capacity(64);
    for (key, value) in &batch.keys {
        layout::key(batch.shard, key, &mut name);
        match value {
            Some(value) => to.put(&name, value),
            None => to.delete(&name),
        }
    }
    for bytes in &batch.outgoing {
        head.last_out += 1;
        to.put(layout::out(batch.shard, head.last_out), bytes);
    }
    for seq in head.handed + 1..=batch.handed.min(head.last_out) {
        to.delete(layout::out(batch.shard, seq));
    }
    head.offset = batch.offset;
    head.handed = head.handed.max(batch.handed.min(head.last_out));
    to.put(layout::head(batch.shard), layout::write_head(head));
    head
}

impl WindowStore for RocksWindows {
    fn head(&self, shard: Shard) -> Result<Option<Head>, Error> {
        Ok(*self.heads.lock(shard))
    }

    fn open(&self, shard: Shard, epoch: u64) -> Result<Head, Error> {
        let mut kept = self.heads.lock(shard);
        let known = *kept;
        let mut head = known.unwrap_or_default();
        if head.epoch > epoch {
            let current = head.epoch;
            return Err(Error::Fenced {
                shard,
                epoch,
                current,
            });
        }
        head.epoch = epoch;
        let mut batch = WriteBatch::default();
        if known.is_none() {
            // What an adoption that was cut off may have left.
            let (from, until) = layout::all(shard);
            batch.delete_range(from, until);
        }
        batch.put(layout::head(shard), layout::write_head(head));
        let db = self.db()?;
        db.write_opt(batch, &durable()).map_err(Error::storage)?;
        *kept = Some(head);
        Ok(head)
    }

    fn load(&self, shard: Shard, visit: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), Error> {
        let db = self.db()?;
        let mut found = range(&db, layout::keys(shard, b""));
        while let Some((key, value)) = found.item() {
            visit(layout::rest(key), value);
            found.next();
        }
        found.status().map_err(Error::storage)
    }

    fn commit(&self, batches: &[Batch]) -> Result<(), Error> {
        let mut heads = self.heads.lock_these(batches.iter().map(|it| it.shard));
        let mut write = WriteBatch::with_capacity_bytes(batches.iter().map(size).sum());
        let mut changed = Vec::with_capacity(batches.len());
        for batch in batches {
            let head = check(heads.get(&batch.shard).and_then(|head| **head), batch)?;
            changed.push((batch.shard, add(&mut write, head, batch)));
        }
        let db = self.db()?;
        db.write_opt(write, &durable()).map_err(Error::storage)?;
        for (shard, head) in changed {
            if let Some(kept) = heads.get_mut(&shard) {
                **kept = Some(head);
            }
        }
        Ok(())
    }

    fn outbox(&self, shard: Shard, after: u64, limit: usize) -> Result<Vec<Outgoing>, Error> {
        let handed = self.heads.lock(shard).map_or(0, |head| head.handed);
        let db = self.db()?;
        // From behind what was handed on: its tombstones need not be walked again.
        let mut found = range(&db, layout::outs(shard, after.max(handed) + 1));
        let mut waiting = Vec::new();
        while let Some((key, value)) = found.item().filter(|_| waiting.len() < limit) {
            let seq = layout::rest(key).try_into().map(u64::from_be_bytes);
            let seq = seq.map_err(|_| Error::Damaged("an outgoing message's number".into()))?;
            let bytes = value.to_vec();
            waiting.push(Outgoing { seq, bytes });
            found.next();
        }
        found.status().map_err(Error::storage)?;
        Ok(waiting)
    }

    fn checkpoint(&self, to: &Path) -> Result<(), Error> {
        std::fs::create_dir(to).map_err(Error::storage)?;
        let db = self.db()?;
        let checkpoint = Checkpoint::new(&db).map_err(Error::storage)?;
        checkpoint
            .create_checkpoint(files::database(to))
            .map_err(Error::storage)?;
        files::mark(to)
    }

    fn adopt(&self, from: &Path, shards: &[Shard]) -> Result<(), Error> {
        files::check(from)?;
        let mut heads = self.heads.lock_all();
        let db = if heads.values().all(|head| head.is_none()) {
            self.replace_with(from, shards)?
        } else {
            self.copy_from(from, shards)?
        };
        let found = crate::store::heads(&db)?;
        for (shard, head) in &mut heads {
            **head = found.get(shard).copied();
        }
        Ok(())
    }

    fn forget(&self, shards: &[Shard]) -> Result<(), Error> {
        let mut heads = self.heads.lock_these(shards.iter().copied());
        let mut gone = WriteBatch::default();
        for shard in shards {
            let (from, until) = layout::all(*shard);
            gone.delete_range(from, until);
        }
        let db = self.db()?;
        db.write_opt(gone, &durable()).map_err(Error::storage)?;
        heads.values_mut().for_each(|head| **head = None);
        Ok(())
    }

    fn stats(&self) -> Result<Stats, Error> {
        let db = self.db()?;
        let property = |name| db.property_int_value(name).map_err(Error::storage);
        let tables = property("rocksdb.total-sst-files-size")?.unwrap_or(0);
        let memory = property("rocksdb.cur-size-all-mem-tables")?.unwrap_or(0);
        Ok(Stats {
            keys: property("rocksdb.estimate-num-keys")?.unwrap_or(0),
            bytes: tables + memory,
        })
    }
}

impl std::fmt::Debug for RocksWindows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RocksWindows")
            .field("root", &self.root)
            .finish_non_exhaustive()
    }
}
