//! Records that a decision erases: they go, their commitments stay.

use std::collections::BTreeSet;
use std::path::Path;

use aurora_audit::verify::MOST_IN_A_COMMIT;
use aurora_audit::{Folder, Kept, Kind, Record, Tile, bundle};
use aurora_disk::{Disk, Error as DiskError};

use crate::Error;
use crate::edge::{encode, slot};
use crate::log::erased_by;

/// What the decisions of the last commit erase: a crash may have come before it was done.
pub(crate) fn recent(folder: &Folder, size: u64) -> Result<BTreeSet<u64>, Error> {
    let mut numbers = BTreeSet::new();
    let first = size.saturating_sub(MOST_IN_A_COMMIT) / 256;
    for tile in (first..size.div_ceil(256)).filter_map(|index| Kind::Records.tile(index, size)) {
        let bytes = folder.exact(tile)?;
        let mut decisions = Vec::new();
        for kept in bundle::decode_records(&bytes, tile.width)? {
            if let Kept::Whole { record, .. } = kept {
                decisions.push(Record::decode(record)?.decision);
            }
        }
        numbers.extend(erased_by(&decisions));
    }
    Ok(numbers)
}

/// Takes these records out of every file that has them. Done twice, it is done once.
pub(crate) fn records(
    disk: &dyn Disk,
    folder: &Folder,
    numbers: &BTreeSet<u64>,
    size: u64,
) -> Result<(), Error> {
    let bundles: BTreeSet<u64> = numbers.iter().map(|number| (number - 1) / 256).collect();
    for index in bundles {
        let Some(now) = Kind::Records.tile(index, size) else {
            continue;
        };
        for tile in files(disk, now)? {
            let bytes = folder.exact(tile)?;
            let kept = bundle::decode_records(&bytes, tile.width)?;
            let mut slots: Vec<_> = kept.into_iter().map(slot).collect();
            for (number, slot) in (index * 256 + 1..).zip(&mut slots) {
                if numbers.contains(&number) {
                    *slot = None;
                }
            }
            let erased = encode(&slots);
            if erased != bytes {
                let path = tile.to_string();
                aurora_disk::write_atomic(disk, Path::new(&path), &erased)?;
            }
        }
    }
    Ok(())
}

/// The newest file of a bundle and its older, narrower ones.
fn files(disk: &dyn Disk, now: Tile) -> Result<Vec<Tile>, Error> {
    let folder = format!("{}.p", now.full());
    let parts = match disk.list(Path::new(&folder)) {
        Ok(parts) => parts,
        Err(DiskError::NotFound { .. }) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let paths = parts.iter().map(|part| format!("{folder}/{}", part.name));
    let mut files: Vec<Tile> = paths.filter_map(|path| Tile::parse(&path)).collect();
    if now.is_full() {
        files.push(now);
    }
    Ok(files)
}

/// The record with this index, from 0, unless it was erased.
pub(crate) fn record(
    folder: &Folder,
    index: u64,
    size: u64,
) -> Result<Option<Record>, aurora_audit::Error> {
    let Some(tile) = Kind::Records.tile(index / 256, size) else {
        return Ok(None);
    };
    let bytes = folder.exact(tile)?;
    let kept = bundle::decode_records(&bytes, tile.width)?;
    match kept.get((index % 256) as usize) {
        Some(Kept::Whole { record, .. }) => Record::decode(record).map(Some),
        _ => Ok(None),
    }
}
