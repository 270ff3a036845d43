//! Any JSON at all: nothing panics, and the three faces of the validator agree.

use aurora_ocsf::{Path, classes, complete, first_error, is_valid, validate};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Attribute names turn up often enough that the walk gets somewhere.
fn key() -> impl Strategy<Value = String> {
    let known = [
        "class_uid",
        "activity_id",
        "type_uid",
        "metadata",
        "profiles",
        "process",
        "parent_process",
        "file",
        "hashes",
        "actor",
        "user",
        "device",
        "unmapped",
        "time",
        "severity_id",
        "observables",
        "type_id",
        "status_id",
        "evidences",
    ];
    prop_oneof![4 => prop::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => ".{0,6}"]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0..100_i64).prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 200, 12, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..12)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn any_event() -> impl Strategy<Value = Value> {
    let uids: Vec<u32> = classes().iter().map(|class| class.uid).collect();
    (any_json(), prop::sample::select(uids)).prop_map(|(mut event, uid)| {
        if let Value::Object(map) = &mut event {
            map.insert("class_uid".to_owned(), json!(uid));
        }
        event
    })
}

fn agree(event: &Value) {
    let error = validate(event)
        .into_iter()
        .find(|problem| problem.code.is_error());
    assert_eq!(is_valid(event), error.is_none());
    assert_eq!(first_error(event), error);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_value_is_judged_without_panic(event in any_json()) {
        agree(&event);
    }

    #[test]
    fn any_event_is_completed_and_judged_without_panic(mut event in any_event()) {
        agree(&event);
        if complete(&mut event).is_ok() {
            let once = event.clone();
            complete(&mut event).unwrap();
            prop_assert_eq!(&once, &event, "completing twice changes nothing");
            prop_assert_eq!(&event["category_uid"], &json!(aurora_ocsf::class(event["class_uid"].as_u64().unwrap() as u32).unwrap().category_uid));
        }
        agree(&event);
    }

    #[test]
    fn any_event_is_projected_without_panic(event in any_event()) {
        let _: Value = aurora_ocsf::ecs::project(&event);
    }

    #[test]
    fn any_path_reads_any_event(event in any_json(), keys in prop::collection::vec(key(), 1..5)) {
        let quoted: Vec<_> = keys.iter().map(|key| json!(key).to_string()).collect();
        let path = Path::parse(&quoted.join(".")).unwrap();
        prop_assert_eq!(path.get(&event), path.get_all(&event).first().copied());
    }
}

/// An event nested far deeper than a parser lets through, taken apart from the outside in so that dropping it is flat.
#[test]
fn depth_does_not_matter() {
    let mut event = json!({ "pid": 1 });
    for _ in 0..10_000 {
        let mut outer = Map::new();
        outer.insert("parent_process".to_owned(), event);
        event = Value::Object(outer);
    }
    let mut top = Map::new();
    top.insert("class_uid".to_owned(), json!(1007));
    top.insert("process".to_owned(), event);
    let mut event = Value::Object(top);
    assert!(!is_valid(&event));
    agree(&event);
    complete(&mut event).unwrap();
    let mut rest = event["process"].take();
    while let Some(inner) = rest.get_mut("parent_process") {
        rest = inner.take();
    }
}
