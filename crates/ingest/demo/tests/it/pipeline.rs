//! Records to events to alerts, as a site does it, without the site.

use std::collections::BTreeMap;

use aurora_clock::Timestamp;
use aurora_demo::DemoRecord;
use aurora_ids::Id128;
use aurora_model::{DeadLetter, RawBatch, RawRecord, Scope, TraceContext};
use aurora_parsers::Registry;
use aurora_rules::{Options, RuleSet, SourceFiles};
use serde_json::Value;

/// What became of the story.
#[derive(Default)]
pub struct Replay {
    pub events: Vec<Value>,
    pub dead: Vec<DeadLetter>,
    /// Records that ended as part of an event.
    pub stored: usize,
}

/// Sends the story through the parsers, in batches of what one host's source says at one moment.
pub fn replay(start: Timestamp, records: &[DemoRecord]) -> Replay {
    let registry = Registry::new().unwrap();
    let mut replay = Replay::default();
    let mut seq = 0;
    for batch in records.chunk_by(|a, b| (&a.source, &a.host, a.at) == (&b.source, &b.host, b.at)) {
        let raw = |record: &DemoRecord| {
            seq += 1;
            RawRecord::whole(seq, start.plus(record.at), record.body.clone())
        };
        let batch = RawBatch {
            scope: Scope::of(Id128::from_bytes([7; 16]).into()),
            source: batch[0].source.clone(),
            origin: Id128::from_bytes([8; 16]).into(),
            host: batch[0].host.clone(),
            trace: TraceContext::new(),
            records: batch.iter().map(raw).collect(),
        };
        let (events, dead) = registry.process(&batch.scope, &batch).split();
        replay.stored += events
            .iter()
            .map(|item| item.records as usize)
            .sum::<usize>();
        let json = events
            .iter()
            .map(|item| serde_json::from_slice(&item.json).unwrap());
        replay.events.extend(json);
        replay.dead.extend(dead);
    }
    replay
}

/// The set that a site without configuration has.
pub fn shipped() -> RuleSet {
    let mut files = SourceFiles::default();
    files.extend(aurora_shipped::rules());
    files.compile(Options::default())
}

/// How many alerts each rule gives, by the rule's file without its ending.
pub fn alerts(rules: &RuleSet, events: &[Value]) -> BTreeMap<String, u32> {
    let mut alerts = BTreeMap::new();
    for hit in events.iter().flat_map(|event| rules.evaluate(event)) {
        let name = hit.rule.file.strip_suffix(".yml").unwrap().to_owned();
        *alerts.entry(name).or_default() += 1;
    }
    alerts
}
