//! The projection: rows applied to an event, narrower scopes first.

use serde_json::{Map, Value};

use super::convert::is_empty;
use super::{Row, Transform, convert, is_process_access, rows, special};

/// The event as an ECS document, nested: `{"process": {"name": …}}`. Values that ECS has no field for are left out.
/// Anything that is no event gives an empty document.
pub fn project(event: &Value) -> Value {
    let number = |name: &str| event.get(name).and_then(Value::as_i64);
    let class_uid = number("class_uid")
        .and_then(|uid| u32::try_from(uid).ok())
        .unwrap_or(0);
    let mut projection = Projection {
        event,
        class_uid,
        activity_id: number("activity_id").unwrap_or(0),
        document: Map::new(),
    };
    if event.is_object() {
        for rank in 0..=2 {
            for row in rows().filter(|row| row.scope.rank() == rank) {
                projection.apply(row);
            }
        }
    }
    Value::Object(projection.document)
}

/// An event and what is made of it so far.
pub(super) struct Projection<'e> {
    pub event: &'e Value,
    pub class_uid: u32,
    pub activity_id: i64,
    document: Map<String, Value>,
}

impl<'e> Projection<'e> {
    fn apply(&mut self, row: Row) {
        if !row.scope.covers(self.class_uid, self.activity_id) {
            return;
        }
        if is_process_access(self.class_uid, self.activity_id) && row.ocsf.starts_with("process.") {
            let target = format!("Target.{}", row.ecs);
            return self.apply_to(row, &target);
        }
        self.apply_to(row, row.ecs);
    }

    fn apply_to(&mut self, row: Row, field: &str) {
        match row.transform {
            Transform::Copy => self.copy(row.ocsf, field),
            Transform::All => {
                let values: Vec<Value> = self.values(row.ocsf).into_iter().cloned().collect();
                values
                    .into_iter()
                    .for_each(|value| self.append(field, value));
            }
            transform => {
                if special::apply(self, row, field) {
                    return;
                }
                let converted = self
                    .first(row.ocsf)
                    .and_then(|value| convert::convert(transform, value));
                if let Some(value) = converted {
                    self.set(field, value);
                }
            }
        }
    }

    /// Sets a field to the value at an OCSF path, to an array of them where the path goes through one.
    pub fn copy(&mut self, path: &str, field: &str) {
        let mut values = self.values(path).into_iter().cloned();
        let value = match path.contains("[]") {
            true => Some(values.collect::<Vec<_>>().into()),
            false => values.next(),
        };
        if let Some(value) = value {
            self.set(field, value);
        }
    }

    /// Every value at an OCSF path of the table.
    pub fn values(&self, path: &str) -> Vec<&'e Value> {
        let mut found = Vec::new();
        walk(self.event, path, &mut |value| found.push(value));
        found
    }

    /// The first value at an OCSF path of the table.
    pub fn first(&self, path: &str) -> Option<&'e Value> {
        self.values(path).first().copied()
    }

    pub fn first_text(&self, path: &str) -> Option<&'e str> {
        self.first(path).and_then(Value::as_str)
    }

    /// What an ECS field holds so far.
    pub fn get(&self, field: &str) -> Option<&Value> {
        let mut names = field.split('.');
        let first = self.document.get(names.next()?);
        names.fold(first, |value, name| value?.get(name))
    }

    /// Sets a field that no row has given yet.
    pub fn set(&mut self, field: &str, value: Value) {
        if is_empty(&value) {
            return;
        }
        if let Some(place) = self.place(field)
            && place.is_null()
        {
            *place = value;
        }
    }

    /// Sets a field, whatever it held.
    pub fn replace(&mut self, field: &str, value: Value) {
        if let Some(place) = self.place(field) {
            *place = value;
        }
    }

    /// Adds to a field that is an array, unless the value is in it.
    pub fn append(&mut self, field: &str, value: Value) {
        if is_empty(&value) {
            return;
        }
        let Some(place) = self.place(field) else {
            return;
        };
        if place.is_null() {
            *place = Value::Array(Vec::new());
        }
        if let Value::Array(values) = place
            && !values.contains(&value)
        {
            values.push(value);
        }
    }

    /// The place of a field, made when needed. `None` when another field's value stands on the way.
    fn place(&mut self, field: &str) -> Option<&mut Value> {
        let (first, rest) = match field.split_once('.') {
            None => return Some(self.document.entry(field).or_insert(Value::Null)),
            Some(parts) => parts,
        };
        let top = self
            .document
            .entry(first)
            .or_insert_with(|| Value::Object(Map::new()));
        rest.split('.').try_fold(top, |place, name| {
            if place.is_null() {
                *place = Value::Object(Map::new());
            }
            Some(place.as_object_mut()?.entry(name).or_insert(Value::Null))
        })
    }
}

/// Sees every value that is not empty at a path of the table: names and `[]` only. A name on an array reaches into its elements.
fn walk<'v>(value: &'v Value, path: &str, see: &mut impl FnMut(&'v Value)) {
    let (step, rest) = path
        .split_once('.')
        .map_or((path, None), |(step, rest)| (step, Some(rest)));
    let name = step.strip_suffix("[]").unwrap_or(step);
    let each = name.len() < step.len();
    let mut go_on = |value: &'v Value| match rest {
        Some(rest) => walk(value, rest, see),
        None if is_empty(value) => {}
        None => see(value),
    };
    match value.get(name) {
        Some(Value::Array(values)) if each || rest.is_some() => values.iter().for_each(go_on),
        Some(value) => go_on(value),
        None => {}
    }
}
