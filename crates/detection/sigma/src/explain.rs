//! Why a rule fires on an event or does not: the condition as a tree, every part with what the event
//! made of it. It asks the plain evaluator at each item, so it cannot come to another answer.

use crate::condition::Expr;
use crate::detection::{Body, Detection, Item, Link, Selection};
use crate::eval::{outcome, shorten};
use crate::rule::Rule;
use crate::source::{FieldSource, FieldValue, Flow, Presence};

/// Values of one field that are shown; the others are counted.
const MAX_SEEN: usize = 8;

/// A part of a rule's conditions against one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    pub holds: bool,
    pub part: Part,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Every one must hold.
    All(Vec<Explained>),
    /// One must hold.
    Any(Vec<Explained>),
    Not(Box<Explained>),
    Selection {
        name: String,
        /// Counted from 1.
        line: u32,
        body: Box<Explained>,
    },
    Item(SeenItem),
}

/// One line of a selection, and what the event holds there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenItem {
    /// Counted from 1.
    pub line: u32,
    /// `None` for keywords.
    pub field: Option<String>,
    /// As written: `contains|all`.
    pub modifiers: String,
    /// Where the event has it; `None` when it has not, and for keywords.
    pub path: Option<String>,
    /// The first values of the field, shortened: hostile text. None for keywords.
    pub seen: Vec<String>,
    /// How many values more it has.
    pub more: usize,
    /// Every value must hold.
    pub all: bool,
    /// `neq`.
    pub negated: bool,
    /// The rule's values as written, and whether each holds. When one is enough, those behind the
    /// first that holds were not tried and count as not holding.
    pub values: Vec<(String, bool)>,
}

impl Rule {
    /// Every condition of the rule, any of which fires it. The logsource is the caller's to check.
    pub fn explain(&self, event: &dyn FieldSource) -> Vec<Explained> {
        let detection = &self.detection;
        let conditions = detection.conditions.iter();
        conditions
            .map(|expr| expression(expr, detection, event))
            .collect()
    }
}

fn expression(expr: &Expr, detection: &Detection, event: &dyn FieldSource) -> Explained {
    let each = |terms: &[Expr]| -> Vec<Explained> {
        let terms = terms.iter();
        terms
            .map(|term| expression(term, detection, event))
            .collect()
    };
    match expr {
        Expr::Selection(index) => selection(&detection.selections[*index], event),
        Expr::Not(inner) => {
            let inner = expression(inner, detection, event);
            Explained {
                holds: !inner.holds,
                part: Part::Not(Box::new(inner)),
            }
        }
        Expr::And(terms) => all(each(terms)),
        Expr::Or(terms) => any(each(terms)),
    }
}

fn all(parts: Vec<Explained>) -> Explained {
    Explained {
        holds: parts.iter().all(|part| part.holds),
        part: Part::All(parts),
    }
}

fn any(parts: Vec<Explained>) -> Explained {
    Explained {
        holds: parts.iter().any(|part| part.holds),
        part: Part::Any(parts),
    }
}

fn selection(selection: &Selection, event: &dyn FieldSource) -> Explained {
    let inner = body(&selection.body, event);
    Explained {
        holds: inner.holds,
        part: Part::Selection {
            name: selection.name.clone(),
            line: selection.at.line,
            body: Box::new(inner),
        },
    }
}

fn body(body_: &Body, event: &dyn FieldSource) -> Explained {
    match body_ {
        Body::All(items) => all(items.iter().map(|one| item(one, event)).collect()),
        Body::Any(bodies) => any(bodies.iter().map(|one| body(one, event)).collect()),
    }
}

fn item(item: &Item, event: &dyn FieldSource) -> Explained {
    let outcome = outcome(item, event);
    let (mut seen, mut more) = (Vec::new(), 0);
    let mut path = None;
    if let Some(field) = &item.field {
        let presence = event.field(field, &mut |value| {
            if seen.len() < MAX_SEEN {
                seen.push(shown(value));
            } else {
                more += 1;
            }
            Flow::Continue(())
        });
        path = (presence == Presence::Present).then(|| event.path(field).into_owned());
    }
    let modifiers: Vec<&str> = item.modifiers.iter().map(|one| one.name()).collect();
    let texts = item.values.iter().map(|value| value.text.clone());
    Explained {
        holds: outcome.holds,
        part: Part::Item(SeenItem {
            line: item.at.line,
            field: item.field.clone(),
            modifiers: modifiers.join("|"),
            path,
            seen,
            more,
            all: item.link == Link::All,
            negated: item.negated,
            values: texts.zip(outcome.matched).collect(),
        }),
    }
}

