//! Between JSON text, VRL's values and JSON values.

use std::borrow::Cow;

use serde_json::{Map, Number};
use vrl::value::{ObjectMap, Value};

use crate::Failure;

/// Reads JSON straight into VRL's value, without a JSON value in between.
pub(crate) fn from_json(text: &[u8]) -> Result<Value, Failure> {
    aurora_formats::json::check_depth(text).map_err(|_| Failure::TooDeep)?;
    let read = match serde_json::from_slice(text) {
        // What is not UTF-8 is shown with replacement characters; `raw_data` and the dead letter do the same.
        Err(_) if std::str::from_utf8(text).is_err() => {
            serde_json::from_str(&String::from_utf8_lossy(text))
        }
        read => read,
    };
    read.map_err(|error| Failure::Unparsable(format!("not JSON: {error}")))
}

pub(crate) fn to_map(map: ObjectMap) -> Map<String, serde_json::Value> {
    map.into_iter()
        .map(|(key, value)| (String::from(key), to_json(value)))
        .collect()
}

/// Times become epoch milliseconds, as OCSF wants them.
pub(crate) fn to_json(value: Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Boolean(value) => value.into(),
        Value::Integer(value) => value.into(),
        Value::Float(value) => Number::from_f64(value.into_inner()).into(),
        Value::Timestamp(at) => at.timestamp_millis().into(),
        Value::Object(map) => serde_json::Value::Object(to_map(map)),
        Value::Array(values) => values.into_iter().map(to_json).collect(),
        Value::Bytes(text) => serde_json::Value::String(to_text(text.into())),
        text @ (Value::String(_) | Value::Regex(_)) => {
            serde_json::Value::String(text.to_string_lossy().into_owned())
        }
    }
}

/// Text of bytes; what is not UTF-8 is shown with replacement characters.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    // Most are: the check for that is quicker than looking for where they are not.
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// In its own memory when it is UTF-8.
fn to_text(text: Vec<u8>) -> String {
    String::from_utf8(text)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The way back, for a record that was changed on purpose.
pub(crate) fn to_value(value: serde_json::Value) -> Value {
    value.into()
}
