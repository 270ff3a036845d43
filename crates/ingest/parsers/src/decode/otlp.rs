//! OpenTelemetry's log records as JSON.
//!
//! Source: OTLP 1.x, JSON protobuf encoding. `{"resourceLogs":[{"resource":…,"scopeLogs":[{"scope":…,"logRecords":[…]}]}]}`
//! becomes one record for each log record; values `{"stringValue":"a"}` become plain ones, and lists of `{"key","value"}`
//! become objects.

use vrl::value::{ObjectMap, Value};

use super::json_object;
use crate::{Failure, Input};

/// Deeper values are left as they are.
const MAX_DEPTH: usize = 16;

pub(super) fn decode(input: &Input<'_>) -> Result<Value, Failure> {
    let Value::Object(mut whole) = json_object(input)? else {
        unreachable!("a JSON object was asked for")
    };
    let mut records = Vec::new();
    let Some(resources) = take_list(&mut whole, &["resourceLogs", "resource_logs"]) else {
        return Ok(record(whole, &Value::Null, &Value::Null));
    };
    for mut resource in resources.into_iter().filter_map(Value::into_object) {
        let scopes = take_list(
            &mut resource,
            &["scopeLogs", "scope_logs", "instrumentationLibraryLogs"],
        );
        let about = part(&mut resource, "resource");
        for mut scope in scopes
            .unwrap_or_default()
            .into_iter()
            .filter_map(Value::into_object)
        {
            let logs = take_list(&mut scope, &["logRecords", "log_records"]).unwrap_or_default();
            let by = part(&mut scope, "scope");
            let logs = logs.into_iter().filter_map(Value::into_object);
            records.extend(logs.map(|log| record(log, &about, &by)));
        }
    }
    if records.is_empty() {
        return Err(Failure::Unparsable(
            "an OTLP request without a log record".to_owned(),
        ));
    }
    Ok(Value::Array(records))
}

fn take_list(map: &mut ObjectMap, names: &[&str]) -> Option<Vec<Value>> {
    names.iter().find_map(|name| elements(map.remove(*name)?))
}

fn elements(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(elements) => Some(elements),
        _ => None,
    }
}

fn part(map: &mut ObjectMap, name: &str) -> Value {
    match map.remove(name).and_then(Value::into_object) {
        Some(part) => Value::Object(plain_members(part)),
        None => Value::Null,
    }
}

fn record(log: ObjectMap, resource: &Value, scope: &Value) -> Value {
    let mut log = plain_members(log);
    for (name, value) in [("resource", resource), ("scope", scope)] {
        if !value.is_null() {
            log.insert(name.into(), value.clone());
        }
    }
    Value::Object(log)
}

fn plain_members(map: ObjectMap) -> ObjectMap {
    map.into_iter()
        .map(|(name, value)| {
            let value = if &*name == "attributes" {
                attributes(value, 0)
            } else {
                plain(value, 0)
            };
            (name, value)
        })
        .collect()
}

fn attributes(value: Value, depth: usize) -> Value {
    let Value::Array(list) = value else {
        return value;
    };
    let pair = |pair: Value| {
        let mut pair = pair.into_object()?;
        let key = pair.remove("key")?.to_str()?.to_owned();
        Some((
            key.into(),
            plain(pair.remove("value").unwrap_or(Value::Null), depth),
        ))
    };
    Value::Object(list.into_iter().filter_map(pair).collect())
}

/// An `AnyValue` as the value that it is.
fn plain(value: Value, depth: usize) -> Value {
    let Value::Object(mut map) = value else {
        return value;
    };
    if map.len() != 1 || depth > MAX_DEPTH {
        return Value::Object(map);
    }
    let Some(kind) = map.keys().next().map(ToString::to_string) else {
        return Value::Object(map);
    };
    let inner = |map: &mut ObjectMap| map.remove(kind.as_str()).unwrap_or(Value::Null);
    match kind.as_str() {
        "stringValue" | "boolValue" | "doubleValue" | "bytesValue" => inner(&mut map),
        "intValue" => match inner(&mut map) {
            // The encoding writes 64-bit numbers as text.
            text if text.is_bytes() => {
                let number = text.to_str().and_then(|text| text.parse().ok());
                number.map_or(text, Value::Integer)
            }
            number => number,
        },
        "arrayValue" => {
            let list = inner(&mut map)
                .into_object()
                .and_then(|mut list| list.remove("values"));
            let list = list.and_then(elements).unwrap_or_default();
            list.into_iter()
                .map(|value| plain(value, depth + 1))
                .collect()
        }
        "kvlistValue" => {
            let list = inner(&mut map)
                .into_object()
                .and_then(|mut list| list.remove("values"));
            attributes(list.unwrap_or(Value::Null), depth + 1)
        }
        _ => Value::Object(map),
    }
}
