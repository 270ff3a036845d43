use std::cmp::Ordering;
use std::collections::BTreeMap;

use aurora_events::{Answer, Column, HuntOptions};
use aurora_hunt::{Field, Output, Query, Sort, SortKey};
use serde_json::{Value, json};

use crate::filter::{cell, number};
use crate::store::Kept;

/// Turns the rows that matched into the answer.
pub(crate) fn answer(query: &Query, options: &HuntOptions, mut rows: Vec<&Kept>) -> Answer {
    let scanned = None;
    let resolved = query
        .fields()
        .iter()
        .map(|field| (field.written.clone(), field.resolved()))
        .collect();
    rows.sort_by(|a, b| by_fields(&query.sort, a, b).then_with(|| newest_first(a, b)));
    let (columns, mut cells) = match &query.output {
        Output::Events => (named(["time", "uid", "class_name", "event"]), events(&rows)),
        Output::Fields(fields) => {
            let row = |row: &&Kept| fields.iter().map(|field| json!(cell(field, row))).collect();
            (
                named(fields.iter().map(|field| field.written.as_str())),
                rows.iter().map(row).collect(),
            )
        }
        Output::Count { by } => {
            let names = by
                .iter()
                .map(|field| field.written.as_str())
                .chain(["count"]);
            (named(names), counts(by, &query.sort, &rows))
        }
    };
    cells.truncate(query.limit.map_or(usize::MAX, |limit| limit as usize));
    let truncated = cells.len() > options.limit;
    cells.truncate(options.limit);
    Answer {
        columns,
        rows: cells,
        truncated,
        resolved,
        scanned,
    }
}

fn named<'n>(names: impl IntoIterator<Item = &'n str>) -> Vec<Column> {
    names
        .into_iter()
        .map(|name| Column {
            name: name.to_owned(),
        })
        .collect()
}

fn events(rows: &[&Kept]) -> Vec<Vec<Value>> {
    let row = |row: &&Kept| {
        let class = row
            .event
            .get("class_name")
            .cloned()
            .unwrap_or_else(|| json!(""));
        vec![
            json!(row.time.as_millis()),
            json!(row.uid.to_string()),
            class,
            row.event.clone(),
        ]
    };
    rows.iter().map(row).collect()
}

fn newest_first(a: &Kept, b: &Kept) -> Ordering {
    b.time.cmp(&a.time).then_with(|| a.uid.cmp(&b.uid))
}

fn by_fields(sorts: &[Sort], a: &Kept, b: &Kept) -> Ordering {
    let order = sorts.iter().map(|sort| match &sort.key {
        SortKey::Count => Ordering::Equal,
        SortKey::Field(field) => by_text(&cell(field, a), &cell(field, b), sort.descending),
    });
    order.fold(Ordering::Equal, Ordering::then)
}

/// Numbers first, then text; each in the direction asked for.
fn by_text(a: &str, b: &str, descending: bool) -> Ordering {
    let turn = |order: Ordering| if descending { order.reverse() } else { order };
    match (number(a), number(b)) {
        (Some(x), Some(y)) => turn(x.total_cmp(&y)).then_with(|| turn(a.cmp(b))),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => turn(a.cmp(b)),
    }
}

fn counts(by: &[Field], sorts: &[Sort], rows: &[&Kept]) -> Vec<Vec<Value>> {
    let mut groups: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    for row in rows {
        *groups
            .entry(by.iter().map(|field| cell(field, row)).collect())
            .or_default() += 1;
    }
    if by.is_empty() {
        groups.entry(Vec::new()).or_default();
    }
    let mut groups: Vec<(Vec<String>, u64)> = groups.into_iter().collect();
    groups.sort_by(|a, b| by_group(by, sorts, a, b));
    let row = |(keys, count): (Vec<String>, u64)| {
        keys.into_iter()
            .map(Value::String)
            .chain([json!(count)])
            .collect()
    };
    groups.into_iter().map(row).collect()
}

type Group = (Vec<String>, u64);

fn by_group(by: &[Field], sorts: &[Sort], a: &Group, b: &Group) -> Ordering {
    let order = sorts.iter().map(|sort| match &sort.key {
        SortKey::Count if sort.descending => b.1.cmp(&a.1),
        SortKey::Count => a.1.cmp(&b.1),
        SortKey::Field(field) => {
            let at = by
                .iter()
                .position(|other| other == field)
                .unwrap_or_default();
            by_text(&a.0[at], &b.0[at], sort.descending)
        }
    });
    let order = order.fold(Ordering::Equal, Ordering::then);
    let largest_first = if sorts.is_empty() {
        b.1.cmp(&a.1)
    } else {
        Ordering::Equal
    };
    order.then(largest_first).then_with(|| a.0.cmp(&b.0))
}
