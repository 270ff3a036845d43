//! The tables, natively and as a program: the same events of the same records, the same refusals.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use expect_test::expect_file;
use serde_json::Value;

use super::vrl::program;
use crate::process::{the_long_way, the_short_way};
use crate::shipped::{self, WITH_TABLES};
use crate::table::tests::{golden_records, repository, shared_records};
use crate::{Registry, golden};

/// The folders of other people's records.
fn folders(source: &str) -> &'static [&'static str] {
    match source {
        "cloudtrail" => &["cloudtrail"],
        "suricata" => &["suricata-eve"],
        _ => &["zeek-json", "zeek-json-apt29", "zeek-json-ocsf-examples"],
    }
}

fn file(source: &str) -> std::path::PathBuf {
    let folder = repository().join("content/parsers").join(source);
    folder.join(format!("{source}.vrl"))
}

#[test]
fn the_programs_are_generated_from_the_tables() {
    for (source, tables) in WITH_TABLES {
        let program = program(source, *tables).unwrap_or_else(|error| panic!("{source}: {error}"));
        expect_file![file(source)].assert_eq(&program);
    }
}

/// What a program calls, Vector has; its grammar is seen to where it is compiled, below.
#[test]
fn the_programs_call_only_vectors_functions() {
    let library = vrl::stdlib::all();
    for (source, tables) in WITH_TABLES {
        let program = program(source, *tables).unwrap();
        let code = program.lines().filter(|line| !line.starts_with('#'));
        for called in code.flat_map(calls) {
            let known = library
                .iter()
                .any(|function| function.identifier() == called);
            assert!(known, "{source} calls {called}");
        }
    }
}

/// The names before brackets, outside of texts.
fn calls(line: &str) -> Vec<&str> {
    let name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let outside = line.split('"').step_by(2);
    let before = outside.flat_map(|code| {
        let cuts: Vec<_> = code.split('(').collect();
        let last = cuts.len() - 1;
        cuts.into_iter().take(last)
    });
    let names = before.map(|text| {
        let text = text.strip_suffix('!').unwrap_or(text);
        let start = text
            .bytes()
            .rposition(|byte| !name(byte))
            .map_or(0, |at| at + 1);
        &text[start..]
    });
    names.filter(|name| !name.is_empty()).collect()
}

/// One record by each form; what the program gives is finished as any program's events are.
#[test]
fn both_forms_make_the_same_events() {
    let native = Registry::reading(&repository().join("content/parsers")).unwrap();
    for (source, tables) in WITH_TABLES {
        let mut folder = shipped::folder(source);
        folder.program = program(source, *tables).unwrap().into();
        let generated = Registry::of_folders(&[folder]).unwrap();
        let others = folders(source)
            .iter()
            .flat_map(|folder| shared_records(folder));
        let others = others
            .enumerate()
            .filter(|(at, _)| at % every() == 0)
            .map(|(_, body)| body);
        let (mut mapped, mut count) = (0, 0);
        for body in golden_records(source).into_iter().chain(others) {
            if body.trim_ascii_start().first() != Some(&b'{') || is_list(&body) {
                continue;
            }
            let batch = golden::batch(source, [body.clone()]);
            let text = String::from_utf8_lossy(&body);
            let short = the_short_way(&native, &golden::scope(), &batch);
            let long = the_long_way(&generated, &golden::scope(), &batch);
            let long: Vec<_> = long.events().map(|item| item.event().unwrap()).collect();
            let short: Vec<_> = short
                .into_iter()
                .flatten()
                .map(|item| item.event().unwrap())
                .collect();
            let shown = |events: &[serde_json::Map<String, Value>]| {
                format!(
                    "{:#}",
                    Value::from_iter(events.iter().cloned().map(Value::Object))
                )
            };
            assert!(
                short == long,
                "{text}\nnative {}\ngenerated {}",
                shown(&short),
                shown(&long)
            );
            mapped += usize::from(!short.is_empty());
            count += 1;
        }
        eprintln!("{source}: {mapped} of {count} records");
    }
}

/// Programs are slow: of other people's records so many are tried. `AURORA_EVERY=1` tries all.
fn every() -> usize {
    let every = std::env::var("AURORA_EVERY").ok();
    every.map_or(11, |every| every.parse().unwrap())
}

/// The list of a file, whose records the program sees one by one.
fn is_list(body: &[u8]) -> bool {
    memchr::memmem::find(body, b"\"Records\"").is_some()
}
