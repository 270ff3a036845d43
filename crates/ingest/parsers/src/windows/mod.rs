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

use aurora_formats::{is_event_log_part, json};

use crate::{Failure, Input, Parsed, Parser};
use node::Node;
use table::Tables;

/// Rises with every change of the tables or the code that alters an event.
const VERSION: u32 = 1;

/// Reads EVTX-JSON, Winlogbeat and flat (NXLog and others) records.
pub(crate) struct WindowsParser {
    tables: Tables,
}

impl WindowsParser {
    pub(crate) fn new() -> Self {
        Self {
            tables: Tables::shipped(),
        }
    }
}

impl Parser for WindowsParser {
    fn name(&self) -> &'static str {
        "windows"
    }

    fn version(&self) -> u32 {
        VERSION
    }

    fn detects(&self, body: &[u8]) -> bool {
        if is_event_log_part(body) {
            return true;
        }
        let has = |key: &str| memchr::memmem::find(body, key.as_bytes()).is_some();
        if body.trim_ascii_start().first() != Some(&b'{') {
            return false;
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

    fn parse(&self, input: &Input<'_>) -> Result<Vec<Parsed>, Failure> {
        if is_event_log_part(input.body) {
            let detail = "a damaged part of an event log: its bytes are kept as they are";
            return Err(Failure::Unparsable(detail.to_owned()));
        }
        json::check_depth(input.body).map_err(|_| Failure::TooDeep)?;
        let node: Node<'_> = serde_json::from_slice(input.body)
            .map_err(|error| Failure::Unparsable(format!("not JSON: {error}")))?;
        let record = shapes::record(node, &self.tables.system)?;
        Ok(vec![build::event(record, &self.tables, input.received_at)?])
    }
}

#[cfg(test)]
mod tests;
