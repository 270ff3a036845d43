use std::collections::VecDeque;

use aurora_ids::Id128;
use aurora_model::EventUid;

use crate::input::{MatchRef, Value};
use crate::spec::Kind;

/// One event in a window, ordered by time, then uid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Entry {
    /// Milliseconds.
    pub time: i64,
    /// The uid's bytes, big-endian, so that numbers sort as ids do.
    pub uid: [u64; 2],
    /// What the kind looks at: a value's hash, a base's index, a number's bits; else 0.
    pub item: u64,
}

/// In order.
pub(crate) type Entries = VecDeque<Entry>;

impl Entry {
    /// Before every entry there is.
    pub const MIN: Self = Self {
        time: i64::MIN,
        uid: [0; 2],
        item: 0,
    };

    /// `None` when the match does not hold what the kind looks at.
    pub fn of(kind: Kind, it: &MatchRef<'_>) -> Option<Self> {
        let item = match (kind, it.value) {
            (Kind::EventCount, _) => 0,
            (Kind::Temporal | Kind::TemporalOrdered, _) => it.base.into(),
            (Kind::ValueCount, Value::Text(hash)) => hash,
            (_, Value::Number(number)) if kind.is_numeric() && number.is_finite() => {
                // One zero, so that equal numbers are equal bits.
                (number + 0.0).to_bits()
            }
            _ => return None,
        };
        Some(Self {
            // A span is added to times: the ends of the range are out of reach.
            time: it.time.as_millis().clamp(i64::MIN / 4, i64::MAX / 4),
            uid: halves(it.uid),
            item,
        })
    }

    pub fn uid(&self) -> EventUid {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.uid[0].to_be_bytes());
        bytes[8..].copy_from_slice(&self.uid[1].to_be_bytes());
        EventUid(Id128::from_bytes(bytes))
    }

    pub fn number(&self) -> f64 {
        f64::from_bits(self.item)
    }

    /// Whether both are one event seen twice. Of a number only one per event counts, whichever base
    /// brought it.
    pub fn is_copy(&self, other: &Self, kind: Kind) -> bool {
        self.uid == other.uid && (kind.is_numeric() || self.item == other.item)
    }
}

fn halves(uid: EventUid) -> [u64; 2] {
    let bytes = u128::from_be_bytes(*uid.0.as_bytes());
    [(bytes >> 64) as u64, bytes as u64]
}

/// Where the entry would stand, and whether it, or a copy of the same time, stands there already.
pub(crate) fn place(entries: &Entries, entry: &Entry, kind: Kind) -> (usize, bool) {
    let goes_last = entries
        .back()
        .is_none_or(|last| (last.time, last.uid) < (entry.time, entry.uid));
    if goes_last {
        return (entries.len(), false);
    }
    let at = if kind.is_numeric() {
        entries.partition_point(|it| (it.time, it.uid) < (entry.time, entry.uid))
    } else {
        entries.partition_point(|it| it < entry)
    };
    let here = entries.get(at);
    let is_there = here.is_some_and(|it| it.time == entry.time && it.is_copy(entry, kind));
    (at, is_there)
}
