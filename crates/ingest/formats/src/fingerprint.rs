//! Is this the file that was read before?

use aurora_ids::Derive;
use aurora_model::OriginId;
use serde::{Deserialize, Serialize};

/// How much of a file's head tells it from others.
const COVERED_BYTES: usize = 64 * 1024;
const EVTX_FIRST_RECORD: usize = 4096 + 512;

/// What a file is known by, whatever its name: the hash of its first 64 KiB, or of all of it when it is shorter.
///
/// A file that has grown is the same file: its first `covered` bytes still have the same hash. So the importer keeps
/// the fingerprint beside its progress, asks [`Fingerprint::is_of`] for each file it knows, and makes a new one only
/// when none fits. A file that begins with the whole of a shorter known one counts as its continuation, which
/// loses nothing: the bytes that are skipped are the very bytes that were read.
///
/// The head of an EVTX file changes as the log grows, so the first record stands for it: it carries the
/// record id, the time and the computer, and is never rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    start: u32,
    covered: u32,
    origin: OriginId,
}

impl Fingerprint {
    /// Bytes of the file, packed as it is, that [`Fingerprint::of`] wants to see.
    pub const HEAD_BYTES: usize = COVERED_BYTES;

    /// Of a file that begins with `head` (all of it, or at least [`Fingerprint::HEAD_BYTES`]).
    pub fn of(head: &[u8]) -> Self {
        let (start, covered) =
            evtx_first_record(head).unwrap_or((0, head.len().min(COVERED_BYTES)));
        let origin = hash(&head[start..start + covered]);
        let [start, covered] =
            [start, covered].map(|n| u32::try_from(n).expect("the head is 64 KiB"));
        Self {
            start,
            covered,
            origin,
        }
    }

    /// Whether the file that begins with `head` is this one, perhaps grown. Never of an empty file.
    pub fn is_of(&self, head: &[u8]) -> bool {
        let range = self.start as usize..self.start as usize + self.covered as usize;
        self.covered > 0
            && head
                .get(range)
                .is_some_and(|bytes| hash(bytes) == self.origin)
    }

    /// The origin under which the file's records travel. Keep using it when the file grows.
    pub fn origin(&self) -> OriginId {
        self.origin
    }
}

fn hash(bytes: &[u8]) -> OriginId {
    OriginId(Derive::new("aurora.origin.file.v1").part(bytes).finish())
}

fn evtx_first_record(head: &[u8]) -> Option<(usize, usize)> {
    let record = head
        .strip_prefix(b"ElfFile\0")
        .and(head.get(EVTX_FIRST_RECORD..))?;
    let size = record
        .strip_prefix(b"\x2a\x2a\0\0")?
        .first_chunk()
        .copied()
        .map(u32::from_le_bytes)?;
    let size = usize::try_from(size).ok()?;
    (size > 24 && size <= record.len()).then_some((EVTX_FIRST_RECORD, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_grew_is_the_same_file() {
        let short = b"first line\nsecond line\n".to_vec();
        let known = Fingerprint::of(&short);
        assert!(known.is_of(&[&short[..], b"third line\n"].concat()));
        assert!(!known.is_of(b"first line\n"));
        assert!(!known.is_of(b"first line\nsecond LINE\nthird line\n"));

        let long = vec![b'x'; 200_000];
        let known = Fingerprint::of(&long);
        assert_eq!(known, Fingerprint::of(&long[..COVERED_BYTES]));
        assert!(known.is_of(&long));
    }

    #[test]
    fn an_empty_file_is_no_other_file() {
        assert!(!Fingerprint::of(b"").is_of(b""));
        assert!(!Fingerprint::of(b"").is_of(b"a"));
    }

    #[test]
    fn an_event_log_is_known_by_its_first_record() {
        let mut head = vec![0; 70_000];
        head[..8].copy_from_slice(b"ElfFile\0");
        head[EVTX_FIRST_RECORD..][..4].copy_from_slice(b"\x2a\x2a\0\0");
        head[EVTX_FIRST_RECORD + 4..][..4].copy_from_slice(&100_u32.to_le_bytes());
        let known = Fingerprint::of(&head);
        head[40] = 7;
        head[EVTX_FIRST_RECORD + 100] = 7;
        assert!(known.is_of(&head));
        head[EVTX_FIRST_RECORD + 50] = 7;
        assert!(!known.is_of(&head));
    }
}
