//! OTLP logs over HTTP, as protocol buffers or JSON.
//!
//! Facts: the OpenTelemetry protocol specification 1.x and `opentelemetry/proto/logs/v1`. A record
//! that no other source knows travels as the smallest valid request: its own resource, its own
//! scope, one record, in the protocol's JSON form, whichever form it came in.

mod json;
mod protobuf;

use base64::Engine as _;
use serde_json::{Map, Value, json};

pub use json::json;
pub use protobuf::{protobuf, status};

/// The source whose parser reads OTLP's own JSON.
pub const PARSER: &str = "otlp";
pub(crate) const PROTOCOL: &str = "OTLP";

/// What the records of one scope share.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    pub(crate) host: Option<String>,
    resource: Value,
    resource_schema: Value,
    scope: Value,
    scope_schema: Value,
}

impl Origin {
    fn of(resource: Value, resource_schema: Value) -> Self {
        let host = ["host.name", "host.id", "k8s.node.name"]
            .iter()
            .find_map(|name| attribute(&resource["attributes"], name));
        Self {
            host,
            resource,
            resource_schema,
            scope: Value::Null,
            scope_schema: Value::Null,
        }
    }

    fn in_scope(&self, scope: Value, scope_schema: Value) -> Self {
        Self {
            scope,
            scope_schema,
            ..self.clone()
        }
    }
}

/// A text attribute by its name.
fn attribute(attributes: &Value, name: &str) -> Option<String> {
    let found = attributes.as_array()?.iter().find(|a| a["key"] == name)?;
    let text = found["value"]["stringValue"].as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// The record's body as a source wrote it: text, or an object as plain JSON.
pub(crate) fn line(record: &Value) -> Option<Vec<u8>> {
    let body = record.get("body")?;
    if let Some(text) = body["stringValue"].as_str() {
        return (!text.trim().is_empty()).then(|| text.as_bytes().to_vec());
    }
    if body.get("kvlistValue").is_some() {
        return serde_json::to_vec(&plain(body, 0)).ok();
    }
    let bytes = body["bytesValue"].as_str()?;
    base64::engine::general_purpose::STANDARD.decode(bytes).ok()
}

/// What is said of a record besides its body, as plain JSON.
pub(crate) fn about(origin: &Origin, record: &Value) -> Map<String, Value> {
    let mut about = Map::new();
    let nanos = ["timeUnixNano", "observedTimeUnixNano"]
        .iter()
        .find_map(|name| nanos(&record[name]));
    if let Some(nanos) = nanos {
        about.insert("time".to_owned(), (nanos / 1_000_000).into());
    }
    for name in [
        "severityText",
        "severityNumber",
        "eventName",
        "traceId",
        "spanId",
    ] {
        match &record[name] {
            Value::Null => {}
            Value::String(text) if text.is_empty() => {}
            said => {
                about.insert(name.to_owned(), said.clone());
            }
        }
    }
    for (name, list) in [
        ("attributes", &record["attributes"]),
        ("resource", &origin.resource["attributes"]),
    ] {
        let list = pairs(list, 0);
        if !list.is_empty() {
            about.insert(name.to_owned(), Value::Object(list));
        }
    }
    if let Some(name) = origin.scope["name"]
        .as_str()
        .filter(|name| !name.is_empty())
    {
        about.insert("scope".to_owned(), name.into());
    }
    about
}

/// The smallest valid request that holds the record.
pub(crate) fn whole(origin: &Origin, record: Value) -> Vec<u8> {
    let mut scope_logs = json!({ "logRecords": [record] });
    let mut resource_logs = json!({});
    for (place, name, value) in [
        (&mut scope_logs, "scope", &origin.scope),
        (&mut resource_logs, "resource", &origin.resource),
    ] {
        if !value.is_null() {
            place[name] = value.clone();
        }
    }
    for (place, value) in [
        (&mut scope_logs, &origin.scope_schema),
        (&mut resource_logs, &origin.resource_schema),
    ] {
        if !value.is_null() {
            place["schemaUrl"] = value.clone();
        }
    }
    resource_logs["scopeLogs"] = json!([scope_logs]);
    serde_json::to_vec(&json!({ "resourceLogs": [resource_logs] }))
        .expect("a JSON object can be written")
}

/// Nanoseconds, as the protocol's JSON writes them: text, or a number. 0 means unknown.
fn nanos(value: &Value) -> Option<i64> {
    let nanos = match value {
        Value::String(text) => text.parse().ok()?,
        number => number.as_i64()?,
    };
    (nanos > 0).then_some(nanos)
}

/// Deeper than this nothing is unwrapped; the parsers of JSON stop at 128 as well.
const MAX_DEPTH: usize = 64;

fn pairs(list: &Value, depth: usize) -> Map<String, Value> {
    let pairs = list.as_array().map(Vec::as_slice).unwrap_or_default();
    pairs
        .iter()
        .filter_map(|pair| {
            Some((
                pair["key"].as_str()?.to_owned(),
                plain(&pair["value"], depth),
            ))
        })
        .collect()
}

/// An `AnyValue` as the JSON it stands for.
fn plain(value: &Value, depth: usize) -> Value {
    let Some((kind, inner)) = value.as_object().and_then(|object| object.iter().next()) else {
        return Value::Null;
    };
    match kind.as_str() {
        _ if depth > MAX_DEPTH => value.clone(),
        "intValue" => match inner.as_str().and_then(|text| text.parse::<i64>().ok()) {
            Some(number) => number.into(),
            None => inner.clone(),
        },
        "arrayValue" => {
            let values = inner["values"].as_array().map(Vec::as_slice);
            let values = values.unwrap_or_default().iter();
            values.map(|value| plain(value, depth + 1)).collect()
        }
        "kvlistValue" => Value::Object(pairs(&inner["values"], depth + 1)),
        _ => inner.clone(),
    }
}
