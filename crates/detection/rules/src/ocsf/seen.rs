//! An OCSF event where it stands in its text, as rules of one logsource see it.

use std::borrow::Cow;
use std::cell::OnceCell;

use aurora_plan::json::{Document, Spot};
use aurora_plan::{Event, Field, Loaded, load};
use aurora_sigma::{FieldSource, FieldValue, Flow, Presence};
use serde_json::Value;

use super::Marks;
use super::steps::{From, Origin, Step};
use crate::event::{Names, OcsfEvent};
use crate::facts::Facts;
use crate::fields::Inverse;
use crate::mapping::Mapping;

/// An event in its text; what only the plain way can tell is parsed when it is asked for.
pub(super) struct Text<'e> {
    document: Document<'e>,
    mapping: &'e Mapping,
    marks: &'e Marks,
    whole: OnceCell<Value>,
    raw: OnceCell<Option<String>>,
    literal: OnceCell<bool>,
}

/// The event for rules of one logsource.
pub(super) struct Seen<'e> {
    pub text: &'e Text<'e>,
    pub group: usize,
    pub names: &'e Names,
    pub origin: &'e Origin,
}

/// Where a field is.
enum Found {
    At {
        spot: Spot,
        sibling: Option<Spot>,
        inverse: Inverse,
    },
    Joined(String),
    Nowhere,
    /// Only the plain way can tell.
    Unsettled,
}

impl<'e> Text<'e> {
    pub fn new(document: Document<'e>, mapping: &'e Mapping, marks: &'e Marks) -> Self {
        Self {
            document,
            mapping,
            marks,
            whole: OnceCell::new(),
            raw: OnceCell::new(),
            literal: OnceCell::new(),
        }
    }

    /// The record as it was written.
    pub fn raw(&self) -> Option<&str> {
        let read = || Some(self.document.first(self.marks.raw)?.str()?.into_owned());
        self.raw.get_or_init(read).as_deref()
    }

    /// The event, parsed.
    pub fn whole(&self) -> &Value {
        let parse = || serde_json::from_str(self.document.text()).unwrap_or(Value::Null);
        self.whole.get_or_init(parse)
    }

    fn find(&self, steps: &[Step], origin: &Origin) -> Found {
        for step in steps.iter().filter(|step| step.counts(origin)) {
            match &step.from {
                From::Plain => return Found::Unsettled,
                From::Place {
                    spot,
                    sibling,
                    inverse,
                } => {
                    if self.document.first(*spot).is_some() {
                        return Found::At {
                            spot: *spot,
                            sibling: *sibling,
                            inverse: *inverse,
                        };
                    }
                }
                From::Named(spots) => match self.named(spots) {
                    Found::Nowhere => {}
                    found => return found,
                },
                From::Joined(parts) => {
                    if parts.iter().flatten().any(Step::is_plain) {
                        return Found::Unsettled;
                    }
                    if let Some(text) = self.joined(parts, origin) {
                        return Found::Joined(text);
                    }
                }
            }
        }
        Found::Nowhere
    }

    fn named(&self, spots: &[Spot]) -> Found {
        let mut there = spots
            .iter()
            .filter(|spot| self.document.first(**spot).is_some());
        match (there.next(), there.next()) {
            (None, _) => Found::Nowhere,
            (Some(spot), None) => Found::At {
                spot: *spot,
                sibling: None,
                inverse: Inverse::Value,
            },
            // Which of them counts depends on the object that each is in.
            (Some(_), Some(_)) => Found::Unsettled,
        }
    }

    /// Absent unless the last is there.
    fn joined(&self, parts: &[super::steps::Steps], origin: &Origin) -> Option<String> {
        let mut texts = Vec::new();
        let mut last = false;
        for steps in parts {
            let mut text = None;
            last = self.visit(steps, origin, &mut |value| {
                text = Some(value.text().into_owned());
                Flow::Break(())
            })?;
            texts.extend(text.filter(|text| !text.is_empty() && text != "-"));
        }
        last.then(|| texts.join("\\"))
    }

