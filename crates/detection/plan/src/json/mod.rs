//! A line of JSON read without building anything: strings stay where they stand.
//!
//! [`Reader`] knows which keys the rules of a plan ask for, [`Record`] holds where a line has them, and
//! [`Line`] is both as an event. What is read is checked to be JSON down to the last escape; a line
//! that is not gives an [`Error`] and never a wrong answer. Of a key that stands twice the last one
//! counts.

mod places;
mod print;
mod quotes;
mod tree;
mod walk;

pub use places::{Places, Spot};
pub use tree::{Document, Part, Tree};

use std::borrow::Cow;

use aurora_sigma::{FieldSource, FieldValue, FlatJson, Flow, Presence, visit_json, visit_texts};
use serde_json::Value;

use crate::canon;
use crate::event::{Event, Field};
use crate::values::Loaded;

/// A line that is no JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON object: {reason} at byte {offset}")]
pub struct Error {
    /// Counted from 0.
    pub offset: usize,
    pub reason: &'static str,
}

impl Error {
    pub(crate) fn new(offset: usize, reason: &'static str) -> Self {
        Self { offset, reason }
    }
}

/// A key that a [`Reader`] knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(Spot);

/// Finds the fields of a plan in lines whose top-level keys are their names.
#[derive(Debug)]
pub struct Reader {
    keys: Places,
    /// By the plan's fields.
    places: Vec<Place>,
}

#[derive(Debug, Default)]
struct Place {
    key: Option<Spot>,
    /// Each way to cut the name at a dot: the key before it and the rest.
    cuts: Vec<(Spot, Box<str>)>,
}

/// What one thread remembers of the line it reads.
#[derive(Debug, Default)]
pub struct Record {
    quotes: Vec<u32>,
    entries: Vec<Entry>,
    /// By key: the line's number and the entry.
    slots: Vec<(u32, u32)>,
    line: u32,
    /// Whether every string is ASCII without `\u` and `\/`.
    simple: bool,
    /// Whether there is `\u` or `\/`.
    odd: bool,
    /// Whether every text but that of numbers stands in the line, but for the case of its letters.
    literal: bool,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    key: (u32, u32),
    kind: Kind,
    start: u32,
    end: u32,
}

/// What stands at an entry's range: for texts without the quotation marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    /// At most 18 digits.
    Int,
    Number,
    True,
    False,
    Null,
    /// An object or array.
    Nested,
}

/// A line as an event.
#[derive(Debug)]
pub struct Line<'l> {
    reader: &'l Reader,
    record: &'l Record,
    text: &'l str,
}

impl Reader {
    /// For the plan's fields; `others` are keys that [`Record::get`] shall find.
    pub fn new(fields: &[Field], others: &[&str]) -> Self {
        let mut keys = Places::new();
        let mut add = |name: &str| keys.member(Places::ROOT, name);
        others.iter().for_each(|name| _ = add(name));
        let place = |field: &Field| {
            let Some(name) = &field.name else {
                return Place::default();
            };
            let cuts = name.match_indices('.');
            Place {
                key: Some(add(name)),
                cuts: cuts
                    .map(|(dot, _)| (add(&name[..dot]), name[dot + 1..].into()))
                    .collect(),
            }
        };
        let places = fields.iter().map(place).collect();
        keys.finish();
        Self { keys, places }
    }

    /// A key that was among `others` or is a field's name.
    pub fn key(&self, name: &str) -> Option<Key> {
        self.keys.named(Places::ROOT, name).map(Key)
    }

