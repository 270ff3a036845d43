//! Batches and the rendering of what became of them.

use std::path::{Path, PathBuf};

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::{OriginId, RawBatch, RawRecord, Scope, SiteId, SourceName, TraceContext};
use aurora_parsers::{Outcome, Processed};

/// 2026-11-22T00:00:00Z, when every record of these tests came in.
pub const RECEIVED: Timestamp = Timestamp::from_millis(1_795_305_600_000);

pub fn scope() -> Scope {
    Scope::of(SiteId(Id128::from_bytes([1; 16])))
}

pub fn batch(source: &str, bodies: impl IntoIterator<Item = Vec<u8>>) -> RawBatch {
    let record = |(seq, body)| RawRecord::whole(seq as u64, RECEIVED, body);
    RawBatch {
        scope: scope(),
        source: SourceName::new(source),
        origin: OriginId(Id128::from_bytes([2; 16])),
        host: "sensor-1".to_owned(),
        trace: TraceContext::default(),
        records: bodies.into_iter().enumerate().map(record).collect(),
    }
}

/// Readable, and the same every time: pretty JSON, one value after another.
pub fn render(processed: &Processed) -> String {
    let mut text = String::new();
    for outcome in &processed.outcomes {
        match outcome {
            Outcome::Events(items) => {
                for item in items {
                    let event = serde_json::Value::Object(item.event().unwrap());
                    text += &format!("# event, records: {}\n", item.records);
                    text += &serde_json::to_string_pretty(&event).unwrap();
                    text.push('\n');
                }
            }
            Outcome::Dead(letter) => {
                text += &format!(
                    "# dead letter, {}\n{}\n",
                    letter.reason.word(),
                    letter.detail
                );
            }
        }
    }
    text
}

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(3)
        .unwrap()
        .to_owned()
}

/// Other people's data beside the repository; `None`, with a message, when it is not there.
pub fn shared() -> Option<PathBuf> {
    let beside = || repository().join("../shared");
    let root = std::env::var_os("AURORA_SHARED")
        .map_or_else(beside, PathBuf::from)
        .join("data");
    if root.is_dir() {
        return Some(root);
    }
    eprintln!("skipped: {} is not there", root.display());
    None
}
