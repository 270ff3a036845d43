//! The evaluator. It does what the specification says in the order it says it; speed is the
//! business of another, which is compared with this one.

use crate::condition::Expr;
use crate::detection::{Body, Detection, Item, Link, Selection};
use crate::matcher::{Matcher, Subject};
use crate::rule::Rule;
use crate::source::{FieldSource, FieldValue, Flow, Presence};

/// A matched value is shown up to this length; the event keeps the whole.
pub const MAX_SHOWN_CHARS: usize = 1024;

/// Why a rule fired: the fields of every selection that spoke for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Match {
    pub fields: Vec<MatchedField>,
}

/// One field that helped a rule to fire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchedField {
    pub selection: String,
    /// As the rule names it; `None` for keywords.
    pub field: Option<String>,
    /// Where the event had it.
    pub path: Option<String>,
    /// As written: `contains|all`.
    pub modifiers: String,
    /// The rule's values that held.
    pub patterns: Vec<String>,
    /// What the event held: hostile text, at most [`MAX_SHOWN_CHARS`]. Empty when the field's
    /// absence is what matched.
    pub value: String,
}

impl Rule {
    /// Whether the rule fires on the event, and why. The logsource is the caller's to check.
    pub fn matches(&self, event: &dyn FieldSource) -> Option<Match> {
        let detection = &self.detection;
        // Most rules do not fire: those are not worth a list of reasons.
        let mut conditions = detection.conditions.iter();
        let fired = conditions.find(|expr| holds(expr, detection, event))?;
        let fields = reasons(fired, detection, event)?;
        Some(Match { fields })
    }
}

fn holds(expr: &Expr, detection: &Detection, event: &dyn FieldSource) -> bool {
    match expr {
        Expr::Selection(index) => body_holds(&detection.selections[*index].body, event),
        Expr::Not(inner) => !holds(inner, detection, event),
        Expr::And(terms) => terms.iter().all(|term| holds(term, detection, event)),
        Expr::Or(terms) => terms.iter().any(|term| holds(term, detection, event)),
    }
}

fn body_holds(body: &Body, event: &dyn FieldSource) -> bool {
    match body {
        Body::All(items) => items.iter().all(|item| outcome(item, event).holds),
        Body::Any(bodies) => bodies.iter().any(|body| body_holds(body, event)),
    }
}

/// What an item made of an event.
pub(crate) struct Outcome {
    pub(crate) holds: bool,
    /// By index of the item's values: which of them matched some member of the field.
    pub(crate) matched: Vec<bool>,
    /// The first member that matched, for display.
    shown: Option<String>,
}

pub(crate) fn outcome(item: &Item, event: &dyn FieldSource) -> Outcome {
    let mut tally = Tally {
        item,
        matched: vec![false; item.values.len()],
        seen: false,
        shown: None,
    };
    let presence = match &item.field {
        Some(field) => event.field(field, &mut |value| tally.test(value, event)),
        None => {
            event.texts(&mut |text| tally.test(FieldValue::Str(text), event));
            Presence::Present
        }
    };
    tally.absence(presence);
    let matched = match item.link {
        Link::Any => tally.matched.contains(&true),
        Link::All => tally.matched.iter().all(|matched| *matched),
    };
    let holds = if item.negated {
        tally.seen && !matched
    } else {
        matched
    };
    Outcome {
        holds,
        matched: tally.matched,
        shown: tally.shown,
    }
}

struct Tally<'i> {
    item: &'i Item,
    matched: Vec<bool>,
    /// The field held a value other than null.
    seen: bool,
    shown: Option<String>,
}

impl Tally<'_> {
    /// Puts one member to every test that has not held yet.
    fn test(&mut self, value: FieldValue<'_>, event: &dyn FieldSource) -> Flow {
        let subject = Subject::new(value);
        self.seen |= value != FieldValue::Null;
        for (matched, wanted) in self.matched.iter_mut().zip(&self.item.values) {
            if !*matched
                && wanted
                    .any
                    .iter()
                    .any(|matcher| matcher.accepts(&subject, event))
            {
                *matched = true;
                self.shown.get_or_insert_with(|| shorten(subject.text()));
                if self.item.link == Link::Any {
                    return Flow::Break(());
                }
            }
        }
        if self.matched.contains(&false) {
            Flow::Continue(())
        } else {
            Flow::Break(())
        }
    }

    /// `exists` and null also speak of what is not there.
    fn absence(&mut self, presence: Presence) {
        for (matched, wanted) in self.matched.iter_mut().zip(&self.item.values) {
            for matcher in &wanted.any {
                match matcher {
                    Matcher::Exists(wanted) => {
                        *matched = *wanted == (presence == Presence::Present)
                    }
                    Matcher::Null if !self.seen => *matched = true,
                    _ => {}
                }
            }
        }
    }
}

pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The fields of the selections that hold, along the branches that made the condition true; `None`
/// when it is not. What stands under `not` explains nothing: it is there because it did not match.
fn reasons(
    expr: &Expr,
    detection: &Detection,
    event: &dyn FieldSource,
) -> Option<Vec<MatchedField>> {
    let term = |term| reasons(term, detection, event);
    match expr {
        Expr::Selection(index) => {
            let selection = &detection.selections[*index];
            body_reasons(selection, &selection.body, event)
        }
        Expr::Not(inner) => (!holds(inner, detection, event)).then(Vec::new),
        Expr::And(terms) => joined(terms.iter().map(term)),
        Expr::Or(terms) => any(terms.iter().filter_map(term)),
    }
}

fn body_reasons(
    selection: &Selection,
    body: &Body,
    event: &dyn FieldSource,
) -> Option<Vec<MatchedField>> {
    let within = |body| body_reasons(selection, body, event);
    match body {
        Body::Any(bodies) => any(bodies.iter().filter_map(within)),
        Body::All(items) => joined(items.iter().map(|item| {
            let outcome = outcome(item, event);
            let holds = outcome.holds;
            holds.then(|| vec![matched_field(selection, item, outcome, event)])
        })),
    }
}

/// All of them, when none is missing.
fn joined(parts: impl Iterator<Item = Option<Vec<MatchedField>>>) -> Option<Vec<MatchedField>> {
    let parts: Vec<Vec<MatchedField>> = parts.collect::<Option<_>>()?;
    Some(parts.into_iter().flatten().collect())
}

/// All of those that are there, of which there must be one.
fn any(parts: impl Iterator<Item = Vec<MatchedField>>) -> Option<Vec<MatchedField>> {
    parts.reduce(|mut all, part| {
        all.extend(part);
        all
    })
}

fn matched_field(
    selection: &Selection,
    item: &Item,
    outcome: Outcome,
    event: &dyn FieldSource,
) -> MatchedField {
    let held = item
        .values
        .iter()
        .zip(&outcome.matched)
        .filter(|(_, matched)| **matched);
    let modifiers: Vec<&str> = item
        .modifiers
        .iter()
        .map(|modifier| modifier.name())
        .collect();
    MatchedField {
        selection: selection.name.clone(),
        field: item.field.clone(),
        path: item
            .field
            .as_deref()
            .map(|field| event.path(field).into_owned()),
        modifiers: modifiers.join("|"),
        patterns: held.map(|(value, _)| value.text.clone()).collect(),
        value: outcome.shown.unwrap_or_default(),
    }
}
