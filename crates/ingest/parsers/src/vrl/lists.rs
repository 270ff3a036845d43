//! Functions over lists of objects, in place of loops in programs.

use vrl::value::{ObjectMap, Value};

use super::native::Values;

/// The member at a dotted path.
fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, name| match value {
        Value::Object(map) => map.get(name),
        _ => None,
    })
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bytes(text) => text.is_empty(),
        _ => false,
    }
}

/// An object stands for the list of itself.
fn elements(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        object @ Value::Object(_) => std::slice::from_ref(object),
        _ => &[],
    }
}

/// `pick(list, "type", "User")`: the first object whose `type` is `User`, whatever the case.
pub(super) fn pick(values: &Values<'_>) -> Value {
    let (Some(key), Some(wanted)) = (values[1].to_str(), values[2].to_str()) else {
        return Value::Null;
    };
    let fits = |value: &&Value| {
        let found = at(value, key).and_then(|found| found.to_str());
        found.is_some_and(|found| found.eq_ignore_ascii_case(wanted))
    };
    let found = elements(&values[0]).iter().find(fits);
    found.cloned().unwrap_or(Value::Null)
}

/// `among(list, {"a": 1, "b": 2})`: the first text of the list that is `a` or `b`.
pub(super) fn among(values: &Values<'_>) -> Value {
    let Value::Object(table) = &*values[1] else {
        return Value::Null;
    };
    let named = |value: &&Value| value.to_str().is_some_and(|text| table.contains_key(text));
    let found = elements(&values[0]).iter().find(named);
    found.cloned().unwrap_or(Value::Null)
}

/// `wrapped(["a", "b"], "name")`: `[{"name": "a"}, {"name": "b"}]`.
pub(super) fn wrapped(values: &Values<'_>) -> Value {
    let (Value::Array(list), Some(name)) = (&*values[0], values[1].to_str()) else {
        return Value::Null;
    };
    let one = |value: &Value| Value::Object(ObjectMap::from([(name.into(), value.clone())]));
    Value::Array(list.iter().map(one).collect())
}

/// `rows(list, {"uid": "id", "name": "display.name"})`: each object with these members only, under these names. What is
/// empty is left out, and so is an object without any of them.
pub(super) fn rows(values: &Values<'_>) -> Value {
    let Value::Object(table) = &*values[1] else {
        return Value::Null;
    };
    let row = |value: &Value| {
        let member = |(name, path): (&vrl::value::KeyString, &Value)| {
            let found = at(value, path.to_str()?).filter(|found| !is_empty(found))?;
            Some((name.clone(), found.clone()))
        };
        let row: ObjectMap = table.iter().filter_map(member).collect();
        (!row.is_empty()).then_some(Value::Object(row))
    };
    Value::Array(elements(&values[0]).iter().filter_map(row).collect())
}

/// `named(list)`: one object of a list of `{"name": …, "value": …}` (also `key`, `Name`, `displayName`, and any one
/// other member in place of `value`).
pub(super) fn named(values: &Values<'_>) -> Value {
    const NAMES: [&str; 5] = ["name", "key", "Name", "Key", "displayName"];
    let pair = |value: &Value| {
        let Value::Object(map) = value else {
            return None;
        };
        let (key, name) = NAMES
            .iter()
            .find_map(|key| Some((*key, map.get(*key)?.to_str()?)))?;
        let rest: Vec<_> = map.iter().filter(|(other, _)| &***other != key).collect();
        let value = match rest.as_slice() {
            [] => Value::Null,
            [(_, value)] => (*value).clone(),
            _ => match map.get("value").or_else(|| map.get("Value")) {
                Some(value) if rest.len() == 1 => value.clone(),
                _ => Value::Object(
                    rest.into_iter()
                        .map(|(k, v)| (k.clone(), v.clone()))
                        .collect(),
                ),
            },
        };
        Some((name.into(), value))
    };
    match &*values[0] {
        Value::Array(list) => Value::Object(list.iter().filter_map(pair).collect()),
        object @ Value::Object(_) => object.clone(),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use expect_test::expect;
    use vrl::value;

    use super::*;

    #[test]
    fn lists_of_objects_are_read_without_loops() {
        let list = value!([
            { "id": "1", "type": "AppInstance", "of": { "x": "a" } },
            { "id": "2", "type": "User" },
            "no object",
        ]);
        let call = |f: fn(&Values<'_>) -> Value, more: &[Value]| {
            let mut values = vec![Cow::Borrowed(&list)];
            values.extend(more.iter().map(Cow::Borrowed));
            f(&values).to_string()
        };
        expect![[r#"{ "id": "2", "type": "User" }"#]]
            .assert_eq(&call(pick, &[value!("type"), value!("user")]));
        let texts = value!(["x", "b", "a"]);
        let of_texts = |f: fn(&Values<'_>) -> Value, more: Value| {
            f(&[Cow::Borrowed(&texts), Cow::Owned(more)]).to_string()
        };
        expect![[r#""b""#]].assert_eq(&of_texts(among, value!({ "a": 1, "b": 2 })));
        expect![[r#"[{ "n": "x" }, { "n": "b" }, { "n": "a" }]"#]]
            .assert_eq(&of_texts(wrapped, value!("n")));
        expect![[r#"[{ "uid": "1", "x": "a" }, { "uid": "2" }]"#]]
            .assert_eq(&call(rows, &[value!({ "uid": "id", "x": "of.x" })]));
        let pairs = value!([
            { "name": "a", "value": "1" },
            { "name": "b", "boolValue": true },
            { "key": "c", "old": 1, "new": 2 },
        ]);
        expect![[r#"{ "a": "1", "b": true, "c": { "new": 2, "old": 1 } }"#]]
            .assert_eq(&named(&[Cow::Borrowed(&pairs)]).to_string());
    }
}
