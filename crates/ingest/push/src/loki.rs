//! Loki's push: streams of lines under labels, as JSON or as snappy-packed protocol buffers.
//!
//! Facts: the "Ingest logs" section of Loki's HTTP API, and `pkg/push/push.proto`.

use prost::Message;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::wire::Fields;
use crate::{Entry, Error, Sink};

const PROTOCOL: &str = "Loki";
/// Labels under which agents put the machine's name.
const HOSTS: [&str; 5] = ["host", "hostname", "host_name", "nodename", "instance"];

#[derive(Deserialize)]
struct Push<'a> {
    #[serde(borrow)]
    streams: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Stream<'a> {
    #[serde(default)]
    stream: Map<String, Value>,
    #[serde(borrow, default)]
    values: Vec<&'a RawValue>,
}

/// Nanoseconds as text, the line, and what the agent knows of this line alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Row {
    Bare(String, String),
    Described(String, String, Map<String, Value>),
}

#[derive(Clone, PartialEq, Message)]
struct Time {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

#[derive(Clone, PartialEq, Message)]
struct Pair {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
struct Line {
    #[prost(message, optional, tag = "1")]
    timestamp: Option<Time>,
    #[prost(string, tag = "2")]
    line: String,
    #[prost(message, repeated, tag = "3")]
    metadata: Vec<Pair>,
}

/// A push as JSON.
///
/// # Errors
/// [`Error::Malformed`].
pub fn json(body: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    let malformed = |error| Error::malformed(PROTOCOL, error);
    // Serde would take an array for the object's members.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(Error::malformed(PROTOCOL, "a push is an object"));
    }
    let push: Push<'_> = serde_json::from_slice(body).map_err(malformed)?;
    for stream in push.streams {
        let stream: Stream<'_> = serde_json::from_str(stream.get()).map_err(malformed)?;
        for value in stream.values {
            let row: Row = serde_json::from_str(value.get()).map_err(malformed)?;
            let (time, line, metadata) = match row {
                Row::Bare(time, line) => (time, line, Map::new()),
                Row::Described(time, line, metadata) => (time, line, metadata),
            };
            let nanos: i128 = time.trim().parse().map_err(|_| {
                let text = format!("`{time}` is no time in nanoseconds");
                Error::malformed(PROTOCOL, text)
            })?;
            sink(entry(&stream.stream, nanos, line, metadata))?;
        }
    }
    Ok(())
}

/// A push as protocol buffers, already unpacked.
///
/// # Errors
/// [`Error::Malformed`].
pub fn protobuf(body: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    for field in Fields::of(PROTOCOL, body) {
        if let (1, Some(stream)) = field? {
            read_stream(stream, sink)?;
        }
    }
    Ok(())
}

fn read_stream(stream: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
    let mut labels = Map::new();
    // The labels may stand anywhere in the message; they hold for all of its lines.
    for field in Fields::of(PROTOCOL, stream) {
        if let (1, Some(text)) = field? {
            labels = read_labels(text)?;
        }
    }
    for field in Fields::of(PROTOCOL, stream) {
        let (2, Some(line)) = field? else { continue };
        let line = Line::decode(line).map_err(|error| Error::malformed(PROTOCOL, error))?;
        let time = line.timestamp.unwrap_or_default();
        let nanos = i128::from(time.seconds) * 1_000_000_000 + i128::from(time.nanos);
        let metadata = line
            .metadata
            .into_iter()
            .map(|pair| (pair.name, pair.value.into()))
            .collect();
        sink(entry(&labels, nanos, line.line, metadata))?;
    }
    Ok(())
}

fn entry(
    labels: &Map<String, Value>,
    nanos: i128,
    line: String,
    metadata: Map<String, Value>,
) -> Entry {
    let mut about = Map::new();
    if let Ok(millis) = i64::try_from(nanos.div_euclid(1_000_000)) {
        about.insert("time".to_owned(), millis.into());
    }
    if !labels.is_empty() {
        about.insert("labels".to_owned(), Value::Object(labels.clone()));
    }
    if !metadata.is_empty() {
        about.insert("metadata".to_owned(), Value::Object(metadata));
    }
    let host = HOSTS
        .iter()
        .find_map(|name| labels.get(*name)?.as_str())
        .filter(|host| !host.is_empty())
        .map(str::to_owned);
    Entry::wrapped(host, line.into_bytes(), about, "line")
}

/// Labels as Prometheus writes them: `{job="sshd", host="gate"}`, values quoted as Go does.
fn read_labels(text: &[u8]) -> Result<Map<String, Value>, Error> {
    let malformed = || {
        let text = String::from_utf8_lossy(&text[..text.len().min(200)]).into_owned();
        Error::malformed(PROTOCOL, format!("`{text}` are no labels"))
    };
    let text = std::str::from_utf8(text).map_err(|_| malformed())?.trim();
    let mut rest = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'))
        .ok_or_else(malformed)?
        .trim();
    let mut labels = Map::new();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=').ok_or_else(malformed)?;
        let (value, after) = quoted(after.trim_start()).ok_or_else(malformed)?;
        labels.insert(name.trim().to_owned(), value.into());
        rest = after.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    Ok(labels)
}

/// A quoted text at the start, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    if let Some(raw) = text.strip_prefix('`') {
        let (value, rest) = raw.split_once('`')?;
        return Some((value.to_owned(), rest));
    }
    let text = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => {
                let (_, escaped) = letters.next()?;
                value.push(match escaped {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'x' => hex(&mut letters, 2)?,
                    'u' => hex(&mut letters, 4)?,
                    'U' => hex(&mut letters, 8)?,
                    other => other,
                });
            }
            other => value.push(other),
        }
    }
    None
}

fn hex(letters: &mut std::str::CharIndices<'_>, digits: usize) -> Option<char> {
    let mut number = 0;
    for _ in 0..digits {
        number = number * 16 + letters.next()?.1.to_digit(16)?;
    }
    char::from_u32(number)
}
