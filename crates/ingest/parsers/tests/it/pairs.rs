//! How far our mapping agrees with what others published: 162 records with their OCSF events.
//!
//! The core fields are compared: class, activity, time, status, and who, where and what (users, devices, endpoints, processes,
//! files). `pairs.tsv` beside this file says where a peer is wrong or only chose otherwise, and why.

use std::collections::BTreeMap;
use std::path::Path;

use aurora_parsers::Registry;
use serde_json::Value;

use crate::support::{batch, framed, print_table, registry, scope, shared};

const WANTED: f64 = 0.95;

const REVIEWED: &str = include_str!("pairs.tsv");

/// Leaves below these are core fields.
const CORE: &[&str] = &[
    "class_uid",
    "activity_id",
    "time",
    "status_id",
    "actor.user.name",
    "actor.user.uid",
    "actor.user.domain",
    "actor.user.email_addr",
    "actor.process.pid",
    "actor.process.name",
    "actor.process.uid",
    "actor.process.cmd_line",
    "actor.process.file.path",
    "user.name",
    "user.uid",
    "user.domain",
    "user.email_addr",
    "device.hostname",
    "device.name",
    "device.ip",
    "device.uid",
    "src_endpoint.ip",
    "src_endpoint.port",
    "src_endpoint.hostname",
    "src_endpoint.mac",
    "dst_endpoint.ip",
    "dst_endpoint.port",
    "dst_endpoint.hostname",
    "dst_endpoint.mac",
    "process.pid",
    "process.name",
    "process.uid",
    "process.cmd_line",
    "process.file.path",
    "process.user.name",
    "process.parent_process.pid",
    "process.parent_process.file.path",
    "process.parent_process.cmd_line",
    "file.name",
    "file.path",
    "file.size",
];

struct Review {
    pair: &'static str,
    parser: &'static str,
    path: &'static str,
}

fn reviews() -> Vec<Review> {
    let rows = REVIEWED
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .skip(1);
    rows.map(|row| {
        let cells: Vec<_> = row.split('\t').collect();
        let [pair, parser, path, why] = cells.as_slice() else {
            panic!("four columns in `{row}`");
        };
        assert!(why.len() > 10, "`{row}` says why");
        Review { pair, parser, path }
    })
    .collect()
}

impl Review {
    fn covers(&self, pair: &str, parser: &str, path: &str) -> bool {
        self.pair.split(',').any(|p| fits(p, pair))
            && fits(self.parser, parser)
            && fits(self.path, path)
    }
}

/// `*` stands for any text.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut left) = text.strip_prefix(start) else {
        return false;
    };
    if rest.is_empty() {
        return true;
    }
    loop {
        if fits(rest, left) {
            return true;
        }
        let mut chars = left.chars();
        if chars.next().is_none() {
            return false;
        }
        left = chars.as_str();
    }
}

fn at<'v>(event: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.')
        .try_fold(event, |value, name| value.get(name))
}

