//! Golden records: what must become of them, for the tests of what is shipped and for an operator's own parsers.
//!
//! `golden/*.in` holds a record a line, a file is one batch; `golden/*.out` is what [`render`] makes of it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::{OriginId, RawBatch, RawRecord, Scope, SiteId, SourceName, TraceContext};
use rust_embed::RustEmbed;
use serde_json::Value;

use crate::{Outcome, Processed, Registry};

/// 2026-11-22T00:00:00Z, when every golden record came in.
pub const RECEIVED: Timestamp = Timestamp::from_millis(1_795_305_600_000);

/// What became of one `.in` file.
#[derive(Debug)]
pub struct Golden {
    pub input: PathBuf,
    /// Rendered.
    pub got: String,
    /// The `.out` file, when there is one.
    pub wanted: Option<String>,
    pub events: usize,
    pub dead: usize,
    /// Records that detection gives to another source, with its name, or to none.
    pub strayed: Vec<(usize, Option<&'static str>)>,
}

impl Golden {
    pub fn passed(&self) -> bool {
        self.wanted.as_deref() == Some(self.got.as_str())
    }

    pub fn output(&self) -> PathBuf {
        self.input.with_extension("out")
    }
}

/// The scope of golden events, from which their uids are derived.
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

/// The golden records of the shipped sources, inside the binary: what a source maps is measured on them, also where no
/// source tree is at hand.
#[derive(RustEmbed)]
#[folder = "../../../content/parsers"]
#[include = "*/golden/*.in"]
struct Shipped;

/// The records of a shipped source that are there to be parsed, file by file; nothing for any other name.
pub fn shipped(source: &str) -> Vec<Vec<u8>> {
    let folder = format!("{source}/golden/");
    let own = |path: &str| path.starts_with(&folder) && !is_refused(Path::new(path));
    let mut paths: Vec<_> = Shipped::iter().filter(|path| own(path)).collect();
    paths.sort_unstable();
    let files = paths.iter().filter_map(|path| Shipped::get(path));
    files.flat_map(|file| records(&file.data)).collect()
}

/// Whether the records of an `.in` file are there to be refused.
pub fn is_refused(input: &Path) -> bool {
    input.ends_with("dead.in")
}

/// The `.in` files of a source's folder, in the order of their names.
///
/// # Errors
/// When the folder cannot be read.
pub fn inputs(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut inputs = Vec::new();
    for entry in std::fs::read_dir(folder.join("golden"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "in") {
            inputs.push(path);
        }
    }
    inputs.sort();
    Ok(inputs)
}

/// The records of an `.in` file. A record of several lines is written with `\n` for the ones within it, after `\+` at
/// its start.
pub fn records(text: &[u8]) -> Vec<Vec<u8>> {
    let lines = text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    lines
        .map(|line| match line.strip_prefix(b"\\+") {
            Some(folded) => String::from_utf8_lossy(folded)
                .replace("\\n", "\n")
                .into_bytes(),
            None => line.to_vec(),
        })
        .collect()
}

/// Runs one `.in` file.
///
/// # Errors
/// When it cannot be read.
pub fn run(registry: &Registry, source: &str, input: &Path) -> std::io::Result<Golden> {
    let batch = batch(source, records(&std::fs::read(input)?));
    let processed = registry.process(&scope(), &batch);
    let found = batch.records.iter().map(|record| {
        let found = registry.parser_for(SourceName::AUTO, &record.body);
        found.map(|parser| parser.name()).ok()
    });
    let strayed = found.enumerate().filter(|(_, name)| *name != Some(source));
    let strayed = strayed.collect();
    let wanted = std::fs::read_to_string(input.with_extension("out")).ok();
    let got = render(&processed);
    let same = wanted.as_ref().filter(|wanted| is_same(wanted, &got));
    Ok(Golden {
        got: same.cloned().unwrap_or(got),
        wanted,
        events: processed.events().count(),
        dead: processed.dead().count(),
        strayed,
        input: input.to_owned(),
    })
}

/// Whether both say the same, whatever the order of members: which way an event was written is nobody's concern.
fn is_same(one: &str, other: &str) -> bool {
    let parts = |text: &str| -> Vec<(String, Option<Value>)> {
        let parts = text.split("\n# ").map(|part| match part.split_once('\n') {
            Some((head, rest)) => {
                let event = serde_json::from_str(rest).ok();
                let told = if event.is_none() { rest } else { "" };
                (
                    format!("{}\n{}", head.trim_start_matches("# "), told.trim_end()),
                    event,
                )
            }
            None => (part.to_owned(), None),
        });
        parts.collect()
    };
    parts(one) == parts(other)
}

/// Readable, and the same every time: pretty JSON, one value after another.
pub fn render(processed: &Processed) -> String {
    let mut text = String::new();
    for outcome in &processed.outcomes {
        match outcome {
            Outcome::Events(items) => {
                for item in items {
                    let event = item.event().map(Value::Object).unwrap_or_default();
                    let pretty = format!("{event:#}");
                    write!(text, "# event, records: {}\n{pretty}\n", item.records)
                        .expect("a text takes everything");
                }
            }
            Outcome::Dead(letter) => {
                let (reason, detail) = (letter.reason.word(), &letter.detail);
                write!(text, "# dead letter, {reason}\n{detail}\n")
                    .expect("a text takes everything");
            }
        }
    }
    text
}
