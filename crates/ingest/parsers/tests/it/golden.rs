//! `content/parsers/<source>/golden/*.in` must become `*.out`. `UPDATE_EXPECT=1` writes what became of them.

use std::path::Path;

use aurora_parsers::Registry;
use expect_test::expect_file;

use crate::support::{batch, render, repository, scope};

/// A line is a record, and the lines of a file one batch.
fn check(registry: &Registry, source: &str, input: &Path) {
    let text = std::fs::read(input).unwrap();
    let lines = text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    let batch = batch(source, lines.map(<[u8]>::to_vec));
    let processed = registry.process(&scope(), &batch);
    let settled = processed
        .events()
        .map(|item| item.records as usize)
        .sum::<usize>()
        + processed.dead().count();
    assert_eq!(settled, batch.records.len(), "{}", input.display());
    expect_file![input.with_extension("out")].assert_eq(&render(&processed));
    let found = batch
        .records
        .iter()
        .map(|r| registry.parser_for("auto", &r.body).map(|p| p.name()).ok());
    if source != "json" && !input.ends_with("dead.in") {
        assert!(
            found.into_iter().all(|name| name == Some(source)),
            "{} is not detected",
            input.display()
        );
    }
}

fn check_source(source: &str) {
    let registry = Registry::new().unwrap();
    let folder = repository()
        .join("content/parsers")
        .join(source)
        .join("golden");
    let mut inputs: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "in"))
        .collect();
    inputs.sort();
    assert!(
        !inputs.is_empty(),
        "{} has no golden files",
        folder.display()
    );
    for input in inputs {
        check(&registry, source, &input);
    }
}

#[test]
fn suricata() {
    check_source("suricata");
}

#[test]
fn zeek() {
    check_source("zeek");
}

#[test]
fn cloudtrail() {
    check_source("cloudtrail");
}

#[test]
fn auditd() {
    check_source("auditd");
}

#[test]
fn syslog() {
    check_source("syslog");
}

#[test]
fn json() {
    check_source("json");
}
