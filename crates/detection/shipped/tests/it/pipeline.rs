//! Records to events to rules, as a site does it, without the site.

use std::path::PathBuf;
use std::sync::LazyLock;

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::{RawBatch, RawRecord, Scope, SourceName, TraceContext};
use aurora_parsers::Registry;
use aurora_rules::{Options, RuleSet, SourceFiles};
use serde_json::Value;

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| Registry::new().unwrap());

pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../content/rules")
}

/// The set that a site without configuration has.
pub fn shipped() -> RuleSet {
    let mut files = SourceFiles::default();
    files.extend(aurora_shipped::rules());
    files.compile(Options::default())
}

/// The events of a golden file: one record a line, of a source that is found out from the records.
pub fn events(text: &str) -> Result<Vec<Value>, String> {
    let at: Timestamp = "2026-11-20T09:14:10Z".parse().unwrap();
    let records = text.lines().filter(|line| !line.is_empty()).zip(0..);
    let batch = RawBatch {
        scope: Scope::of(Id128::from_bytes([7; 16]).into()),
        source: SourceName::new(SourceName::AUTO),
        origin: Id128::from_bytes([8; 16]).into(),
        host: "golden".to_owned(),
        trace: TraceContext::new(),
        records: records
            .map(|(line, seq)| RawRecord::whole(seq, at, line.as_bytes().to_vec()))
            .collect(),
    };
    let processed = REGISTRY.process(&batch.scope, &batch);
    let letters: Vec<_> = processed.dead().map(|dead| dead.detail.clone()).collect();
    if !letters.is_empty() {
        return Err(letters.join("\n"));
    }
    let read = |item: &aurora_model::EventItem| serde_json::from_slice(&item.json).unwrap();
    Ok(processed.events().map(read).collect())
}
