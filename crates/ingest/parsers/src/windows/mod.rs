//! Windows events, mapped natively by the tables under `content/parsers/windows/`.
//!
//! A record goes through three steps: its JSON is read where it stands, [`record`] tells its shape and
//! brings every shape to one list of named fields, [`build`] carries the fields along the compiled [`table`]
//! rows to their places in the event. Whatever has no place, or would not survive the way back, goes to `unmapped`.

mod build;
mod record;
mod rendered;
mod shapes;
mod table;
mod time;
mod transform;

use std::borrow::Cow;
use std::sync::OnceLock;

use aurora_clock::Timestamp;
use aurora_formats::is_event_log_part;
use bytes::Bytes;
use serde_json::Value;

use crate::description::Description;
use crate::parser::{Sealed, Sealing};
use crate::table::json::{self, Tape};
use crate::table::write::{Raw, Seal};
use crate::{Failure, Input, Parsed, Parser, decode};
use build::Written;
use table::Tables;

/// Reads EVTX-JSON, Winlogbeat and flat (NXLog and others) records, XML, and Splunk's text. Sysmon for Linux writes the same events.
pub(crate) struct WindowsParser {
    name: &'static str,
    description: Description,
    /// Compiled when the first record comes.
    tables: OnceLock<Tables>,
    labels: OnceLock<rendered::Labels>,
}

impl WindowsParser {
    pub(crate) const fn new(name: &'static str, description: Description) -> Self {
        Self {
            name,
            description,
            tables: OnceLock::new(),
            labels: OnceLock::new(),
        }
    }
}

impl Parser for WindowsParser {
    fn name(&self) -> &'static str {
        self.name
    }

    fn version(&self) -> u32 {
        self.description.version
    }

    fn description(&self) -> Option<&Description> {
        Some(&self.description)
    }

    fn detects(&self, body: &[u8]) -> bool {
        if is_event_log_part(body) {
            return true;
        }
        let has = |key: &str| memchr::memmem::find(body, key.as_bytes()).is_some();
        match body.trim_ascii_start().first() {
            Some(b'{') => {}
            Some(b'<') => return has("<Event") && has("/win/2004/08/events/event"),
            _ => return rendered::is_rendered(body),
        }
        if has("\"winlog\"") || (has("\"event_data\"") && has("\"event_id\"")) {
            return true;
        }
        let names = [
            "\"Channel\"",
            "\"Provider_Name\"",
            "\"SourceName\"",
            "\"EventSourceName\"",
            "\"System\"",
        ];
        has("\"EventID\"") && names.iter().any(|name| has(name))
    }

    fn prepare(&self) -> Result<(), String> {
        self.tables();
        Ok(())
    }

    fn parse(&self, input: &Input<'_>) -> Result<Vec<Parsed>, Failure> {
        self.parse_json(&self.json_of(input.body)?, input)
    }

    fn seal(
        &self,
        input: &Input<'_>,
        sealing: &Sealing<'_>,
        buffer: &mut Vec<u8>,
    ) -> Option<Vec<Sealed>> {
        let raw_data = std::str::from_utf8(input.body).ok()?;
        let json = self.json_of(input.body).ok()?;
        let tape = Tape::read(std::str::from_utf8(&json).ok()?).ok()?;
        let raw_data = match json {
            Cow::Borrowed(_) => Raw::Json(&tape),
            Cow::Owned(_) => Raw::Text(raw_data),
        };
        let mut uid = None;
        let seal = |identity: Option<&str>| {
            let of_event = sealing.uid(identity, 0);
            uid = Some(of_event);
            Some(Seal {
                uid: of_event,
                logged_time: input.received_at.as_millis(),
                raw_data,
            })
        };
        let written = self.write(&tape, input, seal, buffer).ok()?;
        Some(vec![Sealed {
            uid: uid?,
            class_uid: written.class_uid,
            time: Timestamp::from_millis(written.millis),
            json: Bytes::copy_from_slice(buffer),
            spans: written.spans,
        }])
    }

    fn fields(&self, input: &Input<'_>) -> Option<Vec<Value>> {
        let json = self.json_of(input.body).ok()?;
        Some(vec![serde_json::from_slice(&json).ok()?])
    }

    fn parse_fields(&self, input: &Input<'_>, fields: Value) -> Result<Vec<Parsed>, Failure> {
        self.parse_json(fields.to_string().as_bytes(), input)
    }
}

impl WindowsParser {
    fn tables(&self) -> &Tables {
        self.tables.get_or_init(Tables::shipped)
    }

    /// The record's JSON: the record itself, or made of its XML or text.
    fn json_of<'b>(&self, body: &'b [u8]) -> Result<Cow<'b, [u8]>, Failure> {
        if is_event_log_part(body) {
            let detail = "a damaged part of an event log: its bytes are kept as they are";
            return Err(Failure::Unparsable(detail.to_owned()));
        }
        if rendered::is_rendered(body) {
            let labels = self.labels.get_or_init(rendered::Labels::shipped);
            let record = rendered::record(&String::from_utf8_lossy(body), labels)?;
            return Ok(Cow::Owned(Value::Object(record).to_string().into_bytes()));
        }
        Ok(match xml_part(body) {
            Some(text) => Cow::Owned(decode::xml_event(&text)?.to_string().into_bytes()),
            None => Cow::Borrowed(body),
        })
    }

    fn parse_json(&self, text: &[u8], input: &Input<'_>) -> Result<Vec<Parsed>, Failure> {
        let mut buffer = Vec::with_capacity(2 * text.len());
        let no_seal = |_: Option<&str>| None;
        let tape = std::str::from_utf8(text).ok();
        let written = match tape.and_then(|text| Tape::read(text).ok()) {
            Some(tape) => self.write(&tape, input, no_seal, &mut buffer)?,
            None => {
                let plain = json::plain(text)?;
                let tape = Tape::read_again(&plain).expect("serde_json wrote it");
                self.write(&tape, input, no_seal, &mut buffer)?
            }
        };
        Ok(vec![Parsed {
            event: serde_json::from_slice(&buffer).expect("an event is a JSON object"),
            identity: written.identity,
        }])
    }

    fn write<'s>(
        &self,
        tape: &Tape<'_>,
        input: &Input<'_>,
        seal: impl FnOnce(Option<&str>) -> Option<Seal<'s>>,
        buffer: &mut Vec<u8>,
    ) -> Result<Written, Failure> {
        let tables = self.tables();
        let record = shapes::record(tape.root(), &tables.system)?;
        Ok(build::event(
            record,
            tables,
            input.received_at,
            seal,
            buffer,
        ))
    }
}

/// The `Event` element of a record that is XML, perhaps behind a syslog header or a comment.
fn xml_part(body: &[u8]) -> Option<Cow<'_, str>> {
    if body.trim_ascii_start().first() == Some(&b'{') {
        return None;
    }
    let find = |needle: &str| memchr::memmem::find(body, needle.as_bytes());
    let start = find("<Event ").or_else(|| find("<Event>"))?;
    let end = memchr::memmem::rfind(body, b"</Event>")? + b"</Event>".len();
    Some(String::from_utf8_lossy(body.get(start..end)?))
}

#[cfg(test)]
mod tests;
