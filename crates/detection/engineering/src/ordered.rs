//! Events as windows want them.

use aurora_clock::Timestamp;
use aurora_ids::Derive;
use aurora_model::EventUid;
use serde_json::Value;

/// One of the events that were given.
pub(crate) struct Ordered<'e> {
    pub time: Timestamp,
    /// From 0.
    pub number: u64,
    pub uid: EventUid,
    pub event: &'e Value,
}

/// In order of their own time; windows go by it, and a file need not be sorted.
pub(crate) fn ordered(events: &[Value]) -> Vec<Ordered<'_>> {
    let mut all: Vec<Ordered<'_>> = (0..)
        .zip(events)
        .map(|(number, event)| Ordered {
            time: Timestamp::from_millis(event["time"].as_i64().unwrap_or_default()),
            number,
            uid: uid(event, number),
            event,
        })
        .collect();
    all.sort_by_key(|event| (event.time, event.number));
    all
}

/// Two records of a file are two events, whatever uid they were given.
fn uid(event: &Value, number: u64) -> EventUid {
    let own = event["metadata"]["uid"].as_str().unwrap_or_default();
    let derived = Derive::new("aurora.engineering.given")
        .part(own)
        .part(number.to_string());
    EventUid(derived.finish())
}
