use std::collections::BTreeMap;
use std::ops::Range;

use aurora_sigma::{FieldValue, Matcher, Rule};

use crate::canon::aligned;
use crate::commonness::Commonness;
use crate::event::{Event, Field};
use crate::index::{Builder, FieldIndex, index};
use crate::narrow::Narrow;
use crate::node::{Formulas, Node};
use crate::predicate::{Predicate, Test};
use crate::scratch::{Known, Scratch};
use crate::trigger::{self, Chooser};
use crate::values::{Kind, Values};

/// Rules that are put to the same events, by their index in whatever set they are from.
#[derive(Debug)]
pub struct Section<'r> {
    /// Sections in which the same field names mean the same fields share one.
    pub namespace: u32,
    pub rules: Vec<(usize, &'r Rule)>,
}

/// Every rule, compiled once and shared by all threads. What an evaluation remembers is in a
/// [`Scratch`], of which each thread has its own.
#[derive(Debug)]
pub struct Plan {
    pub(crate) fields: Vec<Field>,
    pub(crate) predicates: Vec<Predicate>,
    /// Per predicate, the rules that wait for it, as a range of `waiting`.
    wakes: Vec<(u32, u32)>,
    waiting: Vec<u32>,
    pub(crate) rules: Vec<Compiled>,
    pub(crate) sections: Vec<Part>,
}

#[derive(Debug)]
pub(crate) struct Compiled {
    /// As the section named it.
    number: usize,
    pub(crate) formula: Node,
}

/// A compiled section.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) namespace: u32,
    pub(crate) indexes: Vec<FieldIndex>,
    /// Rules that can hold when nothing is there.
    always: Vec<u32>,
    /// Its rules among the plan's.
    pub(crate) rules: Range<usize>,
}

