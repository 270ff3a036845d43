//! From records to events, as the site's own pipeline makes them.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::Context as _;
use aurora_clock::Timestamp;
use aurora_formats::{Framed, Framer, Limits};
use aurora_ids::Id128;
use aurora_model::{OriginId, RawBatch, RawRecord, Scope, SiteId, SourceName, TraceContext};
use aurora_parsers::Registry;
use serde_json::Value;

/// The parsers in this process.
pub struct Reader {
    registry: Registry,
}

impl Reader {
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self {
            registry: Registry::new()?,
        })
    }

    /// Every event of a file. All records are put to the parsers together, for some sources need
    /// several records for one event.
    pub fn file(
        &self,
        path: &Path,
        source: Option<&SourceName>,
        now: Timestamp,
    ) -> anyhow::Result<Result<Vec<Value>, String>> {
        let name = path.display().to_string();
        let failed = || format!("cannot read `{name}`");
        let file = File::open(path).with_context(failed)?;
        self.all(BufReader::new(file), source, now)
            .with_context(failed)
    }

    /// The same from any bytes.
    pub fn all(
        &self,
        bytes: impl BufRead + Send + 'static,
        source: Option<&SourceName>,
        now: Timestamp,
    ) -> anyhow::Result<Result<Vec<Value>, String>> {
        let mut records = Vec::new();
        for framed in Framer::new(bytes, Limits::default())? {
            let framed = framed?;
            let offset = framed.offset();
            let Framed::Record { body, .. } = framed else {
                return Ok(Err(format!(
                    "the record at byte {offset} is damaged or too large"
                )));
            };
            records.push((offset, body));
        }
        let ready: Option<Vec<Value>> = records.iter().map(|(_, body)| ocsf(body)).collect();
        if let Some(events) = ready {
            return Ok(Ok(events));
        }
        Ok(self.parse(records, source, now))
    }

    /// One record's events, or the event that it is.
    pub fn events(
        &self,
        body: Vec<u8>,
        source: Option<&SourceName>,
        offset: u64,
        now: Timestamp,
    ) -> Result<Vec<Value>, String> {
        match ocsf(&body) {
            Some(event) => Ok(vec![event]),
            None => self.parse(vec![(offset, body)], source, now),
        }
    }

    fn parse(
        &self,
        records: Vec<(u64, Vec<u8>)>,
        source: Option<&SourceName>,
        now: Timestamp,
    ) -> Result<Vec<Value>, String> {
        let scope = Scope::of(SiteId(Id128::from_bytes([0; 16])));
        let record = |(offset, body)| RawRecord::whole(offset, now, body);
        let batch = RawBatch {
            scope: scope.clone(),
            source: source
                .cloned()
                .unwrap_or_else(|| SourceName::new(SourceName::AUTO)),
            origin: OriginId(Id128::from_bytes([0; 16])),
            host: String::new(),
            trace: TraceContext::new(),
            records: records.into_iter().map(record).collect(),
        };
        let (events, dead) = self.registry.process(&scope, &batch).split();
        if let Some(letter) = dead.first() {
            return Err(letter.detail.clone());
        }
        let read = events.iter().map(|item| item.event().map(Value::Object));
        read.collect::<Result<_, _>>()
            .map_err(|error| error.to_string())
    }
}

/// The record is an OCSF event already.
fn ocsf(body: &[u8]) -> Option<Value> {
    let event: Value = serde_json::from_slice(body).ok()?;
    event
        .get("class_uid")
        .is_some_and(Value::is_number)
        .then_some(event)
}
