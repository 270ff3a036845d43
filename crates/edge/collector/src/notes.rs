//! Notes of what was dropped here, until the site has them.

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::{OriginId, RawBatch, RawRecord, Scope, SourceName, TraceContext};
use serde::{Deserialize, Serialize};

/// Slots of notes begin so.
pub(crate) const PREFIX: &str = "collector/dropped/";

/// Records of one source that were dropped together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    /// Drawn once: a note that is sent again is the same.
    pub(crate) origin: OriginId,
    pub(crate) source: SourceName,
    pub(crate) records: u64,
    pub(crate) at: Timestamp,
}

impl Note {
    pub(crate) fn new(source: SourceName, records: u64, at: Timestamp) -> Self {
        Self {
            origin: OriginId(Id128::random()),
            source,
            records,
            at,
        }
    }

    pub(crate) fn slot(&self) -> String {
        format!("{PREFIX}{}", self.origin.0)
    }

    /// As the site takes it.
    pub(crate) fn batch(&self, scope: &Scope, host: &str) -> RawBatch {
        let most = u64::from(RawRecord::MAX_DROPPED);
        let mut rest = self.records;
        let mut records = Vec::new();
        while rest > 0 {
            let count = u32::try_from(rest.min(most)).expect("it is below the limit");
            records.push(RawRecord::dropped(records.len() as u64, self.at, count));
            rest -= u64::from(count);
        }
        RawBatch {
            scope: scope.clone(),
            source: self.source.clone(),
            origin: self.origin,
            host: host.to_owned(),
            trace: TraceContext::new(),
            records,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_counts_whatever_was_dropped() {
        for records in [1, 7, 1 << 20, (3 << 20) + 5] {
            let note = Note::new(SourceName::new("a"), records, Timestamp::from_millis(1));
            let batch = note.batch(&Scope::of(Id128::random().into()), "h");
            assert_eq!(u64::from(batch.header("collect").records), records);
        }
    }
}