impl Plan {
    /// The sections are evaluated by their place in the iteration.
    pub fn new<'r>(sections: impl IntoIterator<Item = Section<'r>>) -> Self {
        let mut formulas = Formulas::default();
        let commonness = Commonness::new();
        let mut plan = Self {
            fields: Vec::new(),
            predicates: Vec::new(),
            wakes: Vec::new(),
            waiting: Vec::new(),
            rules: Vec::new(),
            sections: Vec::new(),
        };
        let mut waits: Vec<(u32, u32)> = Vec::new();
        for section in sections {
            let part = plan.section(&section, &mut formulas, &mut waits, &commonness);
            plan.sections.push(part);
        }
        plan.fields = formulas.fields;
        plan.predicates = formulas.predicates;
        plan.wakes = vec![(0, 0); plan.predicates.len()];
        waits.sort_unstable();
        waits.dedup();
        plan.waiting = waits.iter().map(|(_, rule)| *rule).collect();
        let mut start = 0;
        for group in waits.chunk_by(|a, b| a.0 == b.0) {
            let end = start + index(group.len());
            plan.wakes[group[0].0 as usize] = (start, end);
            start = end;
        }
        plan
    }

    fn section(
        &mut self,
        section: &Section<'_>,
        formulas: &mut Formulas,
        waits: &mut Vec<(u32, u32)>,
        commonness: &Commonness,
    ) -> Part {
        formulas.section(section.namespace);
        let first = formulas.predicates.len();
        let mut nodes: Vec<Node> = section
            .rules
            .iter()
            .map(|(_, rule)| formulas.rule(&rule.detection))
            .collect();
        let chooser = Chooser::new(&formulas.predicates, &formulas.fields, first, &nodes);
        let triggers: Vec<_> = nodes.iter().map(|node| chooser.choose(node)).collect();
        let mut always = Vec::new();
        let base = self.rules.len();
        for (at, trigger) in triggers.iter().enumerate() {
            let rule = index(base + at);
            match trigger {
                None => always.push(rule),
                Some(trigger) => waits.extend(trigger.predicates.iter().map(|p| (*p, rule))),
            }
        }
        let mut looked_for: Vec<u32> = triggers
            .iter()
            .flatten()
            .flat_map(|t| t.predicates.iter().copied())
            .collect();
        looked_for.sort_unstable();
        looked_for.dedup();
        let indexes = indexes(&mut formulas.predicates, &looked_for, commonness);
        for (node, (number, _)) in nodes.iter_mut().zip(&section.rules) {
            trigger::order(node, &formulas.predicates, &formulas.fields);
            self.rules.push(Compiled {
                number: *number,
                formula: node.clone(),
            });
        }
        Part {
            namespace: section.namespace,
            indexes,
            always,
            rules: base..self.rules.len(),
        }
    }

    /// Every field that some rule asks for, in the order of [`Event::load`].
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    pub fn sections(&self) -> usize {
        self.sections.len()
    }

    /// What each section looks for in which field, a line each, for people.
    pub fn describe(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (number, part) in self.sections.iter().enumerate() {
            lines.push(format!("section {number}: {} always", part.always.len()));
            for fields in &part.indexes {
                let name = self.fields[fields.field as usize].name.as_deref();
                let name = name.unwrap_or("(keywords)");
                lines.push(format!("  {name}: {}", fields.describe()));
            }
        }
        lines
    }

    /// Makes `scratch` ready for the next event. Sections that follow see the same one.
    pub fn begin(&self, scratch: &mut Scratch) {
        scratch.begin(self.fields.len(), self.predicates.len(), self.rules.len());
    }

    /// Appends the numbers of the section's rules that hold, in the order of the section.
    pub fn evaluate(
        &self,
        section: usize,
        event: &impl Event,
        scratch: &mut Scratch,
        fired: &mut Vec<usize>,
    ) {
        let part = &self.sections[section];
        self.put(part, &part.indexes, event, scratch, fired);
    }

    /// As [`Plan::evaluate`], for an event that the part of the section was made for.
    pub fn evaluate_narrow(
        &self,
        narrow: &Narrow,
        event: &impl Event,
        scratch: &mut Scratch,
        fired: &mut Vec<usize>,
    ) {
        let part = &self.sections[narrow.section];
        let indexes = narrow.indexes.iter();
        let indexes = indexes.map(|index| &part.indexes[*index as usize]);
        self.put(part, indexes, event, scratch, fired);
    }

    fn put<'p>(
        &'p self,
        part: &Part,
        indexes: impl IntoIterator<Item = &'p FieldIndex>,
        event: &impl Event,
        scratch: &mut Scratch,
        fired: &mut Vec<usize>,
    ) {
        scratch.woken.clear();
        scratch.woken.extend_from_slice(&part.always);
        for fields in indexes {
            self.look(fields, event, scratch);
        }
        scratch.woken.sort_unstable();
        let mut at = 0;
        while let Some(rule) = scratch.woken.get(at) {
            let rule = &self.rules[*rule as usize];
            let mut evaluation = Evaluation {
                plan: self,
                event,
                namespace: part.namespace,
                values: &mut scratch.values,
                known: &mut scratch.known,
            };
            if evaluation.holds(&rule.formula) {
                fired.push(rule.number);
            }
            at += 1;
        }
        scratch.evaluated += at as u64;
    }

    /// Looks for everything in one field, and wakes the rules that waited for what is found.
    fn look(&self, fields: &FieldIndex, event: &impl Event, scratch: &mut Scratch) {
        let Scratch {
            values,
            known,
            woken,
            asleep,
            ..
        } = scratch;
        let field = fields.field as usize;
        if self.fields[field].name.is_none()
            && let Some(texts) = event.haystacks()
            && texts
                .iter()
                .all(|text| fields.is_nowhere_in(text.as_bytes()))
        {
            return;
        }
        let range = values.field(field, |into| event.load(field, &self.fields[field], into));
        let mut hit = |predicate: u32| {
            let exact = self.predicates[predicate as usize].test.is_exact();
            if known.meet(predicate, exact) {
                let (start, end) = self.wakes[predicate as usize];
                for rule in &self.waiting[start as usize..end as usize] {
                    if asleep.wake(*rule) {
                        woken.push(*rule);
                    }
                }
            }
        };
        if values.present(field) {
            fields.on_field.iter().for_each(|p| hit(*p));
        }
        for value in range {
            if values.kind(value) == Kind::Null {
                continue;
            }
            fields.on_value.iter().for_each(|p| hit(*p));
            if let Some(held) = values.number(value) {
                fields.equal(held, &mut hit);
            }
            fields.scan(values.rough(event.json(), value), &mut hit);
        }
    }
}

