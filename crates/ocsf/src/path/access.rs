//! Reading and writing along a path.

use serde_json::{Map, Value};

use super::{Path, Step};
use crate::Error;

impl Path {
    /// The first value at the path. Nulls count as values.
    pub fn get<'v>(&self, event: &'v Value) -> Option<&'v Value> {
        first(&self.steps, event)
    }

    /// Every value at the path, in the order of the arrays on the way. A trailing `[]` gives an array's elements; without
    /// it the array itself is the value.
    pub fn get_all<'v>(&self, event: &'v Value) -> Vec<&'v Value> {
        let mut found = Vec::new();
        self.visit(event, &mut |value| found.push(value));
        found
    }

    /// The same as [`Path::get_all`], without a list.
    pub fn visit<'v>(&self, event: &'v Value, see: &mut impl FnMut(&'v Value)) {
        visit(&self.steps, event, see);
    }

    /// Sets the value at the path, creating objects and arrays on the way; what stood there is replaced. An index may
    /// be at most the array's length, which appends. `[]` names no single place and is refused.
    pub fn set(&self, event: &mut Value, value: Value) -> Result<(), Error> {
        let mut place = event;
        for step in &self.steps {
            place = self.enter(place, step)?;
        }
        *place = value;
        Ok(())
    }

    fn enter<'v>(&self, place: &'v mut Value, step: &Step) -> Result<&'v mut Value, Error> {
        match step {
            Step::Key(key) => {
                if place.is_null() {
                    *place = Value::Object(Map::new());
                }
                let Value::Object(map) = place else {
                    return Err(self.cannot_set("a value that is no object stands on the way"));
                };
                Ok(map.entry(&**key).or_insert(Value::Null))
            }
            Step::Index(index) => {
                if place.is_null() {
                    *place = Value::Array(Vec::new());
                }
                let Value::Array(values) = place else {
                    return Err(self.cannot_set("a value that is no array stands on the way"));
                };
                if *index == values.len() {
                    values.push(Value::Null);
                }
                values
                    .get_mut(*index)
                    .ok_or_else(|| self.cannot_set("the index lies beyond the array's end"))
            }
            Step::Each => Err(self.cannot_set("`[]` names no single place; give an index")),
        }
    }

    fn cannot_set(&self, reason: &'static str) -> Error {
        Error::CannotSet {
            path: self.to_string(),
            reason,
        }
    }
}

fn first<'v>(steps: &[Step], value: &'v Value) -> Option<&'v Value> {
    let Some((step, rest)) = steps.split_first() else {
        return Some(value);
    };
    match (step, value) {
        (Step::Key(key), Value::Object(map)) => first(rest, map.get(&**key)?),
        (Step::Key(_), Value::Array(values)) => values.iter().find_map(|value| match value {
            // An array in an array is no list of objects; entering it would make `a.b` reach ever deeper.
            Value::Object(_) => first(steps, value),
            _ => None,
        }),
        (Step::Index(index), Value::Array(values)) => first(rest, values.get(*index)?),
        (Step::Each, Value::Array(values)) => values.iter().find_map(|value| first(rest, value)),
        _ => None,
    }
}

fn visit<'v>(steps: &[Step], value: &'v Value, see: &mut impl FnMut(&'v Value)) {
    let Some((step, rest)) = steps.split_first() else {
        return see(value);
    };
    match (step, value) {
        (Step::Key(key), Value::Object(map)) => {
            if let Some(value) = map.get(&**key) {
                visit(rest, value, see);
            }
        }
        (Step::Key(_), Value::Array(values)) => {
            for value in values.iter().filter(|value| value.is_object()) {
                visit(steps, value, see);
            }
        }
        (Step::Index(index), Value::Array(values)) => {
            if let Some(value) = values.get(*index) {
                visit(rest, value, see);
            }
        }
        (Step::Each, Value::Array(values)) => {
            for value in values {
                visit(rest, value, see);
            }
        }
        _ => {}
    }
}
