//! Other people's records, where they lie: each becomes valid events or an explained dead letter.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use aurora_parsers::{Processed, Registry};
use serde_json::Value;

use crate::support::{batch, scope, shared};

/// The records of a file: JSON values one after another (of which some carry the record within), else lines.
fn records(path: &Path) -> Vec<Vec<u8>> {
    let text = std::fs::read(path).unwrap();
    let json = text.first().is_some_and(|byte| *byte == b'{');
    if !json {
        return text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(<[u8]>::to_vec)
            .collect();
    }
    let values = serde_json::Deserializer::from_slice(&text).into_iter::<Value>();
    let unwrap = |mut value: Value| {
        if value["event"].is_object() {
            value["event"].take()
        } else {
            value
        }
    };
    values
        .map(|value| serde_json::to_vec(&unwrap(value.unwrap())).unwrap())
        .collect()
}

/// Processes in batches of 500 under the source `auto` (or `source`), and counts.
fn run(
    folder: &Path,
    source: &str,
    keep: fn(&str) -> bool,
    only: fn(&[u8]) -> bool,
) -> (usize, usize, Vec<Value>) {
    let registry = Registry::new().unwrap();
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let (mut total, mut dead, mut events) = (0, 0, Vec::new());
    let mut classes: BTreeMap<u32, usize> = BTreeMap::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for file in files
        .iter()
        .filter(|file| keep(&file.file_name().unwrap().to_string_lossy()))
    {
        let records: Vec<_> = records(file)
            .into_iter()
            .filter(|record| only(record))
            .collect();
        for chunk in records.chunks(500) {
            let batch = batch(source, chunk.iter().cloned());
            let processed: Processed = registry.process(&scope(), &batch);
            total += chunk.len();
            dead += processed.dead().count();
            for letter in processed.dead() {
                let detail: String = letter.detail.chars().take(200).collect();
                *reasons
                    .entry(format!(
                        "{} {}: {detail}",
                        letter.reason.word(),
                        letter.parser
                    ))
                    .or_default() += 1;
            }
            for item in processed.events() {
                *classes.entry(item.class_uid).or_default() += 1;
                events.push(Value::Object(item.event().unwrap()));
            }
        }
    }
    eprintln!(
        "{}: {total} records, {} events {classes:?}, {dead} dead",
        folder.display(),
        events.len()
    );
    for (reason, count) in &reasons {
        eprintln!("  {count} {reason}");
    }
    (total, dead, events)
}

/// A second opinion, by a validator that shares no code with ours.
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

fn check(folder: &str, source: &str, keep: fn(&str) -> bool) {
    let Some(shared) = shared() else { return };
    let (total, dead, events) = run(&shared.join("raw").join(folder), source, keep, |_| true);
    assert!(total > 0);
    assert_eq!(
        dead, 0,
        "every record of a known format must become an event"
    );
    second_opinion(&shared, &events);
}

#[test]
fn suricata() {
    check("suricata-eve", "auto", |_| true);
}

#[test]
fn zeek() {
    check("zeek-json", "auto", |_| true);
}

#[test]
fn zeek_apt29() {
    check("zeek-json-apt29", "auto", |_| true);
}

#[test]
fn zeek_without_path() {
    check("zeek-json-ocsf-examples", "auto", |_| true);
}

#[test]
fn cloudtrail() {
    check("cloudtrail", "cloudtrail", |name| {
        name.ends_with(".json") || name.ends_with(".jsonl")
    });
}

#[test]
fn auditd() {
    let Some(shared) = shared() else { return };
    // Test tables around the records (YAML, parser vectors) are no log format; records within them count.
    let keep = |name: &str| {
        !name.ends_with(".golden") && !name.starts_with("sysmon") && !name.starts_with("purple")
    };
    let only = |record: &[u8]| {
        String::from_utf8_lossy(record).contains("audit(") || record.starts_with(b"{\"ID\"")
    };
    let (total, dead, events) = run(&shared.join("raw/linux-auditd-syslog"), "auto", keep, only);
    assert!(total > 500);
    assert_eq!(dead, 0);
    second_opinion(&shared, &events);
}

#[test]
fn syslog() {
    check("syslog", "syslog", |_| true);
}