    /// Whether the field is there; `None` when only the plain way can tell.
    pub fn visit(
        &self,
        steps: &[Step],
        origin: &Origin,
        visit: &mut dyn FnMut(FieldValue<'_>) -> Flow,
    ) -> Option<bool> {
        match self.find(steps, origin) {
            Found::Nowhere => Some(false),
            Found::Unsettled => None,
            Found::Joined(text) => {
                let (Flow::Continue(()) | Flow::Break(())) = visit(FieldValue::Str(&text));
                Some(true)
            }
            Found::At {
                spot,
                sibling,
                inverse,
            } => {
                let sibling = self.sibling(sibling);
                for part in self.document.all(spot) {
                    let value = part.value();
                    if inverse.visit(&value, sibling.as_deref(), visit).is_break() {
                        break;
                    }
                }
                Some(true)
            }
        }
    }

    /// The text beside a value.
    fn sibling(&self, spot: Option<Spot>) -> Option<Cow<'e, str>> {
        self.document.first(spot?)?.str()
    }
}

impl Seen<'_> {
    /// The plain way.
    fn plain<T>(&self, ask: impl FnOnce(&OcsfEvent<'_>) -> T) -> T {
        let facts = Facts::new(self.text.whole(), &self.text.mapping.windows);
        ask(&OcsfEvent::new(&facts, self.text.mapping, self.names))
    }

    /// Whether the field holds one of the values, whatever their case.
    pub fn holds(&self, steps: &[Step], name: &str, values: &[String]) -> bool {
        let mut holds = false;
        let told = self.text.visit(steps, self.origin, &mut |value| {
            holds = crate::logsource::among(values, &value.text());
            if holds {
                Flow::Break(())
            } else {
                Flow::Continue(())
            }
        });
        match told {
            Some(_) => holds,
            None => self.plain(|event| event.holds(name, values)),
        }
    }
}

impl Event for Seen<'_> {
    fn json(&self) -> &str {
        self.text.document.text()
    }

    /// The record as it was written, what the parser kept aside, and its message: there the texts
    /// of keywords stand, those of a record in JSON with their escapes escaped once more.
    fn haystacks(&self) -> Option<[&str; 3]> {
        let (text, marks) = (self.text, self.text.marks);
        let spots = [marks.raw, marks.unmapped, marks.message];
        let texts = spots.map(|spot| text.document.first(spot).map_or("", |part| part.raw()));
        let literal = || marks.escapes.leave_words(&text.document, texts[0]);
        text.literal.get_or_init(literal).then_some(texts)
    }

    fn load(&self, field: usize, wanted: &Field, into: &mut Loaded<'_>) -> bool {
        let Some(steps) = self.text.marks.fields.get(field).filter(|s| !s.is_empty()) else {
            return load(self, wanted, into);
        };
        match self.text.find(steps, self.origin) {
            Found::Nowhere => false,
            Found::Unsettled => load(self, wanted, into),
            Found::Joined(text) => {
                into.push(FieldValue::Str(&text));
                true
            }
            Found::At {
                spot,
                inverse: Inverse::Value,
                ..
            } => {
                let parts = self.text.document.all(spot);
                parts.for_each(|part| part.push(into));
                true
            }
            Found::At {
                spot,
                sibling,
                inverse,
            } => {
                let document = &self.text.document;
                let beside = match sibling.and_then(|spot| document.first(spot)) {
                    Some(part) => part.simple().map(Some),
                    None => Some(None),
                };
                for part in document.all(spot) {
                    let text = part.simple().filter(|_| inverse.is_of_text());
                    if let (Some(text), Some(beside)) = (text, beside) {
                        if let Some([a, b, c]) = inverse.parts(text, beside) {
                            into.push_joined(a, b, c);
                        }
                        continue;
                    }
                    let sibling = self.text.sibling(sibling);
                    // All of a field's values are loaded.
                    let (Flow::Continue(()) | Flow::Break(())) =
                        inverse.visit(&part.value(), sibling.as_deref(), &mut |value| {
                            into.push(value);
                            Flow::Continue(())
                        });
                }
                true
            }
        }
    }

    fn source(&self, _namespace: u32) -> &dyn FieldSource {
        self
    }
}

impl FieldSource for Seen<'_> {
    fn field(&self, name: &str, visit: &mut dyn FnMut(FieldValue<'_>) -> Flow) -> Presence {
        let known = self.text.marks.steps(self.group, name);
        match known.and_then(|steps| self.text.visit(steps, self.origin, visit)) {
            Some(true) => return Presence::Present,
            Some(false) => return Presence::Absent,
            None => {}
        }
        self.plain(|event| event.field(name, visit))
    }

    fn texts(&self, visit: &mut dyn FnMut(&str) -> Flow) {
        self.plain(|event| event.texts(visit));
    }
}
