//! Lossless adjustments that let programs say what they mean and leave the type to the schema.
//!
//! A source may write a port as text, an id as a number, one address where OCSF wants a list. What converts without
//! loss is converted; anything else stays as it is, for the validator to refuse. What a record lacks (null, empty text,
//! empty array or object) is taken out. Free-form attributes are left alone, except `unmapped`, which becomes flat.

use aurora_ocsf::{Attribute, Class, Primitive, Shape};
use serde_json::{Map, Value};

/// Deeper objects are left as they are; the validator refuses them.
const MAX_DEPTH: usize = 32;

pub(crate) fn fit(event: &mut Map<String, Value>, class: &Class) {
    if let Some(Value::Object(unmapped)) = event.get_mut("unmapped") {
        *unmapped = flatten(std::mem::take(unmapped));
    }
    fit_object(event, &class.shape, 0);
}

fn fit_object(map: &mut Map<String, Value>, shape: &Shape, depth: usize) {
    map.retain(|key, value| {
        if let Some(attribute) = shape.attribute(key) {
            fit_attribute(value, attribute, depth);
        }
        !is_empty(value)
    });
}

fn fit_attribute(value: &mut Value, attribute: &Attribute, depth: usize) {
    if attribute.is_array && !attribute.is_free_form() {
        if !value.is_array() && !is_empty(value) {
            *value = Value::Array(vec![std::mem::take(value)]);
        }
        if let Value::Array(values) = value {
            values
                .iter_mut()
                .for_each(|value| fit_one(value, attribute, depth));
            values.retain(|value| !is_empty(value));
        }
    } else {
        fit_one(value, attribute, depth);
    }
}

fn fit_one(value: &mut Value, attribute: &Attribute, depth: usize) {
    if let Some(object) = attribute.object {
        if let Value::Object(map) = value
            && depth < MAX_DEPTH
        {
            fit_object(map, &object.shape, depth + 1);
        }
    } else if let Some(data_type) = attribute.data_type {
        fit_scalar(value, data_type.primitive);
    }
}

fn fit_scalar(value: &mut Value, wanted: Primitive) {
    let better = match (wanted, &*value) {
        (Primitive::String, Value::Number(number)) => Value::from(number.to_string()),
        (Primitive::String, Value::Bool(flag)) => Value::from(flag.to_string()),
        (Primitive::Integer, Value::String(text)) => match text.trim().parse::<i64>() {
            Ok(number) => Value::from(number),
            Err(_) => return,
        },
        (Primitive::Integer, Value::Number(number)) if number.is_f64() => match as_whole(number) {
            Some(number) => Value::from(number),
            None => return,
        },
        (Primitive::Float, Value::String(text)) => match text.trim().parse::<f64>() {
            Ok(number) => Value::from(number),
            Err(_) => return,
        },
        (Primitive::Boolean, Value::String(text)) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" => Value::Bool(true),
            "false" | "no" => Value::Bool(false),
            _ => return,
        },
        _ => return,
    };
    *value = better;
}

fn as_whole(number: &serde_json::Number) -> Option<i64> {
    let float = number.as_f64()?;
    // Beyond 2^53 a float does not say which whole number was meant.
    #[allow(clippy::cast_possible_truncation)]
    (float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0).then_some(float as i64)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Nested objects become dotted names: `{"a": {"b": 1}}` is `{"a.b": 1}`. Arrays stay, whatever they hold. Empty
/// texts stay too: a rule may ask for a field of the source that is there and empty.
fn flatten(nested: Map<String, Value>) -> Map<String, Value> {
    let mut flat = Map::with_capacity(nested.len());
    for (key, value) in nested {
        flatten_into(&mut flat, key, value);
    }
    flat
}

fn flatten_into(flat: &mut Map<String, Value>, name: String, value: Value) {
    match value {
        Value::Null => {}
        Value::Object(map) => {
            for (key, value) in map {
                flatten_into(flat, format!("{name}.{key}"), value);
            }
        }
        Value::Array(values) if values.is_empty() => {}
        value => {
            flat.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    fn check(class: u32, mut event: Value, wanted: Expect) {
        fit(
            event.as_object_mut().unwrap(),
            aurora_ocsf::class(class).unwrap(),
        );
        wanted.assert_eq(&event.to_string());
    }

    #[test]
    fn what_converts_without_loss_is_converted() {
        check(
            4001,
            json!({ "src_endpoint": { "port": "443", "uid": 7 }, "duration": 3.0, "count": "many",
                    "dst_endpoint": { "intermediate_ips": "10.0.0.1" } }),
            expect![[
                r#"{"src_endpoint":{"port":443,"uid":"7"},"duration":3,"count":"many","dst_endpoint":{"intermediate_ips":["10.0.0.1"]}}"#
            ]],
        );
    }

    #[test]
    fn what_a_record_lacks_is_taken_out() {
        check(
            4001,
            json!({ "src_endpoint": { "ip": null, "hostname": "" }, "message": "", "count": 0,
                    "observables": [{}, null] }),
            expect![[r#"{"count":0}"#]],
        );
    }

    #[test]
    fn unmapped_becomes_flat_and_keeps_empty_texts() {
        check(
            0,
            json!({ "unmapped": { "a": { "b": { "c": 1 }, "d": [] }, "e": "", "f": null, "g": [{ "h": {} }] } }),
            expect![[r#"{"unmapped":{"a.b.c":1,"e":"","g":[{"h":{}}]}}"#]],
        );
    }

    #[test]
    fn free_forms_are_left_alone() {
        check(
            6003,
            json!({ "api": { "request": { "data": { "a": null, "b": {} } } } }),
            expect![[r#"{"api":{"request":{"data":{"a":null,"b":{}}}}}"#]],
        );
    }
}
