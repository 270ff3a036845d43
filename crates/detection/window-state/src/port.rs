use std::path::Path;

use aurora_model::Shard;

use crate::Error;

/// The format that this release writes. Every store and every checkpoint names its own.
pub const FORMAT: u32 = 1;

/// Where a shard stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The newest epoch that opened it.
    pub epoch: u64,
    /// The last sequence of the shard's stream whose effect is stored; 0 before the first.
    pub offset: u64,
    /// The number of the newest outgoing message ever; 0 before the first.
    pub last_out: u64,
    /// Outgoing messages up to this number were handed on.
    pub handed: u64,
}

/// What one shard commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    pub shard: Shard,
    /// Of the lease under which this was worked out.
    pub epoch: u64,
    pub offset: u64,
    /// Every key that starts with one of these is removed, before `keys` are written.
    pub dropped: Vec<Vec<u8>>,
    /// Keys with their new value; `None` removes.
    pub keys: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// Appended to the outbox, numbered on from [`Head::last_out`].
    pub outgoing: Vec<Vec<u8>>,
    /// Outgoing messages up to this number were handed on and leave the outbox.
    pub handed: u64,
}

/// A message that is to be handed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// From 1, dense within the shard.
    pub seq: u64,
    pub bytes: Vec<u8>,
}

/// How large a store is, as well as it knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub keys: u64,
    /// On disk; in memory for a store without one.
    pub bytes: u64,
}

impl Batch {
    /// One that only says how far the stream is consumed.
    pub fn new(shard: Shard, epoch: u64, offset: u64) -> Self {
        Self {
            shard,
            epoch,
            offset,
            dropped: Vec::new(),
            keys: Vec::new(),
            outgoing: Vec::new(),
            handed: 0,
        }
    }
}

/// The store of one worker's shards. Every call blocks; none is for an async thread.
pub trait WindowStore: Send + Sync + std::fmt::Debug {
    /// Where a shard stands; `None` for one that this store never had.
    ///
    /// # Errors
    /// When storage fails.
    fn head(&self, shard: Shard) -> Result<Option<Head>, Error>;

    /// Takes a shard over under an epoch, durably. The same epoch may open it again.
    ///
    /// # Errors
    /// [`Error::Fenced`] when a later epoch has opened it.
    fn open(&self, shard: Shard, epoch: u64) -> Result<Head, Error>;

    /// Every key and value of a shard, in order of key.
    ///
    /// # Errors
    /// When storage fails.
    fn load(&self, shard: Shard, visit: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), Error>;

    /// Commits all batches, durably, or none; at most one of each shard.
    ///
    /// # Errors
    /// [`Error::Fenced`], [`Error::NotOpen`]: nothing was written.
    fn commit(&self, batches: &[Batch]) -> Result<(), Error>;

    /// What is not handed on yet, from number `after + 1` on, at most `limit`.
    ///
    /// # Errors
    /// When storage fails.
    fn outbox(&self, shard: Shard, after: u64, limit: usize) -> Result<Vec<Outgoing>, Error>;

    /// Writes the store as it stands at some moment of the call to a folder that must not exist.
    /// Files of an earlier checkpoint which did not change come again byte for byte under the same
    /// name. Commits go on meanwhile.
    ///
    /// # Errors
    /// When storage fails.
    fn checkpoint(&self, to: &Path) -> Result<(), Error>;

    /// Takes shards as a checkpoint has them, in place of what stands here of them. A shard that
    /// the checkpoint does not have is empty afterwards.
    ///
    /// # Errors
    /// [`Error::NewerFormat`] and [`Error::Damaged`] for a checkpoint that cannot be read.
    fn adopt(&self, from: &Path, shards: &[Shard]) -> Result<(), Error>;

    /// Forgets shards, durably: afterwards they were never had. Nobody works on them meanwhile.
    ///
    /// # Errors
    /// When storage fails.
    fn forget(&self, shards: &[Shard]) -> Result<(), Error>;

    /// # Errors
    /// When storage fails.
    fn stats(&self) -> Result<Stats, Error>;
}
