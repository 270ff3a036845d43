//! What every parser calls last: fields that follow from others are filled in.

use serde_json::{Map, Value};

use crate::schema::{Class, ProfileSet, Shape, class};
use crate::{Error, SCHEMA_VERSION};

/// Deeper objects are left as they are; the validator refuses them.
const MAX_DEPTH: usize = 128;

/// Completes an event whose `class_uid` is set, and returns its class.
///
/// - `category_uid` and `type_uid` are set from `class_uid` and `activity_id`, also where they stood before: they are
///   derived and can only be right or wrong.
/// - A required enumeration that is missing, at any depth, becomes 0 (Unknown).
/// - At the top level the captions of numbers are added where they are absent and the class has a place for them:
///   `class_name`, `category_name`, `activity_name`, `type_name`, `severity`, `status`, `disposition` and so on.
/// - `metadata.version` becomes the schema's version when there is `metadata` without one.
///
/// It never removes anything and never invents a required value that is not an enumeration.
pub fn complete(event: &mut Value) -> Result<&'static Class, Error> {
    let uid = event.get("class_uid");
    let class = uid
        .and_then(Value::as_u64)
        .and_then(|uid| u32::try_from(uid).ok())
        .and_then(class);
    let Some(class) = class else {
        return Err(Error::UnknownClass {
            found: uid.map_or("(absent)".to_owned(), Value::to_string),
        });
    };
    let profiles = ProfileSet::of_event(event);
    if let Value::Object(map) = event {
        if let Some(Value::Object(metadata)) = map.get_mut("metadata") {
            metadata
                .entry("version")
                .or_insert_with(|| SCHEMA_VERSION.into());
        }
        unknown_where_required(map, &class.shape, profiles, 0);
        derived_numbers(map, class);
        captions(map, &class.shape);
    }
    Ok(class)
}

fn derived_numbers(map: &mut Map<String, Value>, class: &Class) {
    map.insert("category_uid".to_owned(), class.category_uid.into());
    if let Some(activity) = map.get("activity_id").and_then(Value::as_i64) {
        let type_uid = (i64::from(class.uid) * 100).saturating_add(activity);
        map.insert("type_uid".to_owned(), type_uid.into());
    }
}

fn unknown_where_required(
    map: &mut Map<String, Value>,
    shape: &Shape,
    profiles: ProfileSet,
    depth: usize,
) {
    for attribute in shape.required_attributes(profiles) {
        let has_unknown = attribute
            .enumeration
            .is_some_and(|members| members.caption(0).is_some());
        if has_unknown && !attribute.is_array && !map.contains_key(attribute.name) {
            map.insert(attribute.name.to_owned(), 0.into());
        }
    }
    if depth == MAX_DEPTH {
        return;
    }
    for (key, value) in map {
        if !matches!(value, Value::Object(_) | Value::Array(_)) {
            continue;
        }
        let Some(object) = shape.attribute(key).and_then(|attribute| attribute.object) else {
            continue;
        };
        let values = match value {
            Value::Array(values) => values.as_mut_slice(),
            value => std::slice::from_mut(value),
        };
        for map in values.iter_mut().filter_map(Value::as_object_mut) {
            unknown_where_required(map, &object.shape, profiles, depth + 1);
        }
    }
}

fn captions(map: &mut Map<String, Value>, shape: &Shape) {
    let mut found = Vec::with_capacity(8);
    for (key, value) in map.iter() {
        let Some(value) = value.as_i64() else {
            continue;
        };
        let Some(attribute) = shape.attribute(key) else {
            continue;
        };
        let caption = attribute
            .enumeration
            .and_then(|members| members.caption(value));
        if let Some((sibling, caption)) = attribute.sibling.zip(caption)
            && shape.attribute(sibling).is_some()
        {
            found.push((sibling, caption));
        }
    }
    for (sibling, caption) in found {
        if !map.contains_key(sibling) {
            map.insert(sibling.to_owned(), caption.into());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    fn check(mut event: Value, wanted: Expect) {
        complete(&mut event).unwrap();
        wanted.assert_eq(&serde_json::to_string_pretty(&event).unwrap());
    }

    #[test]
    fn a_bare_event_gets_numbers_and_captions() {
        check(
            json!({ "class_uid": 1007, "activity_id": 1, "metadata": {} }),
            expect![[r#"
            {
              "class_uid": 1007,
              "activity_id": 1,
              "metadata": {
                "version": "1.3.0"
              },
              "severity_id": 0,
              "category_uid": 1,
              "type_uid": 100701,
              "class_name": "Process Activity",
              "activity_name": "Launch",
              "severity": "Unknown",
              "category_name": "System Activity",
              "type_name": "Process Activity: Launch"
            }"#]],
        );
    }

    #[test]
    fn what_stands_stays_except_derived_numbers() {
        check(
            json!({ "class_uid": 3002, "type_uid": 1, "activity_id": 99, "activity_name": "Probe", "severity_id": 4 }),
            expect![[r#"
                {
                  "class_uid": 3002,
                  "type_uid": 300299,
                  "activity_id": 99,
                  "activity_name": "Probe",
                  "severity_id": 4,
                  "category_uid": 3,
                  "class_name": "Authentication",
                  "type_name": "Authentication: Other",
                  "severity": "High",
                  "category_name": "Identity & Access Management"
                }"#]],
        );
    }

    #[test]
    fn required_enumerations_inside_objects_become_unknown() {
        check(
            json!({
                "class_uid": 1001,
                "file": { "name": "a", "hashes": [{ "value": "00" }, { "value": "01", "algorithm_id": 3 }] },
                "unmapped": { "type_id": "left alone" },
            }),
            expect![[r#"
                {
                  "class_uid": 1001,
                  "file": {
                    "name": "a",
                    "hashes": [
                      {
                        "value": "00",
                        "algorithm_id": 0
                      },
                      {
                        "value": "01",
                        "algorithm_id": 3
                      }
                    ],
                    "type_id": 0
                  },
                  "unmapped": {
                    "type_id": "left alone"
                  },
                  "activity_id": 0,
                  "severity_id": 0,
                  "category_uid": 1,
                  "type_uid": 100100,
                  "class_name": "File System Activity",
                  "activity_name": "Unknown",
                  "severity": "Unknown",
                  "category_name": "System Activity",
                  "type_name": "File System Activity: Unknown"
                }"#]],
        );
    }

    #[test]
    fn a_required_enumeration_of_a_profile_needs_the_profile() {
        let without = json!({ "class_uid": 1007 });
        let with = json!({ "class_uid": 1007, "metadata": { "profiles": ["security_control"] } });
        for (mut event, wanted) in [(without, None), (with, Some(&json!(0)))] {
            complete(&mut event).unwrap();
            assert_eq!(event.get("action_id"), wanted);
        }
    }

    #[test]
    fn an_unknown_class_is_an_error() {
        for event in [
            json!(null),
            json!([]),
            json!({}),
            json!({ "class_uid": "1007" }),
            json!({ "class_uid": 17 }),
        ] {
            assert!(
                matches!(
                    complete(&mut event.clone()),
                    Err(Error::UnknownClass { .. })
                ),
                "{event}"
            );
        }
    }
}
