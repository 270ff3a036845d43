//! Changes of one scope that commit together: what they touch is read once, each is planned on what
//! those before it left, and what came of it is written once. None of it is I/O.

use std::collections::{BTreeMap, BTreeSet};

use aurora_clock::Timestamp;
use aurora_model::{Context, Decision};
use aurora_records::archive::Entry;
use aurora_records::{Change, Collection, Committed, Document, Error, Found, MAX_COUNTER, Plan};

/// What stands in the store, then what the changes make of it.
#[derive(Debug, Default)]
pub(crate) struct Working {
    found: Found,
    documents: BTreeSet<(Collection, String)>,
    slots: BTreeSet<String>,
    pub(crate) counters: BTreeMap<String, u64>,
    pub(crate) decisions: Vec<Decision>,
}

/// What a scope's changes touch.
#[derive(Debug, Default)]
pub(crate) struct Touched<'a> {
    pub(crate) documents: BTreeMap<Collection, BTreeSet<&'a str>>,
    pub(crate) slots: BTreeSet<&'a str>,
}

impl<'a> Touched<'a> {
    pub(crate) fn by(changes: impl Iterator<Item = &'a Change>) -> Self {
        let mut touched = Self::default();
        for change in changes {
            for (collection, id) in change.documents() {
                touched.documents.entry(collection).or_default().insert(id);
            }
            touched.slots.extend(change.expected_slots());
        }
        touched
    }
}

impl Working {
    pub(crate) fn on(found: Found) -> Self {
        Self {
            found,
            ..Self::default()
        }
    }

    /// Plans one more change. A refusal leaves everything as it was.
    pub(crate) fn apply(
        &mut self,
        context: &Context,
        change: Change,
        now: Timestamp,
    ) -> Result<Committed, Error> {
        let plan = change.plan(context, &self.found, now)?;
        let decision = plan.decision.as_ref().map(|decision| decision.seq);
        self.take(plan);
        Ok(Committed { decision })
    }

    fn take(&mut self, plan: Plan) {
        for document in plan.puts {
            let key = (document.collection, document.id.clone());
            self.documents.insert(key.clone());
            self.found.documents.insert(key, document);
        }
        for key in plan.removals {
            self.found.documents.remove(&key);
            self.documents.insert(key);
        }
        for (key, value) in plan.slots {
            match value {
                Some(value) => self.found.slots.insert(key.clone(), value),
                None => self.found.slots.remove(&key),
            };
            self.slots.insert(key);
        }
        for (name, by) in plan.counters {
            let sum = self.counters.entry(name).or_default();
            *sum = sum.saturating_add(by).min(MAX_COUNTER);
        }
        if let Some(decision) = plan.decision {
            self.found.last_decision = decision.seq;
            self.decisions.push(decision);
        }
    }

    /// Takes what another store kept as it is.
    pub(crate) fn keep(&mut self, entry: Entry) {
        match entry {
            Entry::Document {
                collection,
                id,
                version,
                body,
                ..
            } => {
                let key = (collection, id.clone());
                self.documents.insert(key.clone());
                let document = Document {
                    collection,
                    id,
                    version,
                    body,
                };
                self.found.documents.insert(key, document);
            }
            Entry::Slot { key, value, .. } => {
                self.slots.insert(key.clone());
                self.found.slots.insert(key, value);
            }
            Entry::Counter { name, value, .. } => {
                self.counters.insert(name, value);
            }
            Entry::Decision(decision) => self.decisions.push(*decision),
        }
    }

    /// Documents to put, in order of collection.
    pub(crate) fn puts(&self) -> BTreeMap<Collection, Vec<&Document>> {
        let mut puts: BTreeMap<Collection, Vec<&Document>> = BTreeMap::new();
        for document in self
            .documents
            .iter()
            .filter_map(|key| self.found.documents.get(key))
        {
            puts.entry(document.collection).or_default().push(document);
        }
        puts
    }

    /// Documents to remove, in order of collection.
    pub(crate) fn removals(&self) -> BTreeMap<Collection, Vec<&str>> {
        let mut removals: BTreeMap<Collection, Vec<&str>> = BTreeMap::new();
        let gone = |key: &&(Collection, String)| !self.found.documents.contains_key(*key);
        for (collection, id) in self.documents.iter().filter(gone) {
            removals.entry(*collection).or_default().push(id);
        }
        removals
    }

    /// Slots that changed; `None` where one is removed.
    pub(crate) fn slots(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        self.slots.iter().map(|key| {
            let value = self.found.slots.get(key);
            (key.as_str(), value.map(Vec::as_slice))
        })
    }
}
