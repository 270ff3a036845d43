//! All SigmaHQ rules on real events, each rule put to each event whatever its logsource.

use std::path::{Path, PathBuf};

use aurora_plan::json::{Reader, Record};
use aurora_plan::{Plan, Scratch, Section};
use aurora_shared_data::shared_file;
use aurora_sigma::{Document, FlatJson, Options, Rule, parse};
use serde_json::{Map, Value};

fn rules(folder: &Path, into: &mut Vec<Rule>) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            rules(&path, into);
        } else if path.extension().is_some_and(|end| end == "yml") {
            let text = std::fs::read_to_string(&path).unwrap();
            let documents = parse("r.yml", &text, &Options::default());
            into.extend(documents.into_iter().filter_map(|document| match document {
                Ok(Document::Rule(rule)) => Some(*rule),
                _ => None,
            }));
        }
    }
}

/// One event in so many; the lane sets 1.
fn stride() -> usize {
    let wanted = std::env::var("AURORA_PLAN_STRIDE").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(997)
}

#[test]
fn every_rule_on_real_events() {
    let Some(events) = shared_file("bench/windows-270872.jsonl.zst") else {
        return;
    };
    let Some(folder) = shared_file("sigma/rules") else {
        return;
    };
    let mut all = Vec::new();
    rules(&folder, &mut all);
    let plan = Plan::new([Section {
        namespace: 0,
        rules: all.iter().enumerate().collect(),
    }]);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let matches: usize = std::thread::scope(|scope| {
        let (all, plan, events) = (&all, &plan, &events);
        let parts: Vec<_> = (0..threads)
            .map(|part| scope.spawn(move || compared(all, plan, lines(events), part, threads)))
            .collect();
        parts.into_iter().map(|part| part.join().unwrap()).sum()
    });
    assert!(matches > 0);
}

/// The events of the test, one in [`stride`].
fn lines(events: &Path) -> impl Iterator<Item = String> {
    let text = zstd::Decoder::new(std::fs::File::open(events).unwrap()).unwrap();
    let lines = std::io::BufRead::lines(std::io::BufReader::new(text));
    lines.step_by(stride()).map(Result::unwrap)
}

/// Compares each `parts`th event from `part` on; returns the matches. The lane takes an hour: it says where it is.
fn compared(
    all: &[Rule],
    plan: &Plan,
    lines: impl Iterator<Item = String>,
    part: usize,
    parts: usize,
) -> usize {
    let reader = Reader::new(plan.fields(), &[]);
    let (mut scratch, mut record) = (Scratch::default(), Record::default());
    let (mut matches, mut fired) = (0, Vec::new());
    for (number, line) in lines.enumerate().skip(part).step_by(parts) {
        let event: Map<String, Value> = serde_json::from_str(&line).unwrap();
        let source = FlatJson::new(&event);
        let plain: Vec<usize> = (0..all.len())
            .filter(|index| all[*index].matches(&source).is_some())
            .collect();
        fired.clear();
        plan.begin(&mut scratch);
        let read = reader.read(line.as_bytes(), &mut record).unwrap();
        plan.evaluate(0, &read, &mut scratch, &mut fired);
        assert_eq!(fired, plain, "{line}");
        matches += fired.len();
        if number % 10_000 == part {
            eprintln!("part {part}: event {number}, {matches} matches");
        }
    }
    matches
}
