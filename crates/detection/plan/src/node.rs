//! A rule as a formula over predicates.

use std::collections::HashMap;

use aurora_sigma::{Body, Detection, Expr, Item, Link, Matcher, RuleValue};

use crate::event::Field;
use crate::predicate::{Predicate, Test, key};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// Index into the plan's predicates.
    Holds(u32),
    Not(Box<Node>),
    And(Box<[Node]>),
    Or(Box<[Node]>),
}

/// Turns rules into formulas, each test once.
#[derive(Debug, Default)]
pub(crate) struct Formulas {
    pub predicates: Vec<Predicate>,
    pub fields: Vec<Field>,
    field_of: HashMap<Field, u32>,
    /// Within the present section.
    known: HashMap<(u32, String), u32>,
    namespace: u32,
}

impl Formulas {
    pub fn section(&mut self, namespace: u32) {
        self.known.clear();
        self.namespace = namespace;
    }

    /// The formula that is true when the plain evaluator finds a match.
    pub fn rule(&mut self, detection: &Detection) -> Node {
        let conditions = detection.conditions.iter();
        or(conditions.map(|expr| self.expr(expr, detection)).collect())
    }

    fn expr(&mut self, expr: &Expr, detection: &Detection) -> Node {
        match expr {
            Expr::Selection(index) => self.body(&detection.selections[*index].body),
            Expr::Not(inner) => Node::Not(Box::new(self.expr(inner, detection))),
            Expr::And(terms) => and(terms.iter().map(|t| self.expr(t, detection)).collect()),
            Expr::Or(terms) => or(terms.iter().map(|t| self.expr(t, detection)).collect()),
        }
    }

    fn body(&mut self, body: &Body) -> Node {
        match body {
            Body::All(items) => and(items.iter().map(|item| self.item(item)).collect()),
            Body::Any(bodies) => or(bodies.iter().map(|body| self.body(body)).collect()),
        }
    }

    fn item(&mut self, item: &Item) -> Node {
        let field = self.field(item.field.clone());
        let values = item.values.iter();
        let values = values.map(|value| self.value(item, value, field)).collect();
        let held = match item.link {
            Link::Any => or(values),
            Link::All => and(values),
        };
        if !item.negated {
            return held;
        }
        let seen = self.predicate(field, Some("*".to_owned()), || Test::Seen);
        and(vec![seen, Node::Not(Box::new(held))])
    }

    /// `exists` overrules the tests before it, as the evaluator does.
    fn value(&mut self, item: &Item, value: &RuleValue, field: u32) -> Node {
        let exists = |matcher: &Matcher| matches!(matcher, Matcher::Exists(_));
        let from = value.any.iter().rposition(exists).unwrap_or(0);
        for matcher in &value.any {
            // What a test compares with is read like any other field.
            if let Matcher::FieldRef { field, .. } = matcher {
                self.field(Some(field.clone()));
            }
        }
        let tests = (from..value.any.len()).map(|index| {
            let test = || Test::of(&value.any[index]);
            self.predicate(field, key(item, value, index), test)
        });
        or(tests.collect())
    }

    fn predicate(&mut self, field: u32, key: Option<String>, test: impl FnOnce() -> Test) -> Node {
        let next = crate::index::index(self.predicates.len());
        let number = match key {
            Some(key) => *self.known.entry((field, key)).or_insert(next),
            None => next,
        };
        if number == next {
            self.predicates.push(Predicate {
                field,
                test: test(),
                indexed: false,
            });
        }
        Node::Holds(number)
    }

    fn field(&mut self, name: Option<String>) -> u32 {
        let field = Field {
            namespace: self.namespace,
            name,
        };
        if let Some(known) = self.field_of.get(&field) {
            return *known;
        }
        let number = crate::index::index(self.fields.len());
        self.field_of.insert(field.clone(), number);
        self.fields.push(field);
        number
    }
}

fn and(terms: Vec<Node>) -> Node {
    joined(terms, Node::And)
}

fn or(terms: Vec<Node>) -> Node {
    joined(terms, Node::Or)
}

fn joined(mut terms: Vec<Node>, link: fn(Box<[Node]>) -> Node) -> Node {
    if terms.len() == 1 {
        terms.remove(0)
    } else {
        link(terms.into())
    }
}