/// One look-up structure a field.
fn indexes(
    predicates: &mut [Predicate],
    looked_for: &[u32],
    commonness: &Commonness,
) -> Vec<FieldIndex> {
    let mut builders: BTreeMap<u32, Builder> = BTreeMap::new();
    for number in looked_for {
        let predicate = &mut predicates[*number as usize];
        predicate.indexed = true;
        let builder = builders.entry(predicate.field).or_default();
        for anchor in predicate.test.anchors().unwrap_or_default() {
            builder.add(&anchor, *number);
        }
    }
    builders
        .into_iter()
        .map(|(field, builder)| builder.finish(field, commonness))
        .collect()
}

pub(crate) struct Evaluation<'e, E> {
    pub plan: &'e Plan,
    pub event: &'e E,
    pub namespace: u32,
    pub values: &'e mut Values,
    pub known: &'e mut Known,
}

impl<E: Event> Evaluation<'_, E> {
    fn holds(&mut self, node: &Node) -> bool {
        match node {
            Node::Holds(predicate) => self.predicate(*predicate),
            Node::Not(inner) => !self.holds(inner),
            Node::And(terms) => terms.iter().all(|term| self.holds(term)),
            Node::Or(terms) => terms.iter().any(|term| self.holds(term)),
        }
    }

    fn predicate(&mut self, number: u32) -> bool {
        if let Some(known) = self.known.get(number) {
            return known;
        }
        let predicate = &self.plan.predicates[number as usize];
        // The section's index went over every value of the field before any rule woke.
        let holds = if predicate.indexed && !self.known.met(number) {
            false
        } else {
            self.test(predicate)
        };
        self.known.set(number, holds);
        holds
    }

    pub fn test(&mut self, predicate: &Predicate) -> bool {
        let field = predicate.field as usize;
        let wanted = &self.plan.fields[field];
        let event = self.event;
        let mut range = self
            .values
            .field(field, |into| event.load(field, wanted, into));
        match &predicate.test {
            Test::Exists(wanted) => return *wanted == self.values.present(field),
            Test::Null if range.is_empty() => return true,
            _ => {}
        }
        range.any(|value| self.accepts(&predicate.test, value))
    }

    fn accepts(&mut self, test: &Test, value: usize) -> bool {
        let kind = self.values.kind(value);
        if kind == Kind::Null {
            return matches!(test, Test::Null);
        }
        let json = self.event.json();
        match test {
            Test::Null => false,
            Test::Seen | Test::Exists(_) => true,
            Test::Whole(text) => {
                let held = self.values.rough(json, value);
                held.eq_ignore_ascii_case(text.as_bytes())
            }
            Test::Start(text) => {
                let held = self.values.rough(json, value);
                let start = held.get(..text.len());
                start.is_some_and(|start| start.eq_ignore_ascii_case(text.as_bytes()))
            }
            Test::End(text) => ends(self.values.rough(json, value), text.as_bytes()),
            Test::Anywhere(finder) => {
                let held = self.values.canonical(json, value);
                let mut from = 0;
                while let Some(at) = finder.find(&held[from..]) {
                    if aligned(held, from + at) {
                        return true;
                    }
                    from += at + 1;
                }
                false
            }
            Test::Number(number, written) => match self.values.number(value) {
                Some(held) => held == *number,
                None => {
                    let held = self.values.rough(json, value);
                    held.eq_ignore_ascii_case(written.as_bytes())
                }
            },
            Test::Bool(wanted) => match kind {
                Kind::Bool(held) => held == *wanted,
                _ => {
                    let word: &[u8] = if *wanted { b"true" } else { b"false" };
                    self.values.rough(json, value).eq_ignore_ascii_case(word)
                }
            },
            Test::Folded(pattern) => {
                let text = self.values.whole(json, value).text();
                pattern.matches(&aurora_sigma::fold(&text))
            }
            Test::Plain(Matcher::Regex(regex)) => {
                regex.is_match(&self.values.whole(json, value).text())
            }
            Test::Plain(matcher) => {
                let value: FieldValue<'_> = self.values.whole(json, value);
                matcher.test(value, self.event.source(self.namespace))
            }
        }
    }
}

fn ends(held: &[u8], text: &[u8]) -> bool {
    let Some(start) = held.len().checked_sub(text.len()) else {
        return false;
    };
    held[start..].eq_ignore_ascii_case(text) && aligned(held, start)
}
