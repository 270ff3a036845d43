//! The tables, natively and as programs: the same events of the same records, the same refusals; and Vector's
//! configurations around the programs.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::path::PathBuf;

use expect_test::expect_file;
use serde_json::{Map, Value};
use vrl::compiler::runtime::Runtime;
use vrl::compiler::state::RuntimeState;
use vrl::compiler::{TargetValueRef, TimeZone};
use vrl::value::{ObjectMap, Secrets};

use super::vrl::program;
use crate::process::the_short_way;
use crate::shipped::WITH_TABLES;
use crate::table::tests::{golden_records, others, repository};
use crate::{Registry, golden};

/// The folders of other people's records.
fn folders(source: &str) -> &'static [&'static str] {
    match source {
        "cloudtrail" => &["cloudtrail"],
        "suricata" => &["suricata-eve"],
        _ => &["zeek-json", "zeek-json-apt29", "zeek-json-ocsf-examples"],
    }
}

fn program_file(source: &str) -> PathBuf {
    let folder = repository().join("content/parsers").join(source);
    folder.join(format!("{source}.vrl"))
}

fn deployed(file: &str) -> String {
    std::fs::read_to_string(repository().join("deploy/vector").join(file)).unwrap()
}

/// Compiles with Vector's own functions and no other.
fn compiled(name: &str, text: &str) -> vrl::compiler::Program {
    match vrl::compiler::compile(text, &vrl::stdlib::all()) {
        Ok(result) => result.program,
        Err(found) => {
            let told = vrl::diagnostic::Formatter::new(text, found);
            panic!("{name}: {told}")
        }
    }
}

/// What the program leaves; `None` when it aborts or fails.
fn run(
    program: &vrl::compiler::Program,
    mut event: vrl::value::Value,
) -> Option<vrl::value::Value> {
    let mut target = TargetValueRef {
        value: &mut event,
        metadata: &mut vrl::value::Value::Object(ObjectMap::new()),
        secrets: &mut Secrets::new(),
    };
    let mut runtime = Runtime::new(RuntimeState::default());
    let utc = TimeZone::parse("UTC").unwrap();
    runtime.resolve(&mut target, program, &utc).ok()?;
    Some(event)
}

#[test]
fn the_programs_are_generated_from_the_tables() {
    for (source, tables) in WITH_TABLES {
        let program = program(source, *tables).unwrap_or_else(|error| panic!("{source}: {error}"));
        expect_file![program_file(source)].assert_eq(&program);
    }
}

/// A file's list comes to the program record by record, and what is no JSON does not come at all.
fn is_one_record(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'{')
        && memchr::memmem::find(body, b"\"Records\"").is_none()
}

/// The event without what says when and under which name the site took it.
fn said(mut event: Map<String, Value>, record: &Value) -> Value {
    if let Some(Value::Object(metadata)) = event.get_mut("metadata") {
        metadata.remove("uid");
        if record.get("_write_ts").is_none() {
            metadata.remove("logged_time");
        }
    }
    Value::Object(event)
}

/// Natively, and by way of Vector: the source's program, `event.vrl`, and the site's parser of OCSF events.
#[test]
fn both_forms_make_the_same_events() {
    let site = Registry::reading(&repository().join("content/parsers")).unwrap();
    let event_program = compiled("event.vrl", &deployed("event.vrl"));
    for (source, tables) in WITH_TABLES {
        let program = compiled(source, &program(source, *tables).unwrap());
        let by_vector = |body: &[u8], record: &Value| {
            let event = serde_json::json!({ "body": record, "raw": String::from_utf8_lossy(body) });
            let event = run(&event_program, run(&program, event.into())?)?;
            let event = crate::vrl::convert::to_json(event).to_string();
            let batch = golden::batch("ocsf", [event.into_bytes()]);
            let processed = site.process(&golden::scope(), &batch);
            let dead: Vec<_> = processed.dead().map(|letter| &letter.detail).collect();
            assert!(dead.is_empty(), "{record}\n{dead:?}");
            let event = processed.events().next()?.event().unwrap();
            Some(said(event, record))
        };
        let records = golden_records(source).into_iter();
        let records = records.chain(others(folders(source)));
        let (mut mapped, mut count) = (0, 0);
        for body in records.filter(|body| is_one_record(body)) {
            let Ok(record) = serde_json::from_slice::<Value>(&body) else {
                continue;
            };
            let batch = golden::batch(source, [body.clone()]);
            let native = the_short_way(&site, &golden::scope(), &batch);
            let native = native.map(|items| said(items[0].event().unwrap(), &record));
            let generated = by_vector(&body, &record);
            assert!(
                native == generated,
                "{record}\nnative {native:#?}\ngenerated {generated:#?}"
            );
            mapped += usize::from(native.is_some());
            count += 1;
        }
        eprintln!("{source}: {mapped} of {count} records");
    }
}

/// Components by name, with the names of those that they take from.
fn components(configuration: &toml::Table) -> Vec<(String, Vec<String>)> {
    let sections = ["sources", "transforms", "sinks"].map(|section| &configuration[section]);
    let components = sections
        .into_iter()
        .flat_map(|section| section.as_table().unwrap());
    let inputs = |component: &toml::Value| {
        let inputs = component.get("inputs").and_then(toml::Value::as_array);
        let inputs = inputs.into_iter().flatten();
        inputs
            .map(|input| input.as_str().unwrap().to_owned())
            .collect()
    };
    components
        .map(|(name, component)| (name.clone(), inputs(component)))
        .collect()
}

#[test]
fn vectors_configurations_hold_together() {
    for (source, _) in WITH_TABLES {
        let text = deployed(&format!("{source}.toml"));
        let configuration: toml::Table = text.parse().unwrap();
        let components = components(&configuration);
        for (name, inputs) in &components {
            for input in inputs {
                let dropped = input.strip_suffix(".dropped");
                let wanted = dropped.unwrap_or(input);
                let known = components.iter().any(|(other, _)| other == wanted);
                assert!(known, "{source}: {name} takes from {input}");
            }
        }
        for (name, transform) in configuration["transforms"].as_table().unwrap() {
            let inline = transform.get("source").and_then(toml::Value::as_str);
            let file = transform.get("file").and_then(toml::Value::as_str);
            match (inline, file) {
                (Some(program), None) => drop(compiled(name, program)),
                (None, Some(file)) => {
                    let file = file.strip_prefix("/etc/vector/aurorasoc/").unwrap();
                    let ours = [format!("{source}.vrl"), "event.vrl".to_owned()];
                    assert!(ours.iter().any(|name| name == file), "{source}: {file}");
                }
                _ => panic!("{source}: {name} has no program"),
            }
        }
    }
}
