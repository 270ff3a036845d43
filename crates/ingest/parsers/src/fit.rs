//! Lossless adjustments that let programs say what they mean and leave the type to the schema.
//!
//! A source may write a port as text, an id as a number, one address where OCSF wants a list. What converts without
//! loss is converted; anything else stays as it is, for the validator to refuse. What a record lacks (null, empty text,
//! empty array or object) is taken out. Free-form attributes are left alone, except `unmapped`, which becomes flat.

use aurora_ocsf::{Attribute, Class, Primitive, Shape};
use serde_json::{Map, Value};
use vrl::value::{ObjectMap, Value as Left};

use crate::vrl::convert::{to_json, to_map};

/// Deeper objects are left as they are; the validator refuses them.
const MAX_DEPTH: usize = 32;

/// An event whose class is unknown is left as it is: it cannot be valid.
pub(crate) fn fit(event: &mut Map<String, Value>) {
    let Some(class) = event
        .get("class_uid")
        .and_then(Value::as_i64)
        .and_then(class)
    else {
        return;
    };
    if let Some(Value::Object(unmapped)) = event.get_mut("unmapped") {
        *unmapped = flatten(std::mem::take(unmapped));
    }
    fit_object(event, &class.shape, 0);
}

fn class(uid: i64) -> Option<&'static Class> {
    aurora_ocsf::class(u32::try_from(uid).ok()?)
}

/// What a program left, as the same adjustments make it: in one walk, and without a place for what is taken out.
pub(crate) fn left(event: ObjectMap) -> Map<String, Value> {
    let class = event
        .get("class_uid")
        .and_then(Left::as_integer)
        .and_then(class);
    let Some(class) = class else {
        return to_map(event);
    };
    left_object(event, &class.shape, 0)
}

fn left_object(map: ObjectMap, shape: &Shape, depth: usize) -> Map<String, Value> {
    let mut fitted = Map::with_capacity(map.len());
    for (key, value) in map {
        let value = match value {
            Left::Null => continue,
            Left::Object(unmapped) if depth == 0 && &*key == "unmapped" => flat_left(unmapped),
            value => match shape.attribute(&key) {
                Some(attribute) => left_attribute(value, attribute, depth),
                None => to_json(value),
            },
        };
        if !is_empty(&value) {
            fitted.insert(key.into(), value);
        }
    }
    fitted
}

fn flat_left(nested: ObjectMap) -> Value {
    let mut flat = Map::with_capacity(nested.len());
    for (key, value) in nested {
        flatten_left(&mut flat, key.into(), value);
    }
    Value::Object(flat)
}

fn left_attribute(value: Left, attribute: &Attribute, depth: usize) -> Value {
    if !attribute.is_array || attribute.is_free_form() {
        return left_one(value, attribute, depth);
    }
    let values = match value {
        Left::Array(values) => values,
        value => vec![value],
    };
    let fitted = values
        .into_iter()
        .map(|value| left_one(value, attribute, depth))
        .filter(|value| !is_empty(value));
    Value::Array(fitted.collect())
}

fn left_one(value: Left, attribute: &Attribute, depth: usize) -> Value {
    match (value, attribute.object) {
        (Left::Object(map), Some(object)) if depth < MAX_DEPTH => {
            Value::Object(left_object(map, &object.shape, depth + 1))
        }
        (value, None) => {
            let mut value = to_json(value);
            if let Some(data_type) = attribute.data_type {
                fit_scalar(&mut value, data_type.primitive);
            }
            value
        }
        (value, Some(_)) => to_json(value),
    }
}

fn flatten_left(flat: &mut Map<String, Value>, name: String, value: Left) {
    match value {
        Left::Null => {}
        Left::Object(map) => {
            for (key, value) in map {
                flatten_left(flat, [&name, ".", &key].concat(), value);
            }
        }
        Left::Array(values) if values.is_empty() => {}
        value => {
            flat.insert(name, to_json(value));
        }
    }
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
                flatten_into(flat, [&name, ".", &key].concat(), value);
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
    use crate::vrl::convert::to_value;

    /// Both ways give the same.
    fn check(class: u32, mut event: Value, wanted: Expect) {
        let event = event.as_object_mut().unwrap();
        event.insert("class_uid".to_owned(), class.into());
        let Left::Object(program) = to_value(Value::Object(event.clone())) else {
            unreachable!("an object stays one")
        };
        let mut program = left(program);
        fit(event);
        event.shift_remove("class_uid");
        program.remove("class_uid");
        assert_eq!(program, *event);
        wanted.assert_eq(&serde_json::to_string(event).unwrap());
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
