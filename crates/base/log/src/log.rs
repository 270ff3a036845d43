//! The handle that everyone shares: append, read, wait, trim.

use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLockReadGuard, RwLockWriteGuard};

use aurora_disk::Disk;
use bytes::Bytes;
use tokio::sync::watch;

use crate::open::{Opened, Recovery, open};
use crate::queue::{Group, Ticket, size, take};
use crate::reader::Reader;
use crate::segment::Segment;
use crate::writer::{Segments, Writer};
use crate::{Error, Options, Result};

/// A log in one directory. Clones are the same log. One process, one log: whoever owns the data
/// directory holds its lock.
#[derive(Clone)]
pub struct Log {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) dir: PathBuf,
    pub(crate) options: Options,
    pub(crate) segments: Segments,
    /// Bytes in segments and in the queue.
    pub(crate) used: AtomicU64,
    /// The last durable frame.
    pub(crate) durable: watch::Sender<u64>,
    queue: Mutex<VecDeque<Group>>,
    writer: Mutex<Writer>,
    poison: OnceLock<Arc<aurora_disk::Error>>,
}

impl Log {
    /// Opens the log in `dir`, which is made when missing, and repairs what a crash left.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when durable frames are lost, [`Error::Version`] for a newer format.
    pub fn open(
        disk: Arc<dyn Disk>,
        dir: impl Into<PathBuf>,
        options: Options,
    ) -> Result<(Self, Recovery)> {
        let dir = dir.into();
        let Opened {
            segments,
            active,
            used,
            recovery,
        } = open(&*disk, &dir)?;
        let shared = Shared {
            disk,
            dir,
            options,
            segments: Segments::new(segments),
            used: AtomicU64::new(used),
            durable: watch::Sender::new(recovery.last),
            queue: Mutex::default(),
            writer: Mutex::new(Writer::new(active)),
            poison: OnceLock::new(),
        };
        Ok((
            Self {
                shared: Arc::new(shared),
            },
            recovery,
        ))
    }

    /// Appends one frame and returns its sequence when it is durable. Blocks; callers on other
    /// threads share the `fsync`.
    pub fn append(&self, payload: impl Into<Bytes>) -> Result<u64> {
        self.append_batch(vec![payload.into()])
            .map(|range| *range.start())
    }

    /// Appends frames with neighbouring sequences and returns those when all are durable.
    /// Blocks. After a crash a prefix of an unacknowledged batch may be found.
    pub fn append_batch(&self, frames: Vec<Bytes>) -> Result<RangeInclusive<u64>> {
        let mut ticket = self.submit(frames)?;
        loop {
            if let Some(outcome) = ticket.try_take() {
                return outcome;
            }
            self.commit();
        }
    }

    /// Whether [`Log::submit`] would take these frames now.
    ///
    /// # Errors
    /// As [`Log::submit`].
    pub fn check_room(&self, frames: &[Bytes]) -> Result<()> {
        self.shared.check()?;
        self.check_lengths(frames)?;
        let (used, limit) = (self.used(), self.shared.options.max_bytes);
        let fits = used
            .checked_add(size(frames))
            .is_some_and(|sum| sum <= limit);
        if fits {
            Ok(())
        } else {
            Err(Error::Full { used, limit })
        }
    }

    fn check_lengths(&self, frames: &[Bytes]) -> Result<()> {
        let limit = self.shared.options.max_frame_bytes.min(u32::MAX as usize);
        let long = frames.iter().find(|f| f.len() > limit);
        long.map_or(Ok(()), |frame| {
            Err(Error::TooLarge {
                len: frame.len(),
                limit,
            })
        })
    }

    /// Queues frames for the next commit. Nothing happens to them before [`Log::commit`] runs.
    /// An empty batch is answered with an empty range.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::TooLarge`] or [`Error::Poisoned`] at once, without queueing.
    pub fn submit(&self, frames: Vec<Bytes>) -> Result<Ticket> {
        self.shared.check()?;
        self.check_lengths(&frames)?;
        let (group, ticket) = Group::new(frames);
        if group.frames.is_empty() {
            let last = self.last();
            group.finish(Ok(last + 1..=last));
            return Ok(ticket);
        }
        self.shared.reserve(group.bytes)?;
        lock(&self.shared.queue).push_back(group);
        Ok(ticket)
    }

