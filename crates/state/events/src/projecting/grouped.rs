//! Counting by ECS fields. The store counts by what makes their values, and each combination is projected once.

use std::collections::BTreeSet;

use aurora_hunt::{Field, Filter, Output, Query, Target};
use aurora_model::Scope;
use aurora_ocsf::ecs::project;
use aurora_ocsf::{Path, Primitive, classes, resolve};
use serde_json::{Map, Value, json};

use super::document::texts;
use super::examine::Examination;
use super::{is_ecs, named};
use crate::answer::{Groups, cut, groups, ranked};
use crate::{Answer, Error, Events, HuntOptions};

/// Combinations that the store is asked for, at most.
const COMBINATIONS: usize = 50_000;

pub(super) struct Grouped<'g> {
    pub(super) store: &'g dyn Events,
    pub(super) scope: &'g Scope,
    pub(super) options: &'g HuntOptions,
    pub(super) by: &'g [Field],
}

impl Grouped<'_> {
    /// `filter` says which events are counted.
    pub(super) async fn answer(&self, query: &Query, filter: Filter) -> Result<Answer, Error> {
        let inputs = self
            .by
            .iter()
            .filter_map(Field::ecs)
            .map(|ecs| ecs.inputs());
        let (mut paths, mut beyond) = (BTreeSet::new(), Vec::new());
        for inputs in inputs {
            paths.extend(inputs.paths);
            beyond.push(inputs.beyond);
        }
        let beyond = any(beyond);
        let simple = both(filter.clone(), not(beyond.clone()));
        let (mut counted, complete) = self.counted(simple, paths).await?;
        let mut notes = Vec::new();
        let mut truncated = !complete;
        if !complete {
            notes.push(format!(
                "not every event is counted: {} have more than {COMBINATIONS} combinations; narrow the time range or add a filter",
                named(self.by.iter())
            ));
        }
        if beyond != none() {
            let rest = both(filter, beyond);
            let examination = Examination::new(query, rest, None);
            let found = examination
                .run(self.store, self.scope, self.options)
                .await?;
            for (key, count) in groups(self.by, found.events.iter()) {
                *counted.entry(key).or_default() += count;
            }
            truncated |= !found.is_complete();
            if !found.events.is_empty() {
                notes.extend(found.notes());
            }
        }
        let rows = ranked(self.by, &query.sort, counted);
        let answer = cut(query, self.options.limit, rows);
        Ok(Answer {
            truncated: answer.truncated || truncated,
            notes,
            ..answer
        })
    }

    /// Counts of events whose fields are made of these paths alone, and whether there are no more of them.
    async fn counted(
        &self,
        filter: Filter,
        paths: BTreeSet<String>,
    ) -> Result<(Groups, bool), Error> {
        let paths: Vec<Path> = paths
            .iter()
            .filter_map(|path| Path::parse(path).ok())
            .collect();
        let stored = self.by.iter().filter(|field| !is_ecs(field)).cloned();
        let made_of = paths.iter().map(|path| Field {
            written: path.to_string(),
            targets: vec![Target::Path(path.clone())],
        });
        let query = Query {
            filter,
            output: Output::Count {
                by: stored.chain(made_of).collect(),
            },
            ..Query::all()
        };
        let options = HuntOptions {
            limit: COMBINATIONS,
            ..self.options.clone()
        };
        let answered = self.store.hunt(self.scope, &query, &options).await?;
        let mut groups = Groups::new();
        for row in answered.rows {
            let count = row.last().and_then(count).unwrap_or_default();
            let cells: Vec<String> = row.iter().map(aurora_hunt::text).collect();
            *groups.entry(self.key(&cells, &paths)).or_default() += count;
        }
        Ok((groups, !answered.truncated))
    }

    /// The cells of a group: stored ones as they came, the others of a projection of what they are made of.
    fn key(&self, cells: &[String], paths: &[Path]) -> Vec<String> {
        let stored = self.by.iter().filter(|field| !is_ecs(field)).count();
        let (mut cells, made_of) = (cells[..stored].iter(), &cells[stored..]);
        let document = project(&event(paths, made_of));
        let cell = |field: &Field| match field.ecs() {
            Some(ecs) => texts(&document, ecs).join(", "),
            None => cells.next().cloned().unwrap_or_default(),
        };
        self.by.iter().map(cell).collect()
    }
}

/// An event of nothing but these values.
fn event(paths: &[Path], cells: &[String]) -> Value {
    let mut event = Value::Object(Map::new());
    for (path, cell) in paths.iter().zip(cells) {
        if !cell.is_empty() {
            // A path of keys alone can be set in an event made of such paths.
            _ = path.set(&mut event, typed(path, cell));
        }
    }
    event
}

/// The text as what the schema says stands there.
fn typed(path: &Path, cell: &str) -> Value {
    let attribute = classes().iter().find_map(|class| resolve(class, path));
    let kind = attribute.and_then(|a| a.data_type).map(|t| t.primitive);
    match kind {
        Some(Primitive::String) | None => json!(cell),
        _ => serde_json::from_str(cell).unwrap_or_else(|_| json!(cell)),
    }
}

fn count(cell: &Value) -> Option<u64> {
    cell.as_u64().or_else(|| cell.as_str()?.parse().ok())
}

fn none() -> Filter {
    not(Filter::All)
}

fn not(filter: Filter) -> Filter {
    match filter {
        Filter::Not(inner) => *inner,
        other => Filter::Not(Box::new(other)),
    }
}

fn both(one: Filter, other: Filter) -> Filter {
    match (one, other) {
        (Filter::All, filter) | (filter, Filter::All) => filter,
        (one, other) => Filter::And(vec![one, other]),
    }
}

fn any(mut filters: Vec<Filter>) -> Filter {
    filters.retain(|filter| *filter != none());
    match filters.len() {
        0 => none(),
        1 => filters.remove(0),
        _ => Filter::Or(filters),
    }
}