    /// Reads a line.
    ///
    /// # Errors
    /// When it is not one JSON object in UTF-8.
    pub fn read<'l>(&'l self, line: &'l [u8], record: &'l mut Record) -> Result<Line<'l>, Error> {
        let seen = quotes::find::<false>(line, &mut record.quotes)?;
        let text = std::str::from_utf8(line)
            .map_err(|error| Error::new(error.valid_up_to(), "no UTF-8"))?;
        record.line = record.line.wrapping_add(1);
        if record.line == 0 || record.slots.len() != self.keys.len() {
            record.slots = vec![(0, 0); self.keys.len()];
            record.line = 1;
        }
        record.odd = seen.odd;
        record.simple = !seen.foreign && !seen.odd;
        record.entries.clear();
        walk::object(line, seen, record)?;
        record.literal = !seen.odd && (!seen.foreign || !canon::folds_to_ascii(text));
        for (number, entry) in record.entries.iter().enumerate() {
            let (start, end) = (entry.key.0 as usize, entry.key.1 as usize);
            let key = self
                .keys
                .written(Places::ROOT, text, (start, end), seen.odd);
            if let Some(key) = key {
                record.slots[key.0 as usize] = (record.line, crate::index::index(number));
            }
        }
        Ok(Line {
            reader: self,
            record,
            text,
        })
    }
}

impl Line<'_> {
    fn at(&self, key: Spot) -> Option<Entry> {
        let (line, entry) = self.record.slots[key.0 as usize];
        (line == self.record.line).then(|| self.record.entries[entry as usize])
    }

    /// The member of that name, of a line without odd escapes.
    fn find(&self, name: &str) -> Option<Entry> {
        if let Some(key) = self.reader.key(name) {
            return self.at(key.0);
        }
        let key = |entry: &&Entry| {
            let key = &self.text[entry.key.0 as usize..entry.key.1 as usize];
            key == name
        };
        self.record.entries.iter().rev().find(key).copied()
    }

    /// The value under a key as JSON writes it, a string without its quotation marks.
    pub fn get(&self, key: Key) -> Option<&str> {
        let entry = self.at(key.0).filter(|entry| entry.kind != Kind::Null)?;
        Some(&self.text[entry.start as usize..entry.end as usize])
    }

    /// Appends what tells the value under a key from others: two lines in which this is the same
    /// have the same value there.
    pub fn identity(&self, key: Key, into: &mut Vec<u8>) {
        if let Some(entry) = self.at(key.0) {
            into.push(entry.kind as u8 + 1);
            into.extend_from_slice(&self.text.as_bytes()[entry.start as usize..entry.end as usize]);
        }
        into.push(0);
    }

    fn push(&self, entry: Entry, into: &mut Loaded<'_>) {
        let range = entry.start as usize..entry.end as usize;
        push(self.text, self.record.simple, entry.kind, range, into);
    }

    /// Builds the value, for what is too rare to be read in place.
    fn value(&self, entry: Entry) -> Value {
        let text = &self.text[entry.start as usize..entry.end as usize];
        match entry.kind {
            Kind::Text => Value::String(canon::unescaped(text).into_owned()),
            _ => serde_json::from_str(text).unwrap_or(Value::Null),
        }
    }

    /// The entries whose keys stand nowhere further on.
    fn last(&self) -> impl Iterator<Item = Entry> {
        let key = |entry: &Entry| {
            canon::unescaped(&self.text[entry.key.0 as usize..entry.key.1 as usize])
        };
        let entries = &self.record.entries;
        let mut names: Vec<(Cow<'_, str>, usize)> = entries.iter().map(key).zip(0..).collect();
        names.sort_unstable();
        let last = names.chunk_by(|a, b| a.0 == b.0);
        let kept: Vec<usize> = last.map(|same| same[same.len() - 1].1).collect();
        kept.into_iter().map(|number| entries[number])
    }

    /// Whether no two keys have the same length and first byte, without which none is twice.
    fn is_plainly_unique(&self) -> bool {
        let entries = &self.record.entries;
        let text = self.text.as_bytes();
        let key = |entry: &Entry| &text[entry.key.0 as usize..entry.key.1 as usize];
        let twice = |number: usize, entry: &Entry| {
            entries[..number]
                .iter()
                .any(|other| key(other) == key(entry))
        };
        !self.record.odd
            && entries.len() <= 128
            && !entries
                .iter()
                .enumerate()
                .any(|(number, entry)| twice(number, entry))
    }

    fn texts(&self, into: &mut Loaded<'_>) {
        if self.is_plainly_unique() {
            let entries = self.record.entries.iter();
            entries.for_each(|entry| self.push_texts(*entry, into));
        } else {
            self.last().for_each(|entry| self.push_texts(entry, into));
        }
    }

    fn push_texts(&self, entry: Entry, into: &mut Loaded<'_>) {
        match entry.kind {
            Kind::Null => {}
            Kind::Text => self.push(entry, into),
            // Keywords see texts only, of a number how it is written.
            Kind::Int => into.push_json(entry.start as usize..entry.end as usize, true),
            _ => {
                let flow = visit_texts(&self.value(entry), &mut |text| {
                    into.push(FieldValue::Str(text));
                    Flow::Continue(())
                });
                debug_assert!(flow.is_continue());
            }
        }
    }

    fn whole(&self) -> serde_json::Map<String, Value> {
        serde_json::from_str(self.text).unwrap_or_default()
    }
}

