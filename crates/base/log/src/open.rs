//! Opens a log and repairs what a crash left of its last segment.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use aurora_disk::{Disk, Open};

use crate::header::{self, Flaw, Header};
use crate::scan::{Damage, Scan, scan};
use crate::segment::{Segment, base_of, path};
use crate::{Error, Result};

/// What opening a log found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recovery {
    /// The oldest frame kept, or the first to come when there is none.
    pub first: u64,
    /// The newest frame; `first - 1` when there is none.
    pub last: u64,
    /// Bytes of a torn tail that were cut off. Nobody had been told that they were durable.
    pub torn_bytes: u64,
}

pub(crate) struct Opened {
    pub(crate) segments: BTreeMap<u64, Arc<Segment>>,
    pub(crate) active: Arc<Segment>,
    pub(crate) used: u64,
    pub(crate) recovery: Recovery,
}

pub(crate) fn open(disk: &dyn Disk, dir: &Path) -> Result<Opened> {
    disk.create_dir_all(dir)?;
    // What an earlier process named or removed may not be durable yet.
    disk.sync_dir(dir)?;
    let bases: Vec<u64> = disk
        .list(dir)?
        .iter()
        .filter_map(|e| base_of(&e.name))
        .collect();
    let mut segments = BTreeMap::new();
    let mut previous = None;
    for (i, base) in bases.iter().enumerate().take(bases.len().saturating_sub(1)) {
        let segment = open_closed(disk, dir, *base, bases[i + 1], previous)?;
        segments.insert(*base, segment);
        previous = Some(*base);
    }
    let (active, torn_bytes) = match bases.last() {
        Some(base) => open_last(disk, dir, *base, previous)?,
        None => (begin(disk, dir)?, 0),
    };
    let last = active.last();
    segments.insert(active.base, Arc::clone(&active));
    let used = segments.values().map(|s| s.end()).sum();
    let first = *segments
        .keys()
        .next()
        .expect("the active segment is in there");
    Ok(Opened {
        segments,
        active,
        used,
        recovery: Recovery {
            first,
            last,
            torn_bytes,
        },
    })
}

/// The first segment of a new log.
fn begin(disk: &dyn Disk, dir: &Path) -> Result<Arc<Segment>> {
    let header = Header {
        base: 1,
        previous: 0,
        salt: disk.entropy()?,
    };
    Segment::draft(disk, dir, header)?;
    Ok(Arc::new(Segment::publish(disk, dir, header)?))
}

/// A segment with one behind it was synced whole before that one was begun: its frames are
/// checked when they are read.
fn open_closed(
    disk: &dyn Disk,
    dir: &Path,
    base: u64,
    next: u64,
    previous: Option<u64>,
) -> Result<Arc<Segment>> {
    let path = path(dir, base);
    let file = disk.open(&path, Open::Read)?;
    let mut bytes = [0; header::LEN];
    let read = file.read_at(&mut bytes, 0)?;
    let header = Header::decode(&bytes[..read]).map_err(|flaw| match flaw {
        Flaw::Damaged => refuse(&path, base, Damage::Header),
        Flaw::Newer(found) => refuse(&path, base, Damage::Newer(found)),
    })?;
    check_chain(&path, base, previous, header.base, header.previous)?;
    let end = file.len()?;
    Ok(Arc::new(Segment::open(
        disk,
        &path,
        base,
        header.salt,
        next - 1,
        end,
        Vec::new(),
    )?))
}

/// Gives the segment and how many torn bytes were cut off.
fn open_last(
    disk: &dyn Disk,
    dir: &Path,
    base: u64,
    previous: Option<u64>,
) -> Result<(Arc<Segment>, u64)> {
    let path = path(dir, base);
    let bytes = aurora_disk::read(disk, &path)?;
    let found = scan(&bytes).map_err(|damage| refuse(&path, base, damage))?;
    check_chain(&path, base, previous, found.base, found.previous)?;
    let Scan {
        last,
        end,
        salt,
        unproven,
        index,
        ..
    } = found;
    let segment = Segment::open(disk, &path, base, salt, last, end, index)?;
    // After a failed sync the page cache may show frames that never reached the device and are
    // called clean. The same bytes written again are dirty again, and no crash in between can
    // make them worse.
    segment
        .file
        .write_at(&bytes[unproven as usize..end as usize], unproven)?;
    let torn = bytes.len() as u64 - end;
    if torn > 0 {
        segment.file.truncate(end)?;
    }
    segment.file.sync()?;
    Ok((Arc::new(segment), torn))
}

/// Every segment names the one before it, so a missing one is seen.
fn check_chain(
    path: &Path,
    base: u64,
    previous: Option<u64>,
    said_base: u64,
    said_previous: u64,
) -> Result<()> {
    let reason = if said_base != base {
        "its name is not that of the frames in it"
    } else if previous.is_some_and(|p| p != said_previous) {
        "the segment before it is missing"
    } else {
        return Ok(());
    };
    Err(Error::Corrupt {
        path: path.to_owned(),
        offset: 0,
        seq: base,
        reason,
    })
}

fn refuse(path: &Path, base: u64, damage: Damage) -> Error {
    let path = path.to_owned();
    match damage {
        Damage::Header => Error::Corrupt {
            path,
            offset: 0,
            seq: base,
            reason: "bad header",
        },
        Damage::Newer(found) => Error::Version {
            path,
            found,
            newest: header::VERSION,
        },
        Damage::Frame { seq, offset } => Error::Corrupt {
            path,
            offset,
            seq,
            reason: "a frame is bad and a later one is sound",
        },
    }
}
