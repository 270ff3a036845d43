//! Nothing that a source writes is dropped: each field of every golden record shows in its event.

use aurora_parsers::coverage::{Fate, measure};
use aurora_parsers::golden;

use crate::support::{content, print_table, registry};

/// Fields that say nothing of what happened, or say it twice, with the reason.
const REPEATED: &str = include_str!("repeated.tsv");

fn is_repeated(source: &str, field: &str) -> bool {
    let rows = REPEATED
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1);
    rows.map(|row| row.split('\t').collect::<Vec<_>>())
        .any(|row| row[0] == source && row[1] == field)
}

#[test]
fn no_field_is_dropped() {
    let registry = registry();
    let mut rows = vec![
        ["source", "mapped", "unmapped", "dropped"]
            .map(str::to_owned)
            .to_vec(),
    ];
    let mut dropped = Vec::new();
    for source in registry.names() {
        let mut records = Vec::new();
        for input in golden::inputs(&content().join(source)).unwrap() {
            if !input.ends_with("dead.in") {
                records.extend(golden::records(&std::fs::read(input).unwrap()));
            }
        }
        let found = measure(&registry, source, &records).unwrap();
        let lost = found
            .of(Fate::Dropped)
            .filter(|field| !is_repeated(source, field));
        dropped.extend(lost.map(|field| format!("{source}: {field}")));
        let count = |fate| found.count(fate).to_string();
        rows.push(vec![
            source.to_owned(),
            count(Fate::Mapped),
            count(Fate::Unmapped),
            count(Fate::Dropped),
        ]);
    }
    print_table(&rows);
    assert!(
        dropped.is_empty(),
        "{} dropped:\n{}",
        dropped.len(),
        dropped.join("\n")
    );
}
