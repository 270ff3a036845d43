//! Records to events to alerts, as a site does it, without the site.

use std::collections::BTreeMap;
use std::sync::Arc;

use aurora_clock::Timestamp;
use aurora_demo::DemoRecord;
use aurora_engineering::Correlator;
use aurora_ids::Id128;
use aurora_model::{DeadLetter, RawBatch, RawRecord, Scope, TraceContext};
use aurora_parsers::Registry;
use aurora_rules::{LoadedRule, Options, RuleSet, SourceFiles};
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
    let hits = events.iter().flat_map(|event| rules.evaluate(event));
    for hit in hits.filter(|hit| hit.rule.alerts()) {
        let name = hit.rule.file.strip_suffix(".yml").unwrap().to_owned();
        *alerts.entry(name).or_default() += 1;
    }
    alerts
}

/// How often each correlation fires on the story, by its file without its ending.
pub fn correlated(events: &[Value]) -> BTreeMap<String, u32> {
    let set = Arc::new(shipped());
    let mut windows = Correlator::of(Arc::clone(&set)).expect("correlations are shipped");
    let mut story: Vec<&Value> = events.iter().collect();
    story.sort_by_key(|event| event["time"].as_i64());
    for (tag, event) in (0u64..).zip(story) {
        let uid: Id128 = event["metadata"]["uid"].as_str().unwrap().parse().unwrap();
        let time = Timestamp::from_millis(event["time"].as_i64().unwrap());
        let fired: Vec<&LoadedRule> = set.evaluate(event).iter().map(|hit| hit.rule).collect();
        windows.see(event, uid.into(), time, fired, tag);
    }
    windows.end(0);
    let mut alerts = BTreeMap::new();
    for firing in windows.settled() {
        let correlations = set.correlations().iter().filter(|it| it.alerts());
        for it in correlations.filter(|it| it.id == firing.rule) {
            let name = it.file.strip_suffix(".yml").unwrap().to_owned();
            *alerts.entry(name).or_default() += 1;
        }
    }
    alerts
}
