//! Windows events, mapped natively by the tables under `content/parsers/windows/`.
//!
//! A record goes through three steps: [`node`] reads the JSON without copying it, [`record`] tells its shape and
//! brings every shape to one list of named fields, [`build`] carries the fields along the compiled [`table`]
//! rows to their places in the event. Whatever has no place, or would not survive the way back, goes to `unmapped`.

mod build;
mod node;
mod record;
mod shapes;
mod table;
mod time;
mod transform;

use std::borrow::Cow;
use std::sync::OnceLock;

use aurora_formats::{is_event_log_part, json};

use serde_json::Value;

use crate::description::Description;
use crate::{Failure, Input, Parsed, Parser, decode};
use node::Node;
use table::Tables;

/// Reads EVTX-JSON, Winlogbeat and flat (NXLog and others) records, and XML. Sysmon for Linux writes the same events.
pub(crate) struct WindowsParser {
    name: &'static str,
    description: Description,
    /// Compiled when the first record comes.
    tables: OnceLock<Tables>,
}

impl WindowsParser {
    pub(crate) const fn new(name: &'static str, description: Description) -> Self {
        Self {
            name,
            description,
            tables: OnceLock::new(),
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
            _ => return false,
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
        if is_event_log_part(input.body) {
            let detail = "a damaged part of an event log: its bytes are kept as they are";
            return Err(Failure::Unparsable(detail.to_owned()));
        }
        if let Some(text) = xml_part(input.body) {
            let json = decode::xml_event(&text)?.to_string();
            return self.event(json.as_bytes(), input);
        }
        self.event(input.body, input)
    }

    fn fields(&self, input: &Input<'_>) -> Option<Vec<Value>> {
        let record = match xml_part(input.body) {
            Some(text) => decode::xml_event(&text).ok()?,
            None => serde_json::from_slice(input.body).ok()?,
        };
        Some(vec![record])
    }

    fn parse_fields(&self, input: &Input<'_>, fields: Value) -> Result<Vec<Parsed>, Failure> {
        self.event(fields.to_string().as_bytes(), input)
    }
}

impl WindowsParser {
    fn tables(&self) -> &Tables {
        self.tables.get_or_init(Tables::shipped)
    }

    fn event(&self, json: &[u8], input: &Input<'_>) -> Result<Vec<Parsed>, Failure> {
        json::check_depth(json).map_err(|_| Failure::TooDeep)?;
        let node: Node<'_> = serde_json::from_slice(json)
            .map_err(|error| Failure::Unparsable(format!("not JSON: {error}")))?;
        let tables = self.tables();
        let record = shapes::record(node, &tables.system)?;
        Ok(vec![build::event(record, tables, input.received_at)?])
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
