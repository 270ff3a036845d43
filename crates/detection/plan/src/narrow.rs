//! The part of a section that is left for events of which some fields are known: what log an event
//! is of and its number decide most rules before anything else is read.

use crate::event::Event;
use crate::node::Node;
use crate::plan::{Evaluation, Plan};
use crate::scratch::Scratch;

/// What of a section has to be looked at, for events that are equal in some fields.
#[derive(Clone, Debug)]
pub struct Narrow {
    pub(crate) section: usize,
    /// Those of the section's indexes that some rule asks for which can still hold.
    pub(crate) indexes: std::sync::Arc<[u32]>,
}

impl Narrow {
    pub fn section(&self) -> usize {
        self.section
    }
}

impl Plan {
    /// Whether some rule of the section asks for a field of one of these names: when none does,
    /// knowing them leaves the section whole.
    pub fn asks_for(&self, section: usize, names: &[&str]) -> bool {
        let part = &self.sections[section];
        let mut wanted = vec![false; self.fields.len()];
        let rules = &self.rules[part.rules.clone()];
        rules
            .iter()
            .for_each(|rule| self.mark(&rule.formula, &mut wanted));
        let mut asked = self
            .fields
            .iter()
            .zip(&wanted)
            .filter(|(_, wanted)| **wanted);
        asked.any(|(field, _)| {
            field
                .name
                .as_deref()
                .is_some_and(|name| names.contains(&name))
        })
    }

    /// The section as it is.
    pub fn whole(&self, section: usize) -> Narrow {
        let indexes = 0..crate::index::index(self.sections[section].indexes.len());
        Narrow {
            section,
            indexes: indexes.collect(),
        }
    }

    /// What is left of the section for this event and for every other that is equal in all fields of
    /// these names. `None` when no rule is left. Call [`Plan::begin`] before.
    pub fn narrow(
        &self,
        section: usize,
        event: &impl Event,
        names: &[&str],
        scratch: &mut Scratch,
    ) -> Option<Narrow> {
        let part = &self.sections[section];
        let given = |field: u32| {
            let name = self.fields[field as usize].name.as_deref();
            name.is_some_and(|name| names.contains(&name))
        };
        let mut evaluation = Evaluation {
            plan: self,
            event,
            namespace: part.namespace,
            values: &mut scratch.values,
            known: &mut scratch.known,
        };
        let mut wanted = vec![false; self.fields.len()];
        let mut left = false;
        for rule in &self.rules[part.rules.clone()] {
            if evaluation.settled(&rule.formula, &given) != Some(false) {
                left = true;
                self.mark(&rule.formula, &mut wanted);
            }
        }
        let indexes = part.indexes.iter().zip(0..);
        let indexes = indexes.filter(|(index, _)| wanted[index.field as usize]);
        left.then(|| Narrow {
            section,
            indexes: indexes.map(|(_, number)| number).collect(),
        })
    }

    /// The fields of a formula.
    fn mark(&self, node: &Node, wanted: &mut [bool]) {
        match node {
            Node::Holds(predicate) => {
                wanted[self.predicates[*predicate as usize].field as usize] = true;
            }
            Node::Not(inner) => self.mark(inner, wanted),
            Node::And(terms) | Node::Or(terms) => {
                terms.iter().for_each(|term| self.mark(term, wanted));
            }
        }
    }
}

impl<E: Event> Evaluation<'_, E> {
    /// What the given fields alone say of the formula; `None` when they leave it open.
    fn settled(&mut self, node: &Node, given: &dyn Fn(u32) -> bool) -> Option<bool> {
        match node {
            Node::Holds(number) => {
                let predicate = &self.plan.predicates[*number as usize];
                given(predicate.field).then(|| self.test(predicate))
            }
            Node::Not(inner) => self.settled(inner, given).map(|held| !held),
            Node::And(terms) => self.joined(terms, false, given),
            Node::Or(terms) => self.joined(terms, true, given),
        }
    }

    /// `decisive` is what one term needs to be for all.
    fn joined(
        &mut self,
        terms: &[Node],
        decisive: bool,
        given: &dyn Fn(u32) -> bool,
    ) -> Option<bool> {
        let mut open = false;
        for term in terms {
            match self.settled(term, given) {
                Some(held) if held == decisive => return Some(decisive),
                Some(_) => {}
                None => open = true,
            }
        }
        (!open).then_some(!decisive)
    }
}
