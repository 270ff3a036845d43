use serde_json::{Map, Value};

use crate::source::{FieldSource, FieldValue, Flow, Presence, visit_json, visit_texts};

/// A JSON event whose keys are the names that rules use, flat (`{"a.b": 1}`) or nested
/// (`{"a": {"b": 1}}`, through arrays of objects too).
#[derive(Clone, Copy, Debug)]
pub struct FlatJson<'a> {
    event: &'a Map<String, Value>,
}

impl<'a> FlatJson<'a> {
    pub fn new(event: &'a Map<String, Value>) -> Self {
        Self { event }
    }
}

impl FieldSource for FlatJson<'_> {
    fn field(&self, name: &str, visit: &mut dyn FnMut(FieldValue<'_>) -> Flow) -> Presence {
        let mut presence = Presence::Absent;
        // What the visitor breaks off is no concern of the caller.
        let (Flow::Continue(()) | Flow::Break(())) = walk(self.event, name, &mut |value| {
            presence = Presence::Present;
            visit_json(value, visit)
        });
        presence
    }

    fn texts(&self, visit: &mut dyn FnMut(&str) -> Flow) {
        let (Flow::Continue(()) | Flow::Break(())) = self
            .event
            .values()
            .try_for_each(|value| visit_texts(value, visit));
    }
}

/// The whole name as a key first; else each way to cut it at a dot.
fn walk(map: &Map<String, Value>, name: &str, found: &mut dyn FnMut(&Value) -> Flow) -> Flow {
    if let Some(value) = map.get(name) {
        return found(value);
    }
    for (dot, _) in name.match_indices('.') {
        if let Some(value) = map.get(&name[..dot]) {
            descend(value, &name[dot + 1..], found)?;
        }
    }
    Flow::Continue(())
}

fn descend(value: &Value, rest: &str, found: &mut dyn FnMut(&Value) -> Flow) -> Flow {
    match value {
        Value::Object(map) => walk(map, rest, found),
        Value::Array(members) => members
            .iter()
            .try_for_each(|member| descend(member, rest, found)),
        _ => Flow::Continue(()),
    }
}
