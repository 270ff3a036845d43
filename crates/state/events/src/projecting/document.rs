use aurora_clock::Timestamp;
use aurora_hunt::{EcsField, Target, Values, text};
use aurora_ocsf::ecs::project;
use serde_json::Value;

use crate::Document;

/// An event with its projection.
#[derive(Clone, Debug)]
pub(super) struct Projected {
    pub(super) time: Timestamp,
    pub(super) uid: String,
    pub(super) source: String,
    event: Value,
    ecs: Value,
}

impl Projected {
    pub(super) fn new(time: Timestamp, uid: String, event: Value) -> Self {
        Self {
            time,
            uid,
            source: String::new(),
            ecs: project(&event),
            event,
        }
    }

    /// The part that an event's place in time and number needs, without the event.
    pub(super) fn emptied(mut self) -> Self {
        self.event = Value::Null;
        self.ecs = Value::Null;
        self
    }
}

impl Values for Projected {
    fn texts(&self, target: &Target) -> Vec<String> {
        let mut found = Vec::new();
        match target {
            Target::Source => found.push(self.source.clone()),
            Target::Path(path) => path.visit(&self.event, &mut |value| found.push(text(value))),
            Target::Ecs(field) => found = texts(&self.ecs, field),
        }
        found.retain(|text| !text.is_empty());
        found
    }

    fn record(&self) -> &str {
        let raw = self.event.get("raw_data").and_then(Value::as_str);
        raw.unwrap_or_default()
    }
}

impl Document for Projected {
    fn time(&self) -> Timestamp {
        self.time
    }

    fn uid(&self) -> &str {
        &self.uid
    }

    fn event(&self) -> &Value {
        &self.event
    }
}

/// Every value of a field in an ECS document; a name on an array reaches into its elements.
pub(super) fn texts(document: &Value, field: &EcsField) -> Vec<String> {
    let mut found = Vec::new();
    collect(document, Some(field.name()), &mut found);
    found
}

fn collect(value: &Value, rest: Option<&str>, found: &mut Vec<String>) {
    match (value, rest) {
        (Value::Array(values), _) => values.iter().for_each(|value| collect(value, rest, found)),
        (value, None) => found.push(text(value)),
        (value, Some(rest)) => {
            let (name, rest) = match rest.split_once('.') {
                Some((name, rest)) => (name, Some(rest)),
                None => (rest, None),
            };
            if let Some(inner) = value.get(name) {
                collect(inner, rest, found);
            }
        }
    }
}
