//! Splunk's HTTP event collector: events as JSON one after another, or raw text.
//!
//! Facts: Splunk's "Format events for HTTP Event Collector" and "Use cURL to manage HTTP Event
//! Collector" pages, for the shape, and its "Possible error codes" table for [`Problem`].

use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::{Entry, Error, Sink};

/// What a request to `/raw` says in its query for all of its lines.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Metadata {
    pub host: Option<String>,
    pub source: Option<String>,
    pub sourcetype: Option<String>,
    pub index: Option<String>,
    /// Seconds since 1970.
    pub time: Option<String>,
}

/// Why an event was refused, in Splunk's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    NoData,
    Format,
    EventMissing,
    EventBlank,
    Fields,
}

/// An event; the sender may say of it what it likes, and unknown members are kept.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, default)]
    event: Option<&'a RawValue>,
    #[serde(default)]
    time: Option<Value>,
    #[serde(default)]
    host: Option<Value>,
    #[serde(default)]
    fields: Option<Value>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Problem {
    /// Splunk's code and text.
    pub const fn code(self) -> (u32, &'static str) {
        match self {
            Self::NoData => (5, "No data"),
            Self::Format => (6, "Invalid data format"),
            Self::EventMissing => (12, "Event field is required"),
            Self::EventBlank => (13, "Event field cannot be blank"),
            Self::Fields => (15, "Error in handling indexed fields"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code().1.to_lowercase())
    }
}

/// Events of `/services/collector` and `/services/collector/event`. Splunk sends them without
/// anything in between; white space, and an array around them, are taken too.
///
/// # Errors
/// The first event that Splunk would refuse, too.
pub fn events(body: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    let body = body.trim_ascii();
    if body.starts_with(b"[") {
        let events: Vec<&RawValue> =
            serde_json::from_slice(body).map_err(|_| refused(Problem::Format, 0))?;
        return each(events.into_iter().map(Ok), sink);
    }
    each(serde_json::Deserializer::from_slice(body).into_iter(), sink)
}

fn each<'b>(
    events: impl Iterator<Item = Result<&'b RawValue, serde_json::Error>>,
    sink: &mut Sink<'_>,
) -> Result<(), Error> {
    let mut count = 0;
    for event in events {
        let event = event.map_err(|_| refused(Problem::Format, count))?;
        sink(read(event, count)?)?;
        count += 1;
    }
    if count == 0 {
        return Err(refused(Problem::NoData, 0));
    }
    Ok(())
}

fn read(event: &RawValue, at: usize) -> Result<Entry, Error> {
    let event: Event<'_> =
        serde_json::from_str(event.get()).map_err(|_| refused(Problem::Format, at))?;
    let line = line(event.event, at)?;
    let mut about = event.rest;
    if let Some(time) = event.time.as_ref().and_then(millis) {
        about.insert("time".to_owned(), time.into());
    }
    match event.fields {
        None | Some(Value::Null) => {}
        Some(Value::Object(fields)) if fields.is_empty() => {}
        Some(fields @ Value::Object(_)) => {
            about.insert("fields".to_owned(), fields);
        }
        Some(_) => return Err(refused(Problem::Fields, at)),
    }
    let host = event.host.as_ref().and_then(text);
    Ok(Entry::wrapped(host, line, about, "event"))
}

/// The event's own bytes: the text of a string, else the JSON as it came.
fn line(event: Option<&RawValue>, at: usize) -> Result<Vec<u8>, Error> {
    let event = event.ok_or(refused(Problem::EventMissing, at))?.get();
    if event == "null" {
        return Err(refused(Problem::EventMissing, at));
    }
    let line = if event.starts_with('"') {
        let text: String = serde_json::from_str(event).map_err(|_| refused(Problem::Format, at))?;
        text.into_bytes()
    } else {
        event.as_bytes().to_vec()
    };
    if line.trim_ascii().is_empty() {
        return Err(refused(Problem::EventBlank, at));
    }
    Ok(line)
}

/// Lines of `/services/collector/raw`, all with the same metadata.
///
/// # Errors
/// When there is nothing in it.
pub fn raw(body: &[u8], metadata: &Metadata, sink: &mut Sink<'_>) -> Result<(), Error> {
    let mut about = Map::new();
    for (name, value) in [
        ("source", &metadata.source),
        ("sourcetype", &metadata.sourcetype),
        ("index", &metadata.index),
    ] {
        if let Some(value) = value {
            about.insert(name.to_owned(), value.as_str().into());
        }
    }
    let time = metadata.time.as_deref().map(Value::from);
    if let Some(time) = time.as_ref().and_then(millis) {
        about.insert("time".to_owned(), time.into());
    }
    let mut any = false;
    for line in body.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.trim_ascii().is_empty() {
            continue;
        }
        any = true;
        let host = metadata.host.clone();
        sink(Entry::wrapped(host, line.to_vec(), about.clone(), "event"))?;
    }
    if any {
        Ok(())
    } else {
        Err(refused(Problem::NoData, 0))
    }
}

/// Splunk's time: seconds with a fraction, as a number or as text. Senders exist that give
/// milliseconds; as seconds those would lie thousands of years ahead.
#[allow(clippy::cast_possible_truncation)]
fn millis(time: &Value) -> Option<i64> {
    let seconds = match time {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    let millis = if seconds.abs() < 1e11 {
        seconds * 1000.0
    } else {
        seconds
    };
    (millis.is_finite() && millis.abs() < 1e15).then_some(millis.round() as i64)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

const fn refused(problem: Problem, event: usize) -> Error {
    Error::Hec { problem, event }
}