/// Hands over the value at `range` of `text`. `simple` says that all of the text is.
fn push(
    text: &str,
    simple: bool,
    kind: Kind,
    range: std::ops::Range<usize>,
    into: &mut Loaded<'_>,
) {
    let raw = &text[range.clone()];
    match kind {
        Kind::Text => into.push_json(range, simple || canon::is_simple(raw)),
        Kind::Int => into.push_int(range, raw.parse().unwrap_or_default()),
        Kind::True => into.push(FieldValue::Bool(true)),
        Kind::False => into.push(FieldValue::Bool(false)),
        Kind::Null => into.push(FieldValue::Null),
        Kind::Number | Kind::Nested => {
            push_parsed(&serde_json::from_str(raw).unwrap_or(Value::Null), into);
        }
    }
}

fn push_parsed(value: &Value, into: &mut Loaded<'_>) {
    let flow = visit_json(value, &mut |value| {
        into.push(value);
        Flow::Continue(())
    });
    debug_assert!(flow.is_continue());
}

impl Event for Line<'_> {
    fn json(&self) -> &str {
        self.text
    }

    fn haystacks(&self) -> Option<[&str; 3]> {
        self.record.literal.then_some([self.text, "", ""])
    }

    fn load(&self, field: usize, wanted: &Field, into: &mut Loaded<'_>) -> bool {
        let place = &self.reader.places[field];
        let Some(key) = place.key else {
            self.texts(into);
            return true;
        };
        if let Some(entry) = self.at(key) {
            self.push(entry, into);
            return true;
        }
        let nested = |key: &Spot| {
            self.at(*key)
                .is_some_and(|entry| entry.kind == Kind::Nested)
        };
        if !place.cuts.iter().any(|(key, _)| nested(key)) {
            return false;
        }
        let whole = self.whole();
        crate::event::load(&FlatJson::new(&whole), wanted, into)
    }

    fn source(&self, _namespace: u32) -> &dyn FieldSource {
        self
    }
}

impl FieldSource for Line<'_> {
    fn field(&self, name: &str, visit: &mut dyn FnMut(FieldValue<'_>) -> Flow) -> Presence {
        if self.record.odd || print::is_strange(name) {
            return FlatJson::new(&self.whole()).field(name, visit);
        }
        match self.find(name) {
            None if !name.contains('.') => Presence::Absent,
            Some(entry) if entry.kind == Kind::Text => {
                let raw = &self.text[entry.start as usize..entry.end as usize];
                let text = canon::unescaped(raw);
                let (Flow::Continue(()) | Flow::Break(())) = visit(FieldValue::Str(&text));
                Presence::Present
            }
            _ => FlatJson::new(&self.whole()).field(name, visit),
        }
    }

    fn texts(&self, visit: &mut dyn FnMut(&str) -> Flow) {
        FlatJson::new(&self.whole()).texts(visit);
    }
}
