//! What is written at once is what the long way gives, and valid for the validator that walks values.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use aurora_formats::{Framed, Framer, Limits};
use aurora_model::RawBatch;
use serde_json::Value;

use crate::process::{the_long_way, the_short_way};
use crate::{Registry, golden};

/// Sources with tables, with the folders of other people's records of them.
const SOURCES: &[(&str, &[&str])] = &[
    ("windows", &["windows-evtx-json", "windows-evtx"]),
    ("cloudtrail", &["cloudtrail"]),
    ("suricata", &["suricata-eve"]),
    (
        "zeek",
        &["zeek-json", "zeek-json-apt29", "zeek-json-ocsf-examples"],
    ),
];

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

pub(crate) fn golden_records(source: &str) -> Vec<Vec<u8>> {
    let folder = repository().join("content/parsers").join(source);
    let inputs = golden::inputs(&folder).unwrap();
    let texts = inputs.iter().map(|input| std::fs::read(input).unwrap());
    texts.flat_map(|text| golden::records(&text)).collect()
}

/// Other people's records beside the repository.
fn shared_records(folder: &str) -> Vec<Vec<u8>> {
    let beside = || repository().join("../shared");
    let root = std::env::var_os("AURORA_SHARED").map_or_else(beside, PathBuf::from);
    let folder = root.join("data/raw").join(folder);
    let Ok(files) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: {} is not there", folder.display());
        return Vec::new();
    };
    let files = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
    let framed = files.flat_map(|bytes| {
        let framer = Framer::new(Cursor::new(bytes), Limits::default()).unwrap();
        framer.collect::<Vec<_>>()
    });
    let records = framed.filter_map(|framed| match framed.unwrap() {
        Framed::Record { body, .. } => Some(body),
        _ => None,
    });
    records.collect()
}

/// Programs are slow: of other people's records so many are tried. `AURORA_EVERY=1` tries all.
fn every() -> usize {
    let every = std::env::var("AURORA_EVERY").ok();
    every.map_or(11, |every| every.parse().unwrap())
}

/// Some of other people's records of these folders.
pub(crate) fn others(folders: &[&str]) -> impl Iterator<Item = Vec<u8>> {
    let records = folders.iter().flat_map(|folder| shared_records(folder));
    let some = records.enumerate().filter(|(at, _)| at % every() == 0);
    some.map(|(_, body)| body)
}

/// The members that are not the same in both.
fn differing(short: &Value, long: &Value) -> Vec<String> {
    let (one, other) = (short.as_object().unwrap(), long.as_object().unwrap());
    let names = one.keys().chain(other.keys()).collect::<BTreeSet<_>>();
    let differ = names
        .into_iter()
        .filter(|name| one.get(*name) != other.get(*name));
    let said = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
    differ
        .map(|name| {
            let (one, other) = (said(one.get(name)), said(other.get(name)));
            format!("`{name}`: short {one}, long {other}")
        })
        .collect()
}

/// Whether the record took the short way, whose events must be the long way's.
fn check(registry: &Registry, batch: &RawBatch) -> bool {
    let Some(short) = the_short_way(registry, &golden::scope(), batch) else {
        return false;
    };
    let body = String::from_utf8_lossy(&batch.records[0].body);
    let long = the_long_way(registry, &golden::scope(), batch);
    let dead: Vec<_> = long.dead().map(|letter| &letter.detail).collect();
    assert!(dead.is_empty(), "{body}\n{dead:?}");
    assert_eq!(short.len(), long.events().count(), "{body}");
    for (short, long) in short.iter().zip(long.events()) {
        let event = Value::Object(short.event().unwrap());
        let wanted = Value::Object(long.event().unwrap());
        let differ = differing(&event, &wanted);
        assert!(differ.is_empty(), "{body}\n{}", differ.join("\n"));
        assert!(aurora_ocsf::is_valid(&event), "{body}\n{event:#}");
        let head =
            |item: &aurora_model::EventItem| (item.uid, item.time, item.class_uid, item.records);
        assert_eq!(head(short), head(long), "{body}");
        for (name, value) in event.as_object().unwrap() {
            let found = short.attribute(name).map(serde_json::from_slice::<Value>);
            assert_eq!(found.unwrap().unwrap(), *value, "{name} in {body}");
        }
    }
    true
}

#[test]
fn the_short_way_gives_what_the_long_one_does() {
    let registry = Registry::reading(&repository().join("content/parsers")).unwrap();
    for (source, folders) in SOURCES {
        let ours = golden_records(source);
        let golden = ours.len();
        let records: Vec<_> = ours.into_iter().chain(others(folders)).collect();
        let count = records.len();
        let short = records
            .into_iter()
            .filter(|body| check(&registry, &golden::batch(source, [body.clone()])))
            .count();
        eprintln!("{source}: {short} of {count} records, {golden} of them golden");
        assert!(short > 0, "{source} has no short way");
    }
}
