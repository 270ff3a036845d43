//! Whole small files: read in one go, replaced in one go.

use std::path::Path;

use crate::{Disk, Open, Result};

/// The whole of a file. For files that fit in memory: the caller knows who wrote them.
pub fn read(disk: &dyn Disk, path: &Path) -> Result<Vec<u8>> {
    let file = disk.open(path, Open::Read)?;
    let len = usize::try_from(file.len()?).unwrap_or(usize::MAX);
    let mut bytes = vec![0; len];
    let read = file.read_at(&mut bytes, 0)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// Replaces a file so that a crash leaves either the old bytes or the new ones, and never a
/// mixture; durable when it returns. Two callers must not write the same path at once.
pub fn write_atomic(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> Result<()> {
    let draft = path.with_extension("draft");
    let file = disk.open(&draft, Open::Create)?;
    file.truncate(0)?;
    file.write_at(bytes, 0)?;
    file.sync()?;
    disk.rename(&draft, path)?;
    disk.sync_dir(path.parent().unwrap_or(Path::new("")))
}
