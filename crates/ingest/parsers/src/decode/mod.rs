//! From a record's bytes to what its program finds under `.body`. One reader a format; `source.toml` names it.

mod access;
mod cef;
mod columns;
mod leef;
mod otlp;
mod xml;

use std::borrow::Cow;

use serde::Deserialize;
use vrl::value::Value;

use crate::vrl::convert;
use crate::{Failure, Input, syslog};

/// How a record is read. A reader that gives an array gives several records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reads {
    /// One JSON object.
    #[default]
    Json,
    /// The record as one text.
    Text,
    /// JSON when it is an object, else text.
    JsonOrText,
    /// The header's parts and `message`.
    Syslog,
    /// ArcSight's Common Event Format, bare or in syslog.
    Cef,
    /// QRadar's Log Event Extended Format 1 and 2, bare or in syslog.
    Leef,
    /// Lines of web servers: common and combined access logs, and their error logs.
    Access,
    /// A JSON object, or a line of columns that the lines before it name (Zeek's TSV, flow logs with a header).
    Columns,
    /// A JSON object, or a line of Amazon's default flow log columns, or one with a header.
    VpcFlow,
    /// OTLP's JSON: a whole export request, or one log record.
    Otlp,
    /// A parser of its own in Rust.
    Native,
}

impl Reads {
    pub(crate) fn decode(self, input: &Input<'_>) -> Result<Value, Failure> {
        match self {
            Self::Json => json_object(input),
            Self::Text | Self::Native => Ok(text(input)),
            Self::JsonOrText => json_object(input).or_else(|failure| match failure {
                Failure::TooDeep => Err(failure),
                _ => Ok(text(input)),
            }),
            Self::Syslog => syslog::decode(input),
            Self::Cef => cef::decode(input),
            Self::Leef => leef::decode(input),
            Self::Access => access::decode(input),
            Self::Columns => columns::decode(input),
            Self::VpcFlow => columns::decode_flow(input),
            Self::Otlp => otlp::decode(input),
        }
    }

    /// The row of a record that begins with the header it was found under: what the source wrote for this event.
    pub(crate) fn row(self, body: &[u8]) -> Option<Cow<'_, str>> {
        if !matches!(self, Self::Columns | Self::VpcFlow) || is_object(body) {
            return None;
        }
        let at = memchr::memrchr(b'\n', body)?;
        Some(String::from_utf8_lossy(&body[at + 1..]))
    }
}

/// A record that is one JSON object.
pub(crate) fn json_object(input: &Input<'_>) -> Result<Value, Failure> {
    match convert::from_json(input.body)? {
        object @ Value::Object(_) => Ok(object),
        other => Err(Failure::Unparsable(format!(
            "want a JSON object, not {}",
            other.kind()
        ))),
    }
}

/// The record as text; what is not UTF-8 becomes the replacement character.
fn text(input: &Input<'_>) -> Value {
    Value::from(String::from_utf8_lossy(input.body).into_owned())
}

fn is_object(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'{')
}

pub(crate) use xml::event as xml_event;
