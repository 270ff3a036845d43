//! The values of one event's fields, each read at most once and kept in the forms that were asked for.

use aurora_sigma::{FieldValue, Number};

use crate::canon;

/// A range of the event's JSON text or of [`Values::texts`].
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    end: u32,
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Json,
    Texts,
    /// Not made yet.
    Nowhere,
}

const NOWHERE: Span = Span {
    start: 0,
    end: 0,
    place: Place::Nowhere,
};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Text,
    Int(i128),
    Float(f64),
    Bool(bool),
    Null,
}

#[derive(Clone, Copy, Debug)]
struct Value {
    kind: Kind,
    /// The inside of a JSON string, or a number as written.
    raw: Span,
    /// Whether `raw` is canonical but for ASCII case.
    simple: bool,
    text: Span,
    canon: Span,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    event: u32,
    first: u32,
    count: u32,
    present: bool,
}

/// Values of the event under evaluation.
#[derive(Debug, Default)]
pub struct Values {
    event: u32,
    slots: Vec<Slot>,
    values: Vec<Value>,
    /// Texts that do not stand in the event's JSON as they are.
    texts: String,
}

fn at(position: usize) -> u32 {
    u32::try_from(position).expect("events are capped far below 4 GiB")
}

impl Values {
    /// Forgets the event before.
    pub(crate) fn begin(&mut self, fields: usize) {
        self.event = self.event.wrapping_add(1);
        if self.event == 0 || self.slots.len() < fields {
            self.slots = vec![Slot::default(); fields];
            self.event = 1;
        }
        self.values.clear();
        self.texts.clear();
    }

    /// The field's values, read by `load` when they are asked for first.
    pub(crate) fn field(
        &mut self,
        field: usize,
        load: impl FnOnce(&mut Loaded<'_>) -> bool,
    ) -> std::ops::Range<usize> {
        let slot = self.slots[field];
        if slot.event == self.event {
            return slot.first as usize..(slot.first + slot.count) as usize;
        }
        let first = self.values.len();
        let present = load(&mut Loaded(self));
        let count = self.values.len() - first;
        self.slots[field] = Slot {
            event: self.event,
            first: at(first),
            count: at(count),
            present,
        };
        first..first + count
    }

    /// After [`Values::field`]: whether the event has the field at all.
    pub(crate) fn present(&self, field: usize) -> bool {
        self.slots[field].present
    }

    pub(crate) fn kind(&self, value: usize) -> Kind {
        self.values[value].kind
    }

    fn slice<'t>(&'t self, json: &'t str, span: Span) -> &'t str {
        let whole = if span.place == Place::Json {
            json
        } else {
            &self.texts
        };
        &whole[span.start as usize..span.end as usize]
    }

    /// Canonical but perhaps for ASCII case.
    pub(crate) fn rough<'t>(&'t mut self, json: &'t str, value: usize) -> &'t [u8] {
        let held = self.values[value];
        if held.simple {
            self.slice(json, held.raw).as_bytes()
        } else {
            self.canonical(json, value)
        }
    }

    /// Canonical: folded and escaped.
    pub(crate) fn canonical<'t>(&'t mut self, json: &'t str, value: usize) -> &'t [u8] {
        if self.values[value].canon.place == Place::Nowhere {
            let held = self.values[value];
            let start = self.texts.len();
            if held.simple {
                self.copy(json, held.raw);
                self.texts[start..].make_ascii_lowercase();
            } else {
                let text = self.text_span(json, value);
                let start = self.texts.len();
                let source = self.slice(json, text).to_owned();
                canon::push(&mut self.texts, &source);
                self.values[value].canon = self.made(start);
                return self.slice(json, self.values[value].canon).as_bytes();
            }
            self.values[value].canon = self.made(start);
        }
        self.slice(json, self.values[value].canon).as_bytes()
    }

    /// Appends a span to the texts.
    fn copy(&mut self, json: &str, span: Span) {
        let range = span.start as usize..span.end as usize;
        match span.place {
            Place::Json => self.texts.push_str(&json[range]),
            _ => self.texts.extend_from_within(range),
        }
    }

    fn made(&self, start: usize) -> Span {
        Span {
            start: at(start),
            end: at(self.texts.len()),
            place: Place::Texts,
        }
    }

    fn text_span(&mut self, json: &str, value: usize) -> Span {
        let held = self.values[value];
        if held.text.place == Place::Nowhere {
            let start = self.texts.len();
            match held.kind {
                Kind::Text => {
                    let raw = self.slice(json, held.raw);
                    if memchr::memchr(b'\\', raw.as_bytes()).is_none() {
                        self.values[value].text = held.raw;
                        return held.raw;
                    }
                    let text = canon::unescaped(raw).into_owned();
                    self.texts.push_str(&text);
                }
                _ => {
                    let text = self.plain(json, value).text().into_owned();
                    self.texts.push_str(&text);
                }
            }
            self.values[value].text = self.made(start);
        }
        self.values[value].text
    }

    /// What the plain evaluator would be given.
    pub(crate) fn whole<'t>(&'t mut self, json: &'t str, value: usize) -> FieldValue<'t> {
        if self.values[value].kind == Kind::Text {
            self.text_span(json, value);
        }
        self.plain(json, value)
    }

    fn plain<'t>(&'t self, json: &'t str, value: usize) -> FieldValue<'t> {
        let held = self.values[value];
        match held.kind {
            Kind::Text => FieldValue::Str(self.slice(json, held.text)),
            Kind::Int(number) => FieldValue::Int(number),
            Kind::Float(number) => FieldValue::Float(number),
            Kind::Bool(held) => FieldValue::Bool(held),
            Kind::Null => FieldValue::Null,
        }
    }

    pub(crate) fn number(&self, value: usize) -> Option<Number> {
        match self.values[value].kind {
            Kind::Int(number) => Some(Number::Int(number)),
            Kind::Float(number) => Some(Number::Float(number)),
            _ => None,
        }
    }
}

/// Takes the values of one field.
#[derive(Debug)]
pub struct Loaded<'v>(&'v mut Values);

