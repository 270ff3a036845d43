//! One file of the log: where its frames begin and end, and where to find one of them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aurora_disk::{Disk, File, Open};

use crate::frame::{Codec, HEADER, Head};
use crate::header::{self, Header};
use crate::scan::INDEX_STEP;
use crate::{Error, Result};

const SUFFIX: &str = ".segment";
const DRAFT: &str = "next.draft";

/// One file of the log.
pub(crate) struct Segment {
    pub(crate) base: u64,
    pub(crate) codec: Codec,
    pub(crate) file: Arc<dyn File>,
    extent: Mutex<Extent>,
}

/// What readers may see of a segment, and how to find it.
#[derive(Debug, Clone)]
struct Extent {
    /// Last durable frame; `base - 1` when there is none.
    last: u64,
    /// Where the durable frames end.
    end: u64,
    /// `(sequence, offset)` of some frames, ascending.
    index: Vec<(u64, u64)>,
    /// The first frame not looked at for the index yet.
    unseen: (u64, u64),
}

impl Segment {
    /// Writes a segment's header where no reader looks for it. It is durable before it gets its
    /// name in [`Segment::publish`], so a segment with a name and without a header is damage.
    pub(crate) fn draft(disk: &dyn Disk, dir: &Path, header: Header) -> aurora_disk::Result<()> {
        let file = disk.open(&dir.join(DRAFT), Open::Create)?;
        file.truncate(0)?;
        file.write_at(&header.encode(), 0)?;
        file.sync()
    }

    /// Names what [`Segment::draft`] wrote. After an error it may or may not be a segment.
    pub(crate) fn publish(
        disk: &dyn Disk,
        dir: &Path,
        header: Header,
    ) -> aurora_disk::Result<Self> {
        let path = path(dir, header.base);
        disk.rename(&dir.join(DRAFT), &path)?;
        disk.sync_dir(dir)?;
        let (base, salt) = (header.base, header.salt);
        Self::open(
            disk,
            &path,
            base,
            salt,
            base - 1,
            header::LEN as u64,
            Vec::new(),
        )
    }

    pub(crate) fn open(
        disk: &dyn Disk,
        path: &Path,
        base: u64,
        salt: u64,
        last: u64,
        end: u64,
        index: Vec<(u64, u64)>,
    ) -> aurora_disk::Result<Self> {
        let unseen = if index.is_empty() {
            (base, header::LEN as u64)
        } else {
            (last + 1, end)
        };
        Ok(Self {
            base,
            codec: Codec::new(salt),
            file: disk.open(path, Open::Write)?,
            extent: Mutex::new(Extent {
                last,
                end,
                index,
                unseen,
            }),
        })
    }

    fn extent(&self) -> MutexGuard<'_, Extent> {
        // Every change is one assignment after the checks, so a panic leaves it whole.
        self.extent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }

    pub(crate) fn last(&self) -> u64 {
        self.extent().last
    }

    pub(crate) fn end(&self) -> u64 {
        self.extent().end
    }

    /// Shows readers the frames that have become durable: their sequences and offsets, and where
    /// they end.
    pub(crate) fn extend(&self, frames: &[(u64, u64)], end: u64) {
        let mut extent = self.extent();
        let seen = extent.unseen.1 == extent.end;
        for (seq, at) in frames.iter().copied().filter(|_| seen) {
            extent.note(seq, at);
        }
        if let Some((last, _)) = frames.last() {
            extent.last = *last;
            extent.end = end;
            if seen {
                extent.unseen = (last + 1, end);
            }
        }
    }

    /// Where frame `seq` begins; it must be one of this segment's durable frames.
    pub(crate) fn locate(&self, seq: u64) -> Result<u64> {
        let mut extent = self.extent();
        let known = extent
            .index
            .partition_point(|(s, _)| *s <= seq)
            .checked_sub(1);
        let mut at = known.map_or((self.base, header::LEN as u64), |i| extent.index[i]);
        if seq >= extent.unseen.0 {
            at = extent.unseen;
        }
        while at.0 < seq {
            let head = self.head_at(at.0, at.1, extent.end)?;
            if at == extent.unseen {
                extent.note(at.0, at.1);
                extent.unseen = (at.0 + 1, at.1 + head.size());
            }
            at = (at.0 + 1, at.1 + head.size());
        }
        Ok(at.1)
    }

    fn head_at(&self, seq: u64, offset: u64, end: u64) -> Result<Head> {
        let mut bytes = [0; HEADER];
        let read = self.file.read_at(&mut bytes, offset)?;
        let head = self.codec.head(&bytes[..read]).filter(|h| h.seq == seq);
        let head = head.filter(|h| offset + h.size() <= end);
        head.ok_or_else(|| self.corrupt(seq, offset, "a frame's header is not what was written"))
    }

    pub(crate) fn corrupt(&self, seq: u64, offset: u64, reason: &'static str) -> Error {
        Error::Corrupt {
            path: self.path().to_owned(),
            offset,
            seq,
            reason,
        }
    }
}

impl Extent {
    fn note(&mut self, seq: u64, at: u64) {
        if self
            .index
            .last()
            .is_none_or(|(_, last)| at - last >= INDEX_STEP)
        {
            self.index.push((seq, at));
        }
    }
}

/// The file of the segment that begins with frame `base`.
pub(crate) fn path(dir: &Path, base: u64) -> PathBuf {
    dir.join(format!("{base:020}{SUFFIX}"))
}

/// The base in a segment's file name; none for other files.
pub(crate) fn base_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(SUFFIX)?;
    (digits.len() == 20).then(|| digits.parse().ok())?
}
