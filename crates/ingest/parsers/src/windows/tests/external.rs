//! Real records, when the folder with test data is there.

use std::collections::BTreeMap;
use std::io::{BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use aurora_formats::{Framed, Framer, Limits};
pub(super) use aurora_shared_data::shared_data as data;

use super::*;

/// Of the benchmark file; every 13th line, so that all of its parts are seen.
const LINES: usize = 20_000;

pub(super) fn records(path: &Path) -> impl Iterator<Item = Vec<u8>> + use<> {
    let input = BufReader::new(std::fs::File::open(path).unwrap());
    Framer::new(input, Limits::default())
        .unwrap()
        .map(|item| match item.unwrap() {
            Framed::Record { body, .. } => body,
            other => panic!("{other:?}"),
        })
}

/// The reader of `read_back` is plain and slow, so it looks at one event of so many.
const CHECKED: usize = 10;

/// In flat records every member is a field; EVTX-JSON has its own tests.
fn check_nothing_lost(body: &[u8], event: &Value) {
    let record: Value = serde_json::from_slice(body).unwrap();
    if record.get("Event").is_none() {
        assert_eq!(read_back::lost(&record, event), [""; 0], "{event:#}");
    }
}

/// Parses, validates and counts; keeps a sample for the other validator.
#[derive(Default)]
struct Seen {
    classes: BTreeMap<u64, usize>,
    sample: Vec<Value>,
    count: usize,
}

impl Seen {
    fn take(&mut self, parser: &WindowsParser, body: &[u8]) -> Value {
        let text = || String::from_utf8_lossy(&body[..body.len().min(2000)]);
        assert!(parser.detects(body), "{}", text());
        let parsed = parse(parser, body).unwrap_or_else(|error| panic!("{error}: {}", text()));
        let event = finished(parsed.event);
        assert_eq!(errors(&event), [""; 0], "{}\n{event:#}", text());
        *self
            .classes
            .entry(event["class_uid"].as_u64().unwrap())
            .or_default() += 1;
        if self.count.is_multiple_of(40) {
            self.sample.push(event.clone());
        }
        self.count += 1;
        event
    }

    /// The second opinion of `validate_ocsf.py`.
    fn ask_python(&self, data: &Path) {
        let mut python = Command::new("python3");
        python
            .arg("validate_ocsf.py")
            .current_dir(data.join("ocsf"))
            .env("PYTHONDONTWRITEBYTECODE", "1");
        let python = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let Ok(mut python) = python else {
            println!("skipped: no python3");
            return;
        };
        let lines: String = self
            .sample
            .iter()
            .map(|event| format!("{event}\n"))
            .collect();
        let mut stdin = python.stdin.take().unwrap();
        let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()).unwrap());
        let output = python.wait_with_output().unwrap();
        writer.join().unwrap();
        let verdicts = String::from_utf8(output.stdout).unwrap();
        assert_eq!(verdicts.lines().count(), self.sample.len());
        for (verdict, event) in verdicts.lines().zip(&self.sample) {
            assert!(!verdict.contains("\"E_"), "{verdict}\n{event:#}");
        }
        println!(
            "validate_ocsf.py found no error in {} events",
            self.sample.len()
        );
    }
}

#[test]
fn every_raw_windows_record_becomes_a_valid_event() {
    let Some(data) = data() else { return };
    let parser = super::parser();
    let mut seen = Seen::default();
    for folder in ["raw/windows-evtx", "raw/windows-evtx-json"] {
        for file in std::fs::read_dir(data.join(folder))
            .unwrap()
            .map(|file| file.unwrap().path())
        {
            let hidden = file
                .file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with("._");
            for body in records(&file).filter(|_| !hidden) {
                let event = seen.take(&parser, &body);
                if seen.count.is_multiple_of(CHECKED) {
                    check_nothing_lost(&body, &event);
                }
            }
        }
    }
    println!("{} events: {:?}", seen.count, seen.classes);
    seen.ask_python(&data);
}

#[test]
fn the_benchmark_file_becomes_valid_events_that_lose_nothing() {
    let Some(data) = data() else { return };
    let parser = super::parser();
    let mut seen = Seen::default();
    let bodies = records(&data.join("bench/windows-270872.jsonl.zst"))
        .step_by(13)
        .take(LINES);
    for (at, body) in bodies.enumerate() {
        let event = seen.take(&parser, &body);
        if at.is_multiple_of(CHECKED) {
            check_nothing_lost(&body, &event);
        }
    }
    assert_eq!(seen.count, LINES);
    println!("{} events: {:?}", seen.count, seen.classes);
    seen.ask_python(&data);
}

#[test]
fn the_regression_cases_become_valid_events() {
    let Some(data) = data() else { return };
    let parser = super::parser();
    let mut seen = Seen::default();
    for case in std::fs::read_dir(data.join("sigma/regression"))
        .unwrap()
        .map(|case| case.unwrap().path())
    {
        let Ok(files) = std::fs::read_dir(&case) else {
            continue;
        };
        for file in files.map(|file| file.unwrap().path()) {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            if name.ends_with(".evtx") || name.ends_with(".jsonl") && !name.contains("hints") {
                for body in records(&file) {
                    seen.take(&parser, &body);
                }
            }
        }
    }
    println!("{} events: {:?}", seen.count, seen.classes);
    assert!(seen.count >= 88);
    seen.ask_python(&data);
}
