//! From a file's bytes to OCSF events, with the product's own framing and parsers.

use aurora_clock::Timestamp;
use aurora_formats::{Framed, Framer, Limits};
use aurora_ids::Id128;
use aurora_model::{OriginId, RawBatch, RawRecord, Scope, SiteId, SourceName, TraceContext};
use aurora_parsers::Registry;
use serde_json::Value;

/// Every event of the file; no record may end in a dead letter.
pub fn events(registry: &Registry, source: &str, file: &[u8]) -> Vec<Value> {
    let scope = Scope::of(SiteId(Id128::from_bytes([1; 16])));
    let mut batch = RawBatch {
        scope: scope.clone(),
        source: SourceName::new(source),
        origin: OriginId(Id128::from_bytes([2; 16])),
        host: "test".to_owned(),
        trace: TraceContext::new(),
        records: Vec::new(),
    };
    for framed in Framer::new(file, Limits::default()).unwrap() {
        let Framed::Record { offset, body, .. } = framed.unwrap() else {
            panic!("a damaged record")
        };
        batch
            .records
            .push(RawRecord::whole(offset, Timestamp::from_millis(0), body));
    }
    let (items, dead) = registry.process(&scope, &batch).split();
    let dead: Vec<&str> = dead.iter().map(|letter| letter.detail.as_str()).collect();
    assert!(
        dead.is_empty(),
        "{} dead letters: {:?}",
        dead.len(),
        dead.first()
    );
    items
        .iter()
        .map(|item| Value::Object(item.event().unwrap()))
        .collect()
}
