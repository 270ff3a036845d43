//! Our errors against those of an independent validator, event by event: published events as they are, and each of
//! them mutated many times from a seed.
//!
//! Known differences, kept out of the comparison because we are right:
//! - the constraint of `patch_state` names dotted paths, which the oracle never finds;
//! - the oracle takes `true` for 1 in `activity_id` and `type_uid`, and `false` for class 0, and integers beyond 64 bits.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};

const SEED: u64 = 0x0c5f_1300;
const MUTANTS_PER_EVENT: usize = 24;

/// Prints, for each line of its input, the set of errors as `[code, path]`, or null where the oracle itself fails.
const DRIVER: &str = "
import json, sys
import validate_ocsf
for line in sys.stdin:
    try:
        found = [list(x[:2]) for x in validate_ocsf.validate(json.loads(line)) if x[0][0] == 'E']
    except Exception:
        found = None
    print(json.dumps(found))
";

#[test]
#[allow(
    clippy::print_stderr,
    reason = "a skipped test says so, and the counts are of interest"
)]
fn errors_equal_those_of_the_independent_validator() {
    let Some(data) = aurora_shared_data::shared_data() else {
        return;
    };
    if Command::new("python3")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_err()
    {
        eprintln!("skipped: python3 is not there");
        return;
    }
    let mut events = published(&data.join("ocsf/pairs"));
    assert!(
        events.len() >= 162,
        "only {} published events",
        events.len()
    );
    let originals = events.len();
    let mut random = Random(SEED);
    for event in &events[..originals].to_vec() {
        events.extend((0..MUTANTS_PER_EVENT).map(|_| mutant(event, &mut random)));
    }
    let theirs = ask_oracle(&data.join("ocsf"), &events);
    let mut compared = 0;
    let mut invalid = 0;
    for (event, theirs) in events.iter().zip(&theirs) {
        if theirs.is_null() || event["class_uid"] == 5004 {
            continue;
        }
        let theirs: BTreeSet<(String, String)> = serde_json::from_value(theirs.clone()).unwrap();
        let ours = our_errors(event);
        assert_eq!(ours, theirs, "seed {SEED:#x}, event {event}");
        assert_eq!(aurora_ocsf::is_valid(event), theirs.is_empty());
        compared += 1;
        invalid += usize::from(!theirs.is_empty());
    }
    eprintln!(
        "{compared} of {} events compared ({originals} published), {invalid} invalid",
        events.len()
    );
    assert!(
        compared * 100 >= events.len() * 95,
        "the oracle failed on too many events"
    );
    assert!(invalid * 2 > compared, "the mutants are too tame");
}

fn our_errors(event: &Value) -> BTreeSet<(String, String)> {
    let errors = aurora_ocsf::validate(event)
        .into_iter()
        .filter(|problem| problem.code.is_error());
    errors
        .map(|problem| (problem.code.to_string(), problem.path))
        .collect()
}

/// Every event of every pair, as published and projected to 1.3.
fn published(pairs: &Path) -> Vec<Value> {
    let mut folders: Vec<_> = std::fs::read_dir(pairs)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    let files = folders.iter().flat_map(|folder| {
        ["ocsf.jsonl", "ocsf-1.3-projection.jsonl"].map(|name| folder.join(name))
    });
    let mut events = Vec::new();
    for text in files.filter_map(|file| std::fs::read_to_string(file).ok()) {
        events.extend(
            text.lines()
                .filter(|line| !line.is_empty())
                .map(|line| serde_json::from_str::<Value>(line).unwrap()),
        );
    }
    events
}

fn ask_oracle(folder: &Path, events: &[Value]) -> Vec<Value> {
    let mut child = Command::new("python3")
        .args(["-B", "-c", DRIVER])
        .env("PYTHONPATH", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let input: String = events.iter().map(|event| format!("{event}\n")).collect();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), events.len());
    answers
}

/// One to three changes, each at a random place.
fn mutant(event: &Value, random: &mut Random) -> Value {
    let mut event = event.clone();
    for _ in 0..=random.below(3) {
        let map = random_object(&mut event, random);
        if map.is_empty() {
            continue;
        }
        let key = map.keys().nth(random.below(map.len())).unwrap().clone();
        change(map, &key, random);
    }
    event
}

/// Some object of the event: at each object or array, stops here or goes into one of those below.
fn random_object<'v>(event: &'v mut Value, random: &mut Random) -> &'v mut Map<String, Value> {
    let mut place = event;
    loop {
        let stop = random.below(3) == 0;
        let below: Vec<String> = place
            .as_object()
            .unwrap()
            .iter()
            .filter(|(_, value)| value.is_object() || value.get(0).is_some_and(Value::is_object))
            .map(|(key, _)| key.clone())
            .collect();
        if stop || below.is_empty() {
            return place.as_object_mut().unwrap();
        }
        let next = &mut place[&below[random.below(below.len())]];
        place = if next.is_array() { &mut next[0] } else { next };
    }
}

fn change(map: &mut Map<String, Value>, key: &str, random: &mut Random) {
    let old = map[key].clone();
    let no_oddity = ["class_uid", "activity_id", "type_uid"].contains(&key);
    match random.below(8) {
        0 | 1 => drop(map.shift_remove(key)),
        2 => drop(map.insert(format!("{key}_x"), old)),
        3 => drop(map.insert(key.to_owned(), json!(random.below(130)))),
        4 => drop(map.insert(key.to_owned(), json!("text"))),
        5 => drop(map.insert(key.to_owned(), json!([old]))),
        6 if !no_oddity => {
            let odd = [
                json!(true),
                json!(1.5),
                json!(-1),
                json!({}),
                json!([]),
                json!(u64::MAX),
            ];
            map.insert(key.to_owned(), odd[random.below(odd.len())].clone());
        }
        _ => drop(map.insert(key.to_owned(), Value::Null)),
    }
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ z >> 31) as usize % bound
    }
}
