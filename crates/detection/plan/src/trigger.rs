//! What a rule waits for: predicates of which one must hold whenever the rule does, the rarest such
//! set that its formula offers.

use crate::commonness;
use crate::event::Field;
use crate::node::Node;
use crate::predicate::{Anchor, Predicate, Test};

/// A set of predicates and how often one of them is expected to hold; above 1 where rules share
/// them, for each then wakes many.
pub(crate) struct Trigger {
    pub cost: f64,
    pub predicates: Vec<u32>,
}

pub(crate) struct Chooser<'p> {
    predicates: &'p [Predicate],
    fields: &'p [Field],
    /// How many rules of the section mention a predicate; from `first` on.
    shared: Vec<u32>,
    first: usize,
}

impl<'p> Chooser<'p> {
    pub fn new(
        predicates: &'p [Predicate],
        fields: &'p [Field],
        first: usize,
        rules: &[Node],
    ) -> Self {
        let mut shared = vec![0; predicates.len() - first];
        for rule in rules {
            let mut mentioned = Vec::new();
            collect(rule, &mut mentioned);
            mentioned.sort_unstable();
            mentioned.dedup();
            for predicate in mentioned {
                shared[predicate as usize - first] += 1;
            }
        }
        Self {
            predicates,
            fields,
            shared,
            first,
        }
    }

    /// `None` when the rule can hold although nothing that can be looked for is there.
    pub fn choose(&self, node: &Node) -> Option<Trigger> {
        self.of(node, true)
    }

    fn of(&self, node: &Node, positive: bool) -> Option<Trigger> {
        match (node, positive) {
            (Node::Holds(predicate), true) => self.one(*predicate),
            (Node::Holds(_), false) => None,
            (Node::Not(inner), _) => self.of(inner, !positive),
            (Node::And(terms), true) | (Node::Or(terms), false) => {
                let offers = terms.iter().filter_map(|term| self.of(term, positive));
                offers.min_by(|a, b| a.cost.total_cmp(&b.cost))
            }
            (Node::Or(terms), true) | (Node::And(terms), false) => {
                let mut all = Trigger {
                    cost: 0.0,
                    predicates: Vec::new(),
                };
                for term in terms {
                    let one = self.of(term, positive)?;
                    all.cost += one.cost;
                    all.predicates.extend(one.predicates);
                }
                Some(all)
            }
        }
    }

    fn one(&self, predicate: u32) -> Option<Trigger> {
        let test = &self.predicates[predicate as usize];
        let often = frequency(test, self.fields)?;
        let shared = f64::from(self.shared[predicate as usize - self.first].saturating_sub(1));
        Some(Trigger {
            cost: often * (1.0 + shared / 4.0),
            predicates: vec![predicate],
        })
    }
}

/// How likely the predicate's anchors are met, by guess.
pub(crate) fn frequency(predicate: &Predicate, fields: &[Field]) -> Option<f64> {
    let field = fields[predicate.field as usize].name.as_deref();
    let anchors = predicate.test.anchors()?;
    let one = |anchor: &Anchor| match anchor {
        Anchor::Whole(text) => commonness::whole(field.unwrap_or_default(), text),
        Anchor::Start(text) | Anchor::End(text) => commonness::affix(text),
        Anchor::Anywhere(text) => commonness::anywhere(text),
        Anchor::Number(_) => 0.01,
        Anchor::Value | Anchor::Field => 0.8,
    };
    let sum: f64 = anchors.iter().map(one).sum();
    // A keyword meets every text of the event.
    let sum = if field.is_none() { sum * 4.0 } else { sum };
    Some(match predicate.test {
        Test::Plain(_) | Test::Folded(_) => sum * 1.5,
        _ => sum,
    })
}

/// Terms in the order in which they are likely to decide: rare ones first under `and`, likely ones
/// first under `or`. Returns how likely the node is to hold.
pub(crate) fn order(node: &mut Node, predicates: &[Predicate], fields: &[Field]) -> f64 {
    let sort = |terms: &mut Box<[Node]>, rare_first: bool| -> Vec<f64> {
        let mut weighed: Vec<(f64, Node)> = std::mem::take(terms)
            .into_iter()
            .map(|mut term| (order(&mut term, predicates, fields), term))
            .collect();
        weighed.sort_by(|a, b| {
            if rare_first {
                a.0.total_cmp(&b.0)
            } else {
                b.0.total_cmp(&a.0)
            }
        });
        let likely = weighed.iter().map(|(likely, _)| *likely).collect();
        *terms = weighed.into_iter().map(|(_, term)| term).collect();
        likely
    };
    match node {
        Node::Holds(predicate) => {
            frequency(&predicates[*predicate as usize], fields).map_or(0.9, |often| often.min(0.9))
        }
        Node::Not(inner) => 1.0 - order(inner, predicates, fields),
        Node::And(terms) => sort(terms, true).iter().product(),
        Node::Or(terms) => sort(terms, false).iter().sum::<f64>().min(0.95),
    }
}

/// Every predicate in a formula.
pub(crate) fn collect(node: &Node, into: &mut Vec<u32>) {
    match node {
        Node::Holds(predicate) => into.push(*predicate),
        Node::Not(inner) => collect(inner, into),
        Node::And(terms) | Node::Or(terms) => terms.iter().for_each(|term| collect(term, into)),
    }
}
