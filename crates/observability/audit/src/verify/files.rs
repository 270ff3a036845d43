use super::{Policy, Report, begins};
use crate::folder::is_witness_file;
use crate::{CHECKPOINT, Checkpoint, Error, Folder, KEY, Tile, WITNESSED};

/// Entries that one commit may add, and thus how far beyond the checkpoint files may stand after
/// a crash. The sequencer keeps to it.
pub const MOST_IN_A_COMMIT: u64 = 4096;

/// What a file is called while it is being written.
const DRAFT: &str = ".draft";

/// Checks that every file has its place, and that older parts are the beginning of newer ones.
pub(super) fn check(
    folder: &Folder,
    files: &[String],
    head: &Checkpoint,
    policy: &Policy,
    report: &mut Report,
) -> Result<(), Error> {
    for path in files {
        match path.as_str() {
            CHECKPOINT | WITNESSED => {}
            witness if is_witness_file(witness) => {}
            KEY => key(folder, policy, report)?,
            draft if draft.ends_with(DRAFT) => report.unfinished += 1,
            path => match Tile::parse(path) {
                Some(tile) => part(folder, tile, head.size, report)?,
                None => report.found(path, "it does not belong to the log"),
            },
        }
    }
    Ok(())
}

fn key(folder: &Folder, policy: &Policy, report: &mut Report) -> Result<(), Error> {
    let wanted = format!("{}\n", policy.key);
    if folder
        .read(KEY)?
        .is_some_and(|found| found != wanted.as_bytes())
    {
        report.found(KEY, "it is not the log's key");
    }
    Ok(())
}

fn part(folder: &Folder, tile: Tile, size: u64, report: &mut Report) -> Result<(), Error> {
    let now = tile.kind.tile(tile.index, size);
    let Some(now) = now.filter(|now| now.width >= tile.width) else {
        let could_be = tile.kind.tile(tile.index, size + MOST_IN_A_COMMIT);
        match could_be.is_some_and(|later| later.width >= tile.width) {
            true => report.unfinished += 1,
            false => report.found(tile, "it does not belong to the log"),
        }
        return Ok(());
    };
    if now.width == tile.width {
        return Ok(());
    }
    let older = folder.read(&tile.to_string())?;
    let newer = folder.read(&now.to_string())?;
    // One that is missing is told elsewhere.
    if let (Some(older), Some(newer)) = (older, newer)
        && !begins(tile.kind, &older, tile.width, &newer)
    {
        report.found(tile, "it is not the beginning of what came after it");
    }
    Ok(())
}