    /// Writes what is queued, as much as one commit takes, and syncs it. Blocks; a call that
    /// finds another one at work waits for it. Returns whether anything was left to do.
    pub fn commit(&self) -> bool {
        let mut writer = lock(&self.shared.writer);
        let most = self.shared.options.max_commit_bytes as u64;
        let room = writer.room(self.shared.options.roll_at());
        let groups = take(&mut lock(&self.shared.queue), most, room);
        if groups.is_empty() {
            return false;
        }
        writer.commit(&self.shared, groups);
        true
    }

    /// The oldest frame kept, or the first to come when there is none.
    pub fn first(&self) -> u64 {
        self.shared
            .segments()
            .first_key_value()
            .map_or(1, |(base, _)| *base)
    }

    /// The newest durable frame; `first() - 1` when there is none.
    pub fn last(&self) -> u64 {
        *self.shared.durable.borrow()
    }

    /// Follows [`Log::last`].
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.shared.durable.subscribe()
    }

    /// Bytes in segments and in the queue.
    pub fn used(&self) -> u64 {
        self.shared.used.load(Ordering::Relaxed)
    }

    /// A reader that gives frame `from` next.
    pub fn reader(&self, from: u64) -> Reader {
        Reader::new(Arc::clone(&self.shared), from)
    }

    /// One frame's payload; none when `seq` is not durable yet.
    pub fn read(&self, seq: u64) -> Result<Option<Bytes>> {
        Ok(self.reader(seq).next_frame()?.map(|frame| frame.payload))
    }

    /// Gives up frames up to and with `seq`. Whole segments go, so some of them stay readable.
    pub fn trim(&self, seq: u64) -> Result<()> {
        crate::trim::trim(&self.shared, &mut lock(&self.shared.writer), seq)
    }

    /// Whether [`Log::trim`] up to `seq` would free anything.
    pub fn can_trim(&self, seq: u64) -> bool {
        crate::trim::can_trim(&self.shared, seq)
    }

    /// Whether a failed `fsync` has stopped this log.
    pub fn is_poisoned(&self) -> bool {
        self.shared.poison.get().is_some()
    }
}

impl Shared {
    pub(crate) fn segments(&self) -> RwLockReadGuard<'_, BTreeMap<u64, Arc<Segment>>> {
        self.segments.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn segments_mut(&self) -> RwLockWriteGuard<'_, BTreeMap<u64, Arc<Segment>>> {
        self.segments
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn check(&self) -> Result<()> {
        match self.poison.get() {
            Some(source) => Err(Error::Poisoned {
                source: Arc::clone(source),
            }),
            None => Ok(()),
        }
    }

    /// Stops the log; the first cause is the one that is told.
    pub(crate) fn poison(&self, source: aurora_disk::Error) -> Error {
        Error::Poisoned {
            source: Arc::clone(self.poison.get_or_init(|| Arc::new(source))),
        }
    }

    fn reserve(&self, bytes: u64) -> Result<()> {
        let limit = self.options.max_bytes;
        let grown = |used: u64| used.checked_add(bytes).filter(|sum| *sum <= limit);
        match self
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, grown)
        {
            Ok(_) => Ok(()),
            Err(used) => Err(Error::Full { used, limit }),
        }
    }

    pub(crate) fn check_space(&self, bytes: u64) -> Result<()> {
        let reserve = self.options.reserve_bytes;
        if reserve == 0 {
            return Ok(());
        }
        let free = self.disk.free_space()?;
        let enough = free >= reserve.saturating_add(bytes);
        if enough {
            Ok(())
        } else {
            Err(Error::NoSpace { free, reserve })
        }
    }

    pub(crate) fn no_space(&self) -> Error {
        let free = self.disk.free_space().unwrap_or(0);
        Error::NoSpace {
            free,
            reserve: self.options.reserve_bytes,
        }
    }
}

/// A panic while a lock is held cannot leave what it guards half changed: the writer's state
/// moves only after the disk has answered.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
