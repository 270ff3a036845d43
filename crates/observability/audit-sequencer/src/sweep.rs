//! What has no place in a log any more.

use std::path::Path;

use aurora_audit::{Folder, Kind, Tile};
use aurora_disk::{Disk, Error as DiskError};

use crate::Error;

/// Removes what no checkpoint speaks of, and older parts of what is full. A file that is none of
/// the log's stays: it is not ours, and verification names it.
pub(crate) fn beyond(disk: &dyn Disk, folder: &Folder, size: u64) -> Result<(), Error> {
    for path in folder.files()? {
        let stale = match Tile::parse(&path) {
            Some(tile) => {
                let now = tile.kind.tile(tile.index, size);
                now.is_none_or(|now| tile.width > now.width || (now.is_full() && !tile.is_full()))
            }
            None => path.ends_with(".draft"),
        };
        if stale {
            disk.remove(Path::new(&path))?;
        }
    }
    Ok(())
}

/// Removes the older parts of tiles that were filled by a commit onto a log of `before` entries.
pub(crate) fn outgrown(disk: &dyn Disk, filled: Vec<Tile>, before: u64) -> Result<(), Error> {
    for tile in filled {
        let had = |kind: Kind| kind.tile(tile.index, before);
        if had(tile.kind).is_none() {
            continue;
        }
        let folder = format!("{tile}.p");
        let parts = match disk.list(Path::new(&folder)) {
            Ok(parts) => parts,
            Err(DiskError::NotFound { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        for part in parts {
            disk.remove(&Path::new(&folder).join(part.name))?;
        }
    }
    Ok(())
}
