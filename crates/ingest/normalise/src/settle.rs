use aurora_model::{
    DeadLetter, DeadLetterReason, EventItem, EventUid, MAX_RECORD_BYTES, Part, RawBatch, RawRecord,
};
use aurora_parsers::{Outcome, Processed};

/// What becomes of one raw batch.
#[derive(Debug, Default, PartialEq)]
pub struct Settled {
    /// Fresh events, in order; their weights are the records they settle.
    pub events: Vec<EventItem>,
    pub dead: Vec<DeadLetter>,
    /// Records whose every event was seen before.
    pub deduplicated: u64,
}

/// Sorts outcomes into fresh events, dead letters and duplicates.
///
/// `fresh` tells whether an event, the so-and-so-many-th of its record, is new, and remembers it. A record is stored if any of its events
/// is, so its weight moves to the last fresh one.
pub fn settle(processed: Processed, fresh: &mut dyn FnMut(&EventItem, u64) -> bool) -> Settled {
    let mut settled = Settled::default();
    for outcome in processed.outcomes {
        match outcome {
            Outcome::Dead(letter) => settled.dead.push(letter),
            Outcome::Events(items) => {
                let weight: u32 = items.iter().map(|item| item.records).sum();
                let first = settled.events.len();
                let items = (0..).zip(items);
                let items = items.filter(|(index, item)| fresh(item, *index));
                settled.events.extend(items.map(|(_, item)| item));
                match settled.events[first..].split_last_mut() {
                    None => settled.deduplicated += u64::from(weight),
                    Some((last, rest)) => {
                        rest.iter_mut().for_each(|item| item.records = 0);
                        last.records = weight;
                    }
                }
            }
        }
    }
    settled
}

/// What every event of it is known by.
pub(crate) fn uids(processed: &Processed) -> Vec<EventUid> {
    let items = processed.outcomes.iter().flat_map(|outcome| match outcome {
        Outcome::Events(items) => items.as_slice(),
        Outcome::Dead(_) => &[],
    });
    items.map(|item| item.uid).collect()
}

/// Takes what stands for dropped records out of a batch, and tells how many they are.
pub(crate) fn take_dropped(batch: &mut RawBatch) -> u64 {
    let gone = |record: &RawRecord| record.part == Part::Dropped;
    let dropped = batch.records.iter().filter(|record| gone(record));
    let dropped = dropped.map(|record| u64::from(record.weight())).sum();
    batch.records.retain(|record| !gone(record));
    dropped
}

/// Takes the pieces of oversize records out of a batch: they go to the dead letter as they are.
/// Also tells how many records the pieces stand for.
pub(crate) fn take_pieces(batch: &mut RawBatch) -> (Vec<DeadLetter>, u32) {
    let (pieces, whole): (Vec<_>, Vec<_>) = std::mem::take(&mut batch.records)
        .into_iter()
        .partition(|r| r.part != Part::Whole);
    batch.records = whole;
    let records = pieces.iter().map(RawRecord::weight).sum();
    let letters = pieces.into_iter().map(|piece| DeadLetter {
        reason: DeadLetterReason::TooLarge,
        detail: format!(
            "a record of more than {MAX_RECORD_BYTES} bytes; this piece stands at {}",
            piece.seq
        ),
        source: batch.source.clone(),
        origin: batch.origin,
        seq: piece.seq,
        host: batch.host.clone(),
        received_at: piece.received_at,
        parser: String::new(),
        raw: piece.body,
    });
    (letters.collect(), records)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use aurora_ids::Derive;
    use serde_json::json;

    fn item(n: u64, records: u32) -> EventItem {
        let uid = EventUid(Derive::new("test").number(n).finish());
        EventItem::new(
            uid,
            records,
            json!({"time": 1, "class_uid": 0}).as_object().unwrap(),
        )
    }

    #[test]
    fn the_weight_moves_to_the_last_fresh_event() {
        let processed = Processed {
            outcomes: vec![
                Outcome::Events(vec![item(1, 0), item(2, 0), item(3, 1)]),
                Outcome::Events(vec![item(4, 5)]),
            ],
        };
        let known = [item(3, 0).uid, item(4, 0).uid];
        let settled = settle(processed, &mut |item, _| !known.contains(&item.uid));
        let weights: Vec<u32> = settled.events.iter().map(|item| item.records).collect();
        assert_eq!((weights, settled.deduplicated), (vec![0, 1], 5));
    }
}
