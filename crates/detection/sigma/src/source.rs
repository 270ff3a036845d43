use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::ControlFlow;

use serde_json::Value;

/// One value of an event's field, borrowed from the event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FieldValue<'a> {
    Str(&'a str),
    Int(i128),
    Float(f64),
    Bool(bool),
    Null,
}

/// Whether the event has the field at all; an empty or null field is present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Absent,
    Present,
}

/// `Break` when enough was seen.
pub type Flow = ControlFlow<()>;

/// An event as rules see it. Values are visited rather than returned, so that an implementation
/// borrows where it can and computes only what is asked for.
pub trait FieldSource {
    /// Calls `visit` with each member when the field holds an array, else with its one value. A
    /// nested object is visited as its JSON text.
    fn field(&self, name: &str, visit: &mut dyn FnMut(FieldValue<'_>) -> Flow) -> Presence;

    /// Calls `visit` with the texts that keywords are looked for in: the record as it was written.
    fn texts(&self, visit: &mut dyn FnMut(&str) -> Flow);

    /// Where the field was found, for display.
    fn path<'a>(&'a self, name: &'a str) -> Cow<'a, str> {
        Cow::Borrowed(name)
    }
}

impl<'a> FieldValue<'a> {
    /// The value as text; numbers and booleans as JSON writes them, null as nothing.
    pub fn text(self) -> Cow<'a, str> {
        match self {
            Self::Str(text) => Cow::Borrowed(text),
            Self::Int(value) => Cow::Owned(value.to_string()),
            Self::Float(value) => {
                let mut text = String::new();
                write!(text, "{value:?}").expect("writing to a string does not fail");
                Cow::Owned(text)
            }
            Self::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
            Self::Null => Cow::Borrowed(""),
        }
    }
}

/// Visits a JSON value as [`FieldSource::field`] must: arrays by member, objects as JSON text.
pub fn visit_json(value: &Value, visit: &mut dyn FnMut(FieldValue<'_>) -> Flow) -> Flow {
    match value {
        Value::Null => visit(FieldValue::Null),
        Value::Bool(value) => visit(FieldValue::Bool(*value)),
        Value::Number(number) => visit(number_value(number)),
        Value::String(text) => visit(FieldValue::Str(text)),
        Value::Array(members) => members
            .iter()
            .try_for_each(|member| visit_json(member, visit)),
        Value::Object(_) => visit(FieldValue::Str(&value.to_string())),
    }
}

fn number_value(number: &serde_json::Number) -> FieldValue<'static> {
    if let Some(value) = number.as_i64() {
        return FieldValue::Int(value.into());
    }
    match number.as_u64() {
        Some(value) => FieldValue::Int(value.into()),
        None => FieldValue::Float(number.as_f64().unwrap_or(f64::NAN)),
    }
}

/// Visits every scalar inside a JSON value as text, for keywords.
pub fn visit_texts(value: &Value, visit: &mut dyn FnMut(&str) -> Flow) -> Flow {
    match value {
        Value::Array(members) => members
            .iter()
            .try_for_each(|member| visit_texts(member, visit)),
        Value::Object(map) => map
            .values()
            .try_for_each(|member| visit_texts(member, visit)),
        Value::Null => Flow::Continue(()),
        Value::String(text) => visit(text),
        Value::Bool(_) | Value::Number(_) => visit(&value.to_string()),
    }
}
