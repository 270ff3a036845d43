//! The plain form of an answer: documents that passed a query's filter, ordered, grouped, cut.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use aurora_clock::Timestamp;
use aurora_hunt::{Field, Output, Query, Sort, SortKey, Values, number};
use serde_json::{Value, json};

use crate::{Answer, Column};

/// An event that an answer is made of.
pub trait Document: Values {
    fn time(&self) -> Timestamp;
    fn uid(&self) -> &str;
    fn event(&self) -> &Value;
}

/// How often each combination of a count's fields occurs.
pub(crate) type Groups = BTreeMap<Vec<String>, u64>;

/// What a store answers whose documents these are; they pass the query's filter already.
pub fn answer<D: Document>(query: &Query, limit: usize, mut rows: Vec<&D>) -> Answer {
    rows.sort_by(|a, b| by_fields(&query.sort, *a, *b).then_with(|| newest_first(*a, *b)));
    let cells = match &query.output {
        Output::Events => rows.iter().map(|row| event_row(*row)).collect(),
        Output::Fields(fields) => {
            let row = |row: &&D| fields.iter().map(|field| json!(field.cell(*row))).collect();
            rows.iter().map(row).collect()
        }
        Output::Count { by } => ranked(by, &query.sort, groups(by, rows.into_iter())),
    };
    cut(query, limit, cells)
}

/// Rows in their order as an answer.
pub(crate) fn cut(query: &Query, limit: usize, mut rows: Vec<Vec<Value>>) -> Answer {
    rows.truncate(query.limit.map_or(usize::MAX, |limit| limit as usize));
    let truncated = rows.len() > limit;
    rows.truncate(limit);
    Answer {
        columns: columns(query),
        rows,
        truncated,
        resolved: resolved(query),
        ..Answer::default()
    }
}

/// The columns of a query's answer.
pub fn columns(query: &Query) -> Vec<Column> {
    let written = |fields: &[Field]| fields.iter().map(|f| f.written.clone()).collect();
    let names: Vec<String> = match &query.output {
        Output::Events => ["time", "uid", "class_name", "event"]
            .map(str::to_owned)
            .to_vec(),
        Output::Fields(fields) => written(fields),
        Output::Count { by } => {
            let mut names: Vec<String> = written(by);
            names.push("count".to_owned());
            names
        }
    };
    names.into_iter().map(|name| Column { name }).collect()
}

/// Each field as it was written, and what was searched for it.
pub fn resolved(query: &Query) -> Vec<(String, String)> {
    let fields = query.fields().into_iter();
    fields
        .map(|field| (field.written.clone(), field.resolved()))
        .collect()
}

fn event_row(row: &impl Document) -> Vec<Value> {
    let class = row.event().get("class_name").cloned();
    vec![
        json!(row.time().as_millis()),
        json!(row.uid()),
        class.unwrap_or_else(|| json!("")),
        row.event().clone(),
    ]
}

fn newest_first(a: &impl Document, b: &impl Document) -> Ordering {
    b.time().cmp(&a.time()).then_with(|| a.uid().cmp(b.uid()))
}

fn by_fields(sorts: &[Sort], a: &impl Document, b: &impl Document) -> Ordering {
    let order = sorts.iter().map(|sort| match &sort.key {
        SortKey::Count => Ordering::Equal,
        SortKey::Field(field) => by_text(&field.cell(a), &field.cell(b), sort.descending),
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

pub(crate) fn groups<'d, D: Document + 'd>(
    by: &[Field],
    rows: impl Iterator<Item = &'d D>,
) -> Groups {
    let mut groups = Groups::new();
    for row in rows {
        let key = by.iter().map(|field| field.cell(row)).collect();
        *groups.entry(key).or_default() += 1;
    }
    groups
}

/// Groups as rows, in the order asked for; without fields there is one group, also of nothing.
pub(crate) fn ranked(by: &[Field], sorts: &[Sort], mut groups: Groups) -> Vec<Vec<Value>> {
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