impl Loaded<'_> {
    /// A value that is not in the event's JSON text.
    pub fn push(&mut self, value: FieldValue<'_>) {
        let kind = match value {
            FieldValue::Str(text) => {
                let start = self.0.texts.len();
                self.0.texts.push_str(text);
                let text = self.0.made(start);
                return self.0.values.push(Value {
                    kind: Kind::Text,
                    raw: NOWHERE,
                    simple: false,
                    text,
                    canon: NOWHERE,
                });
            }
            FieldValue::Int(number) => Kind::Int(number),
            FieldValue::Float(number) => Kind::Float(number),
            FieldValue::Bool(held) => Kind::Bool(held),
            FieldValue::Null => Kind::Null,
        };
        self.0.values.push(Value {
            kind,
            raw: NOWHERE,
            simple: false,
            text: NOWHERE,
            canon: NOWHERE,
        });
    }

    /// Two texts and what stands between them, both the inside of a JSON string that is canonical but
    /// for the case of its letters.
    pub fn push_joined(&mut self, before: &str, between: &str, after: &str) {
        let start = self.0.texts.len();
        self.0.texts.push_str(before);
        canon::push(&mut self.0.texts, between);
        self.0.texts.push_str(after);
        let raw = self.0.made(start);
        self.0.values.push(Value {
            kind: Kind::Text,
            raw,
            simple: true,
            text: NOWHERE,
            canon: NOWHERE,
        });
    }

    /// The inside of a JSON string at `range` of the event's text. `simple` says that it is ASCII
    /// without `\u` and `\/`.
    pub fn push_json(&mut self, range: std::ops::Range<usize>, simple: bool) {
        let raw = Span {
            start: at(range.start),
            end: at(range.end),
            place: Place::Json,
        };
        self.0.values.push(Value {
            kind: Kind::Text,
            raw,
            simple,
            text: NOWHERE,
            canon: NOWHERE,
        });
    }

    /// An integer as JSON writes it, at `range` of the event's text.
    pub fn push_int(&mut self, range: std::ops::Range<usize>, number: i64) {
        let raw = Span {
            start: at(range.start),
            end: at(range.end),
            place: Place::Json,
        };
        self.0.values.push(Value {
            kind: Kind::Int(number.into()),
            raw,
            simple: true,
            text: raw,
            canon: raw,
        });
    }
}
