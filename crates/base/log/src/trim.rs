//! Gives up the oldest segments.

use std::sync::atomic::Ordering;

use crate::log::Shared;
use crate::segment::Segment;
use crate::writer::Writer;
use crate::{Error, Result};

/// Removes every segment whose frames are all at or below `seq`.
pub(crate) fn trim(shared: &Shared, writer: &mut Writer, seq: u64) -> Result<()> {
    shared.check()?;
    close_active(shared, writer, seq)?;
    while let Some((base, bytes)) = oldest(shared, seq) {
        shared
            .disk
            .remove(&crate::segment::path(&shared.dir, base))
            .map_err(Error::from)?;
        // One by one: if a crash could keep the oldest and lose the next, the log would have a
        // hole. Not knowing whether it did is as bad.
        shared
            .disk
            .sync_dir(&shared.dir)
            .map_err(|e| shared.poison(e))?;
        shared.segments_mut().remove(&base);
        shared.used.fetch_sub(bytes, Ordering::Relaxed);
    }
    Ok(())
}

/// Whether that would remove a segment, now or after beginning a new one.
pub(crate) fn can_trim(shared: &Shared, seq: u64) -> bool {
    if oldest(shared, seq).is_some() {
        return true;
    }
    let segments = shared.segments();
    segments.len() == 1
        && segments
            .values()
            .all(|active| closable(shared, active, seq))
}

fn closable(shared: &Shared, active: &Segment, seq: u64) -> bool {
    let sizeable = active.end() >= shared.options.roll_at() / 4;
    sizeable && active.last() >= active.base && active.last() <= seq
}

/// When nothing of a sizeable active segment is wanted, a new one is begun so that it can go.
fn close_active(shared: &Shared, writer: &mut Writer, seq: u64) -> Result<()> {
    if !closable(shared, &writer.active, seq) {
        return Ok(());
    }
    match writer.roll(shared) {
        // No room for a header now; the next trim tries again.
        Err(Error::NoSpace { .. }) => Ok(()),
        outcome => outcome,
    }
}

/// The oldest segment, if it is not the active one and all of it is at or below `seq`.
fn oldest(shared: &Shared, seq: u64) -> Option<(u64, u64)> {
    let segments = shared.segments();
    let mut kept = segments.values();
    let (oldest, next) = (kept.next()?, kept.next()?);
    (next.base <= seq.saturating_add(1)).then(|| (oldest.base, oldest.end()))
}
