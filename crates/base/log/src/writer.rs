//! The one writer: turns what waits into frames, one write and one `fsync` for all of it.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::atomic::Ordering;
use std::sync::{Arc, RwLock};

use crate::Result;
use crate::header::{self, Header};
use crate::log::Shared;
use crate::queue::Group;
use crate::segment::Segment;

pub(crate) type Segments = RwLock<BTreeMap<u64, Arc<Segment>>>;

/// Where the next frame goes. Whoever holds it is the leader of a commit.
pub(crate) struct Writer {
    pub(crate) active: Arc<Segment>,
    pub(crate) next: u64,
    buffer: Vec<u8>,
}

impl Writer {
    pub(crate) fn new(active: Arc<Segment>) -> Self {
        let next = active.last() + 1;
        Self {
            active,
            next,
            buffer: Vec::new(),
        }
    }

    /// Bytes that still fit in the active segment.
    pub(crate) fn room(&self, roll_at: u64) -> u64 {
        roll_at.saturating_sub(self.active.end())
    }

    fn is_empty(&self) -> bool {
        self.active.end() == header::LEN as u64
    }

    /// Writes the groups, makes them durable and answers everyone who waits for one.
    pub(crate) fn commit(&mut self, shared: &Shared, groups: Vec<Group>) {
        let bytes: u64 = groups.iter().map(|g| g.bytes).sum();
        match self.write(shared, &groups, bytes) {
            Ok(first) => {
                shared.durable.send_replace(self.next - 1);
                answer(groups, first);
            }
            Err(error) => {
                shared.used.fetch_sub(bytes, Ordering::Relaxed);
                groups
                    .into_iter()
                    .for_each(|group| group.finish(Err(error.clone())));
            }
        }
    }

    /// Returns the first sequence written.
    fn write(&mut self, shared: &Shared, groups: &[Group], bytes: u64) -> Result<u64> {
        shared.check()?;
        shared.check_space(bytes)?;
        if !self.is_empty() && bytes > self.room(shared.options.roll_at()) {
            self.roll(shared)?;
        }
        let start = self.active.end();
        let frames = self.encode(groups, start);
        self.put(shared, start)?;
        let first = self.next;
        self.active
            .extend(&frames, start + self.buffer.len() as u64);
        self.next += frames.len() as u64;
        Ok(first)
    }

    /// Fills the buffer; gives each frame's sequence and offset.
    fn encode(&mut self, groups: &[Group], start: u64) -> Vec<(u64, u64)> {
        self.buffer.clear();
        let durable = self.next - 1;
        let mut frames = Vec::new();
        for payload in groups.iter().flat_map(|g| &g.frames) {
            let seq = self.next + frames.len() as u64;
            frames.push((seq, start + self.buffer.len() as u64));
            self.active
                .codec
                .encode(seq, durable, payload, &mut self.buffer);
        }
        frames
    }

    fn put(&self, shared: &Shared, start: u64) -> Result<()> {
        match self.active.file.write_at(&self.buffer, start) {
            Ok(()) => self.active.file.sync().map_err(|e| shared.poison(e)),
            Err(aurora_disk::Error::Full { .. }) => {
                // A part of it may stand there. It is cut off for good before the refusal, so
                // that what was refused can never be found by a recovery.
                let cut = self.active.file.truncate(start);
                cut.and_then(|()| self.active.file.sync())
                    .map_err(|e| shared.poison(e))?;
                Err(shared.no_space())
            }
            Err(e) => Err(shared.poison(e)),
        }
    }

    /// Begins the next segment. The one before is durable: every commit ends with a sync.
    pub(crate) fn roll(&mut self, shared: &Shared) -> Result<()> {
        let header = Header {
            base: self.next,
            previous: self.active.base,
            salt: shared.disk.entropy()?,
        };
        Segment::draft(&*shared.disk, &shared.dir, header).map_err(|error| match error {
            aurora_disk::Error::Full { .. } => shared.no_space(),
            other => shared.poison(other),
        })?;
        // From here on an error leaves open which segment is the last one.
        let segment = Segment::publish(&*shared.disk, &shared.dir, header);
        let segment = Arc::new(segment.map_err(|error| shared.poison(error))?);
        shared.used.fetch_add(header::LEN as u64, Ordering::Relaxed);
        shared
            .segments_mut()
            .insert(segment.base, Arc::clone(&segment));
        self.active = segment;
        Ok(())
    }
}

fn answer(groups: Vec<Group>, mut next: u64) {
    for group in groups {
        let after = next + group.frames.len() as u64;
        let range: RangeInclusive<u64> = next..=after - 1;
        group.finish(Ok(range));
        next = after;
    }
}
