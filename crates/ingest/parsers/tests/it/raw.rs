//! Other people's records, where they lie: every one is detected, parsed and valid, or dead with a true reason.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use aurora_parsers::Registry;
use serde_json::Value;

use crate::support::{batch, framed, print_table, registry, scope, shared};

/// Records of which at least this share must become events.
const WANTED: f64 = 0.99;

/// Events of a source that the second validator sees; it is not made for speed.
const SECOND_OPINIONS: usize = 400;

/// Files in the folders that are no logs: tables around records, in YAML or as vectors of tests.
fn is_no_log(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".golden") || name.starts_with("purple-axiom")
}

/// What an operator would say of a feed; detection does the rest.
fn named(folder: &str) -> &str {
    match folder {
        // A port for syslog is named so, for a line of it may have no header.
        "syslog" => "syslog",
        _ => "auto",
    }
}

#[derive(Default)]
struct Seen {
    records: usize,
    events: Vec<Value>,
    count: usize,
    parsers: BTreeMap<&'static str, usize>,
    /// By reason, with the start of one record.
    dead: BTreeMap<String, (usize, String)>,
}

impl Seen {
    fn lost(&self) -> usize {
        self.dead.values().map(|(count, _)| count).sum()
    }
}

/// Test cases carry the record within.
fn unwrapped(record: Vec<u8>) -> Vec<u8> {
    let Ok(mut value) = serde_json::from_slice::<Value>(&record) else {
        return record;
    };
    let case = value.get("rule").is_some() || value.get("technique").is_some();
    match value.get_mut("event") {
        Some(event @ Value::Object(_)) if case => serde_json::to_vec(event).unwrap(),
        _ => record,
    }
}

fn read(registry: &Registry, folder: &str, path: &Path, seen: &mut Seen) {
    let records: Vec<_> = framed(path).into_iter().map(unwrapped).collect();
    for chunk in records.chunks(500) {
        let batch = batch(named(folder), chunk.iter().cloned());
        seen.records += chunk.len();
        for record in chunk {
            if let Ok(parser) = registry.parser_for(named(folder), record) {
                *seen.parsers.entry(parser.name()).or_default() += 1;
            }
        }
        let processed = registry.process(&scope(), &batch);
        for letter in processed.dead() {
            let detail: String = letter.detail.chars().take(100).collect();
            let reason = format!("{} {}", letter.reason.word(), detail);
            let text = String::from_utf8_lossy(&letter.raw);
            let example = || (0, text.chars().take(110).collect());
            seen.dead.entry(reason).or_insert_with(example).0 += 1;
        }
        for item in processed.events() {
            seen.count += 1;
            if seen.events.len() < SECOND_OPINIONS || seen.count.is_multiple_of(50) {
                seen.events.push(Value::Object(item.event().unwrap()));
            }
        }
    }
}

#[test]
fn every_record_is_parsed_or_explained() {
    let Some(shared) = shared() else { return };
    let registry = registry();
    let folders: Vec<_> = std::fs::read_dir(shared.join("raw"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    let one = |path: &Path| {
        let folder = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut seen = Seen::default();
        for entry in std::fs::read_dir(path).unwrap() {
            let file = entry.unwrap().path();
            if !is_no_log(&file.file_name().unwrap().to_string_lossy()) {
                read(&registry, &folder, &file, &mut seen);
            }
        }
        (folder, seen)
    };
    let seen: BTreeMap<String, Seen> = std::thread::scope(|scope| {
        let work: Vec<_> = folders
            .iter()
            .map(|path| scope.spawn(|| one(path)))
            .collect();
        work.into_iter().map(|done| done.join().unwrap()).collect()
    });
    report(&seen);
    let (records, dead) = seen.values().fold((0, 0), |(records, dead), seen| {
        (records + seen.records, dead + seen.lost())
    });
    let share = (records - dead) as f64 / records as f64;
    eprintln!(
        "{records} records, {dead} dead letters: {:.2} % parsed",
        share * 100.0
    );
    assert!(share >= WANTED, "{:.2} %", share * 100.0);
    let events: Vec<_> = seen.into_values().flat_map(|seen| seen.events).collect();
    second_opinion(&shared, &events);
}

fn report(seen: &BTreeMap<String, Seen>) {
    let head = ["raw", "records", "events", "dead", "parsers"].map(str::to_owned);
    let mut rows = vec![head.to_vec()];
    for (folder, seen) in seen {
        let parsers = seen
            .parsers
            .iter()
            .map(|(name, count)| format!("{name} {count}"));
        rows.push(vec![
            folder.clone(),
            seen.records.to_string(),
            seen.count.to_string(),
            seen.lost().to_string(),
            parsers.collect::<Vec<_>>().join(", "),
        ]);
    }
    print_table(&rows);
    for (folder, seen) in seen {
        for (reason, (count, example)) in &seen.dead {
            eprintln!("  {folder}: {count} x {reason}\n      {example:?}");
        }
    }
}

/// By a validator that shares no code with ours.
fn second_opinion(shared: &Path, events: &[Value]) {
    let script = shared.join("ocsf/validate_ocsf.py");
    let child = Command::new("python3")
        .arg(&script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        eprintln!("skipped: python3 is not there");
        return;
    };
    let lines: Vec<_> = events
        .iter()
        .map(|event| event.to_string() + "\n")
        .collect();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        for line in lines {
            stdin.write_all(line.as_bytes()).unwrap();
        }
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut seen = 0;
    for (line, event) in text.lines().zip(events) {
        let found: Vec<Vec<String>> = serde_json::from_str(line).unwrap();
        let errors: Vec<_> = found
            .into_iter()
            .filter(|problem| problem[0].starts_with("E_"))
            .collect();
        assert!(errors.is_empty(), "{errors:?} in {event}");
        seen += 1;
    }
    assert_eq!(seen, events.len(), "the validator stopped early");
}
