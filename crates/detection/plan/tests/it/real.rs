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
    let reader = Reader::new(plan.fields(), &[]);
    let (mut scratch, mut record) = (Scratch::default(), Record::default());
    let mut matches = 0;
    let lines = std::io::BufRead::lines(std::io::BufReader::new(
        zstd::Decoder::new(std::fs::File::open(events).unwrap()).unwrap(),
    ));
    for line in lines.step_by(stride()) {
        let line = line.unwrap();
        let event: Map<String, Value> = serde_json::from_str(&line).unwrap();
        let source = FlatJson::new(&event);
        let plain: Vec<usize> = (0..all.len())
            .filter(|index| all[*index].matches(&source).is_some())
            .collect();
        let mut fired = Vec::new();
        plan.begin(&mut scratch);
        let read = reader.read(line.as_bytes(), &mut record).unwrap();
        plan.evaluate(0, &read, &mut scratch, &mut fired);
        assert_eq!(fired, plain, "{line}");
        matches += fired.len();
    }
    assert!(matches > 0);
}
