//! Judges the bytes of a segment that a crash may have left half written.

use crate::frame::{Codec, HEADER};
use crate::header::{self, Flaw, Header};

/// Distance between two entries of the sparse index, in bytes.
pub(crate) const INDEX_STEP: u64 = 16 << 10;

/// What a segment's bytes hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// Sequence of the first frame, there or to come.
    pub base: u64,
    /// Base of the segment before it, 0 for the first one.
    pub previous: u64,
    /// Sequence of the last sound frame; `base - 1` when there is none.
    pub last: u64,
    /// Where the sound frames end.
    pub end: u64,
    /// Where the frames begin that no later frame vouches for: whether they are durable or only
    /// in the page cache is unknown.
    pub unproven: u64,
    /// `(sequence, offset)` of some frames, ascending.
    pub(crate) index: Vec<(u64, u64)>,
    pub(crate) salt: u64,
}

/// Why a segment cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    #[error("its header is damaged")]
    Header,
    #[error("it has format {0}, which is newer than this program")]
    Newer(u32),
    /// Frame `seq` was durable once: a later frame says so.
    #[error("frame {seq} at byte {offset} is damaged and a later one is sound")]
    Frame { seq: u64, offset: u64 },
}

/// Finds the sound frames of a segment and tells a torn tail from damage. Never panics, whatever
/// the bytes are.
///
/// # Errors
/// [`Damage`] when the segment was not written by this version, or lost what was durable.
pub fn scan(bytes: &[u8]) -> Result<Scan, Damage> {
    let head = Header::decode(bytes).map_err(|flaw| match flaw {
        Flaw::Damaged => Damage::Header,
        Flaw::Newer(version) => Damage::Newer(version),
    })?;
    let codec = Codec::new(head.salt);
    let mut scan = Scan {
        base: head.base,
        previous: head.previous,
        last: head.base - 1,
        end: header::LEN as u64,
        unproven: header::LEN as u64,
        index: Vec::new(),
        salt: head.salt,
    };
    let mut durable = None;
    while let Some((head, _)) = codec.decode(&bytes[scan.end as usize..]) {
        if head.seq != scan.last + 1 {
            break;
        }
        if durable.replace(head.durable()) != Some(head.durable()) {
            scan.unproven = scan.end;
        }
        if scan
            .index
            .last()
            .is_none_or(|(_, at)| scan.end - at >= INDEX_STEP)
        {
            scan.index.push((head.seq, scan.end));
        }
        scan.last = head.seq;
        scan.end += head.size();
    }
    if vouched(&codec, &bytes[scan.end as usize..], scan.last + 1) {
        return Err(Damage::Frame {
            seq: scan.last + 1,
            offset: scan.end,
        });
    }
    Ok(scan)
}

/// Whether a sound frame anywhere in `tail` says that `seq` was durable.
fn vouched(codec: &Codec, tail: &[u8], seq: u64) -> bool {
    let most = seq.saturating_add((tail.len() / HEADER) as u64);
    (1..tail.len().saturating_sub(HEADER - 1)).any(|at| {
        let rest = &tail[at..];
        // The cheap half first: the masked sequence of anything but a frame is a random number.
        codec
            .head(rest)
            .is_some_and(|h| h.seq > seq && h.seq <= most && h.durable() >= seq)
            && codec.decode(rest).is_some()
    })
}