fn shown(value: FieldValue<'_>) -> String {
    match value {
        FieldValue::Null => "null".to_owned(),
        other => shorten(&other.text()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use expect_test::{Expect, expect};

    use super::*;
    use crate::{Document, FlatJson, Options, parse};

    /// The tree as lines: `+` holds, `-` does not.
    fn draw(explained: &Explained, depth: usize, out: &mut String) {
        let sign = if explained.holds { '+' } else { '-' };
        let text = match &explained.part {
            Part::All(_) => "all".to_owned(),
            Part::Any(_) => "any".to_owned(),
            Part::Not(_) => "not".to_owned(),
            Part::Selection { name, line, .. } => format!("{name} (line {line})"),
            Part::Item(item) => format!("{item:?}"),
        };
        out.push_str(&format!("{:1$}{sign} {text}\n", "", depth * 2));
        let mut inner = |part: &Explained| draw(part, depth + 1, out);
        match &explained.part {
            Part::All(parts) | Part::Any(parts) => parts.iter().for_each(inner),
            Part::Not(part) => inner(part),
            Part::Selection { body, .. } => inner(body),
            Part::Item(_) => {}
        }
    }

    fn check(detection: &str, event: &str, expected: Expect) {
        let text = format!("title: t\nlogsource: {{category: x}}\ndetection:\n{detection}");
        let mut documents = parse("r.yml", &text, &Options::default());
        let Document::Rule(rule) = documents.remove(0).unwrap() else {
            panic!("a rule is wanted");
        };
        let event = serde_json::from_str(event).unwrap();
        let event = FlatJson::new(&event);
        let mut out = String::new();
        let explained = rule.explain(&event);
        explained.iter().for_each(|one| draw(one, 0, &mut out));
        assert_eq!(
            explained.iter().any(|one| one.holds),
            rule.matches(&event).is_some(),
            "the tree and the evaluator agree"
        );
        expected.assert_eq(&out);
    }

    #[test]
    fn every_part_says_what_it_saw() {
        check(
            "  sel:\n    Image|endswith: '\\a.exe'\n    User: [eva, adam]\n  filter:\n    Gone|exists: true\n  condition: sel and not filter",
            r#"{"Image": "C:\\a.exe", "User": "Adam"}"#,
            expect![[r#"
                + all
                  + sel (line 4)
                    + all
                      + SeenItem { line: 5, field: Some("Image"), modifiers: "endswith", path: Some("Image"), seen: ["C:\\a.exe"], more: 0, all: false, negated: false, values: [("\\a.exe", true)] }
                      + SeenItem { line: 6, field: Some("User"), modifiers: "", path: Some("User"), seen: ["Adam"], more: 0, all: false, negated: false, values: [("eva", false), ("adam", true)] }
                  + not
                    - filter (line 7)
                      - all
                        - SeenItem { line: 8, field: Some("Gone"), modifiers: "exists", path: None, seen: [], more: 0, all: false, negated: false, values: [("true", false)] }
            "#]],
        );
    }

    #[test]
    fn quantifiers_lists_and_arrays_are_told() {
        check(
            "  a_1:\n    - X: 1\n    - X: 2\n  a_2:\n    Y|contains|all: [p, q]\n  condition: 1 of a_*",
            r#"{"X": null, "Y": ["1p", "2q", "3", "4", "5", "6", "7", "8", "9"]}"#,
            expect![[r#"
                + any
                  - a_1 (line 4)
                    - any
                      - all
                        - SeenItem { line: 5, field: Some("X"), modifiers: "", path: Some("X"), seen: ["null"], more: 0, all: false, negated: false, values: [("1", false)] }
                      - all
                        - SeenItem { line: 6, field: Some("X"), modifiers: "", path: Some("X"), seen: ["null"], more: 0, all: false, negated: false, values: [("2", false)] }
                  + a_2 (line 7)
                    + all
                      + SeenItem { line: 8, field: Some("Y"), modifiers: "contains|all", path: Some("Y"), seen: ["1p", "2q", "3", "4", "5", "6", "7", "8"], more: 1, all: true, negated: false, values: [("p", true), ("q", true)] }
            "#]],
        );
    }
}
