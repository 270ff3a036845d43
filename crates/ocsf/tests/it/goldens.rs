//! The projections on every event that a parser's golden test expects.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use aurora_ocsf::ecs::{self, Kind};
use aurora_ocsf::version::{Version, emit};
use serde_json::{Deserializer, Value};

/// The OCSF events in `content/parsers/*/golden/*.out`, with where each is from.
fn events() -> Vec<(PathBuf, Value)> {
    let parsers = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/parsers");
    let mut found = Vec::new();
    for source in std::fs::read_dir(parsers).unwrap() {
        let Ok(goldens) = std::fs::read_dir(source.unwrap().path().join("golden")) else {
            continue;
        };
        for golden in goldens {
            let path = golden.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "out") {
                let text = std::fs::read_to_string(&path).unwrap();
                let lines = text.lines().filter(|line| !line.starts_with('#'));
                let text: Vec<&str> = lines.collect();
                let text = text.join("\n");
                let values = Deserializer::from_str(&text).into_iter::<Value>();
                let values = values.map_while(Result::ok).flat_map(flat);
                found.extend(values.filter_map(whole).map(|event| (path.clone(), event)));
            }
        }
    }
    assert!(found.len() > 200, "only {} events", found.len());
    found
}

/// As it is stored: goldens leave out what follows from other members.
fn whole(mut event: Value) -> Option<Value> {
    aurora_ocsf::complete(&mut event).ok()?;
    aurora_ocsf::is_valid(&event).then_some(event)
}

/// A golden's document may be an event, a list of them, or hold them in a member.
fn flat(value: Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values.into_iter().flat_map(flat).collect(),
        Value::Object(ref map) if map.contains_key("class_uid") => vec![value],
        Value::Object(map) => map.into_iter().flat_map(|(_, value)| flat(value)).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn every_version_of_every_event_is_valid() {
    for (path, event) in events() {
        for version in Version::ALL {
            let emitted = emit(version, &event);
            let problems = version.validate(&emitted);
            let errors: Vec<_> = problems.iter().filter(|p| p.code.is_error()).collect();
            assert!(
                errors.is_empty(),
                "{version:?} of {}: {errors:?}\n{event}\n{emitted}",
                path.display()
            );
            assert_eq!(emitted["metadata"]["version"], version.text());
            nothing_is_lost(&event, &emitted, &path);
        }
    }
}

/// Every text of the event is a text of the other, there or under `unmapped`; `metadata.version` aside.
fn nothing_is_lost(event: &Value, emitted: &Value, path: &Path) {
    let (mut before, mut after) = (BTreeSet::new(), BTreeSet::new());
    texts(event, &mut before);
    texts(emitted, &mut after);
    let derived = [
        "version",
        "class_name",
        "category_name",
        "activity_name",
        "type_name",
    ];
    let lost: Vec<_> = before
        .iter()
        .filter(|(name, text)| !derived.contains(name) && !after.iter().any(|(_, t)| t == text))
        .collect();
    assert!(lost.is_empty(), "{}: {lost:?}", path.display());
}

fn texts<'v>(value: &'v Value, found: &mut BTreeSet<(&'v str, &'v str)>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                match value {
                    Value::String(text) => _ = found.insert((name, text)),
                    other => texts(other, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| match value {
            Value::String(text) => _ = found.insert(("", text)),
            other => texts(other, found),
        }),
        _ => {}
    }
}

#[test]
fn every_ecs_document_has_fields_and_types_of_ecs() {
    let known = ecs::fields();
    for (path, event) in events() {
        let mut leaves = Vec::new();
        collect(&ecs::project(&event), String::new(), &mut leaves);
        assert!(!leaves.is_empty(), "{}", path.display());
        for (field, value) in leaves {
            assert!(known.contains(&field), "{field} in {}", path.display());
            for giver in ecs::givers(&field) {
                let is_own = giver.row.ecs == field && giver.part == ecs::Part::Value;
                assert!(
                    !is_own || is_of(giver.row.kind, &value),
                    "{field} is {value}, not {:?}, in {}",
                    giver.row.kind,
                    path.display()
                );
            }
        }
    }
}

fn collect(value: &Value, name: String, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let dot = if name.is_empty() { "" } else { "." };
                collect(value, format!("{name}{dot}{key}"), found);
            }
        }
        Value::Array(values) => {
            for value in values {
                collect(value, name.clone(), found);
            }
        }
        value => found.push((name, value.clone())),
    }
}

fn is_of(kind: Kind, value: &Value) -> bool {
    let text = value.as_str();
    match kind {
        Kind::Long => value.is_i64() || value.is_u64(),
        Kind::Float => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::Date => text.is_some_and(|text| text.ends_with('Z') && text.contains('T')),
        Kind::Ip => text.is_some_and(|text| text.parse::<std::net::IpAddr>().is_ok()),
        Kind::GeoPoint => value.is_number(),
        // An index of keywords takes numbers and booleans by their text.
        Kind::Keyword | Kind::Wildcard | Kind::MatchOnlyText => !value.is_object(),
    }
}
