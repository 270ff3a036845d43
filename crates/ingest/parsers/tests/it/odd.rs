//! Golden records with fields that are missing or say something else.

use std::sync::LazyLock;

use aurora_parsers::golden;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::support::registry;

type Record = (&'static str, Value);

/// The golden records that are objects, with their sources.
static OBJECTS: LazyLock<Vec<Record>> = LazyLock::new(|| {
    let of = |source: &'static str| {
        let bodies = golden::shipped(source).into_iter();
        let objects = bodies.filter_map(|body| serde_json::from_slice(&body).ok());
        let objects = objects.filter(Value::is_object);
        objects.map(|value| (source, value)).collect::<Vec<_>>()
    };
    registry().names().into_iter().flat_map(of).collect()
});

/// Those whose sources have tables beside their programs, so that there are two ways to go wrong.
static TABLED: LazyLock<Vec<Record>> = LazyLock::new(|| {
    let tabled = |(source, _): &&Record| ["cloudtrail", "suricata", "zeek"].contains(source);
    OBJECTS.iter().filter(tabled).cloned().collect()
});

/// A source's name, and one of its records after some changes.
pub fn record() -> impl Strategy<Value = (&'static str, Value)> {
    let changes = prop::collection::vec((any::<Index>(), odd_value()), 1..5);
    (any::<Index>(), any::<bool>(), changes).prop_map(|(record, tabled, changes)| {
        let from = if tabled { &TABLED } else { &OBJECTS };
        let (source, mut record) = record.get(from).clone();
        for (at, to) in changes {
            change(&mut record, &at, to);
        }
        (source, record)
    })
}

/// What no source says at most places.
fn odd_value() -> impl Strategy<Value = Option<Value>> {
    let odd = [
        json!(null),
        json!(""),
        json!("-"),
        json!(" "),
        json!("0"),
        json!("text"),
        json!("a.b"),
        json!("10.0.0.1"),
        json!("::1"),
        json!("2026-03-04T10:20:30Z"),
        json!("\\\"\u{e9}"),
        json!(0),
        json!(1),
        json!(-1),
        json!(16),
        json!(99_999),
        json!(4_294_967_296_u64),
        json!(1.5),
        json!(-0.5),
        json!(1e300),
        json!(true),
        json!(false),
        json!([]),
        json!([null]),
        json!([1]),
        json!(["a", "b"]),
        json!([{ "a": 1 }]),
        json!({}),
        json!({ "a": null }),
        json!({ "a": "b" }),
    ];
    prop_oneof![
        1 => Just(None),
        4 => select(odd.to_vec()).prop_map(Some),
    ]
}

/// Every value inside `value`, by its pointer.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    let mut each = |name: &str, inner: &Value| {
        let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        pointers(inner, &pointer, all);
        all.push(pointer);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, inner)| each(name, inner)),
        Value::Array(list) => {
            let numbered = list.iter().enumerate();
            numbered.for_each(|(at, inner)| each(&at.to_string(), inner));
        }
        _ => {}
    }
}

/// Takes the value there out, or puts another in its place.
fn change(record: &mut Value, at: &Index, to: Option<Value>) {
    let mut all = Vec::new();
    pointers(record, "", &mut all);
    if all.is_empty() {
        return;
    }
    let pointer = at.get(&all);
    let Some(to) = to else {
        let (outer, name) = pointer.rsplit_once('/').unwrap();
        match record.pointer_mut(outer).unwrap() {
            Value::Object(members) => {
                members.shift_remove(&name.replace("~1", "/").replace("~0", "~"));
            }
            list => {
                list.as_array_mut().unwrap().remove(name.parse().unwrap());
            }
        }
        return;
    };
    *record.pointer_mut(pointer).unwrap() = to;
}