/// What a peer says of a field; `None` when it says nothing.
fn said(event: &Value, path: &str) -> Option<String> {
    let value = at(event, path)?;
    let text = match value {
        Value::String(text) => text.trim().to_lowercase(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    // 0 is Unknown: the peer does not tell, except of the class.
    let nothing = matches!(text.as_str(), "" | "-" | "unknown" | "n/a" | "none")
        || (text == "0" && path.ends_with("_id"));
    (!nothing).then_some(text)
}

/// Milliseconds of seconds, milliseconds or a written time.
fn millis(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse::<i64>() {
        return Some(if number < 100_000_000_000 {
            number * 1000
        } else {
            number
        });
    }
    text.to_uppercase()
        .parse::<jiff::Timestamp>()
        .ok()
        .map(|at| at.as_millisecond())
}

fn agrees(path: &str, theirs: &str, ours: &str) -> bool {
    if path == "time" {
        // Peers cut off the milliseconds, and some the offset of seconds.
        return match (millis(theirs), millis(ours)) {
            (Some(theirs), Some(ours)) => (theirs - ours).abs() < 1000,
            _ => false,
        };
    }
    theirs == ours
}

#[derive(Default)]
struct Score {
    pairs: usize,
    agreed: usize,
    reviewed: usize,
    disagreed: Vec<String>,
}

/// The parser that recognises one of the records, and all events: a feed has one source, whatever a single line says.
fn ours(registry: &Registry, path: &Path) -> Option<(&'static str, Vec<Value>)> {
    let records = framed(path);
    let parser = records
        .iter()
        .find_map(|r| registry.parser_for("auto", r).ok())?
        .name();
    let processed = registry.process(&scope(), &batch(parser, records));
    let events: Vec<_> = processed
        .events()
        .map(|item| Value::Object(item.event().unwrap()))
        .collect();
    for letter in processed.dead() {
        eprintln!("{}: dead: {}", path.display(), letter.detail);
    }
    Some((parser, events))
}

#[test]
fn the_core_fields_agree_with_what_others_publish() {
    let Some(shared) = shared() else { return };
    let registry = registry();
    let reviews = reviews();
    let mut scores: BTreeMap<&'static str, Score> = BTreeMap::new();
    let mut foreign = Vec::new();
    let mut folders: Vec<_> = std::fs::read_dir(shared.join("ocsf/pairs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    for folder in folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let Some((parser, events)) = ours(&registry, &folder.join("raw")) else {
            foreign.push(name);
            continue;
        };
        let theirs = std::fs::read_to_string(folder.join("ocsf-1.3-projection.jsonl")).unwrap();
        let theirs: Vec<Value> = theirs
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let score = scores.entry(parser).or_default();
        score.pairs += 1;
        let mut free: Vec<_> = events.iter().collect();
        for theirs in &theirs {
            // Peers write the events of a file in an order of their own.
            let nearest =
                (0..free.len()).max_by_key(|at| (likeness(theirs, free[*at]), free.len() - at));
            let ours = nearest.map(|at| free.remove(at));
            compare(&name, parser, theirs, ours, &reviews, score);
        }
    }
    report(&scores, &foreign);
    let agreed: usize = scores.values().map(|score| score.agreed).sum();
    let disagreed: usize = scores.values().map(|score| score.disagreed.len()).sum();
    let reviewed: usize = scores.values().map(|score| score.reviewed).sum();
    let share = agreed as f64 / (agreed + disagreed) as f64;
    let plain = agreed as f64 / (agreed + disagreed + reviewed) as f64;
    eprintln!(
        "agreed {agreed}, disagreed {disagreed}, reviewed {reviewed}: {:.1} % ({:.1} % with the reviewed ones counted against us)",
        share * 100.0,
        plain * 100.0
    );
    assert!(share >= WANTED, "{:.1} %", share * 100.0);
}

fn likeness(theirs: &Value, ours: &Value) -> usize {
    let same = |path: &&&str| match (said(theirs, path), said(ours, path)) {
        (Some(theirs), Some(ours)) => agrees(path, &theirs, &ours),
        _ => false,
    };
    CORE.iter().filter(same).count()
}

fn compare(
    name: &str,
    parser: &'static str,
    theirs: &Value,
    ours: Option<&Value>,
    reviews: &[Review],
    score: &mut Score,
) {
    let pair = name.split('-').next().unwrap();
    for path in CORE {
        let Some(wanted) = said(theirs, path) else {
            continue;
        };
        let found = ours.and_then(|event| said(event, path)).unwrap_or_default();
        if agrees(path, &wanted, &found) {
            score.agreed += 1;
        } else if reviews
            .iter()
            .any(|review| review.covers(pair, parser, path))
        {
            score.reviewed += 1;
        } else {
            score
                .disagreed
                .push(format!("{name} {path}: theirs {wanted:?}, ours {found:?}"));
        }
    }
}

fn report(scores: &BTreeMap<&'static str, Score>, foreign: &[String]) {
    let head = [
        "source",
        "pairs",
        "agreed",
        "disagreed",
        "reviewed",
        "share",
    ]
    .map(str::to_owned);
    let mut rows = vec![head.to_vec()];
    for (source, score) in scores {
        let share = score.agreed as f64 / (score.agreed + score.disagreed.len()).max(1) as f64;
        rows.push(vec![
            (*source).to_owned(),
            score.pairs.to_string(),
            score.agreed.to_string(),
            score.disagreed.len().to_string(),
            score.reviewed.to_string(),
            format!("{:.1} %", share * 100.0),
        ]);
    }
    print_table(&rows);
    for line in scores.values().flat_map(|score| &score.disagreed) {
        eprintln!("  {line}");
    }
    eprintln!(
        "{} pairs are of sources without a parser here:",
        foreign.len()
    );
    for name in foreign {
        eprintln!("  {name}");
    }
}
