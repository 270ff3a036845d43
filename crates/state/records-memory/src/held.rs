use std::collections::BTreeMap;

use aurora_clock::Timestamp;
use aurora_model::{Context, Decision};
use aurora_records::{Change, Collection, Committed, Document, Error, Found, MAX_COUNTER, Plan};

/// Everything of one scope.
#[derive(Debug, Default)]
pub(crate) struct Held {
    pub(crate) documents: BTreeMap<(Collection, String), Document>,
    pub(crate) slots: BTreeMap<String, Vec<u8>>,
    pub(crate) counters: BTreeMap<String, u64>,
    /// The one with sequence `n` is at `n - 1`.
    pub(crate) decisions: Vec<Decision>,
}

impl Held {
    pub(crate) fn commit(
        &mut self,
        context: &Context,
        change: Change,
        now: Timestamp,
    ) -> Result<Committed, Error> {
        let found = self.find(&change);
        let plan = change.plan(context, &found, now)?;
        let committed = Committed {
            decision: plan.decision.as_ref().map(|d| d.seq),
        };
        self.write(plan);
        Ok(committed)
    }

    fn find(&self, change: &Change) -> Found {
        let documents = change
            .documents()
            .into_iter()
            .filter_map(|(collection, id)| {
                self.documents.get_key_value(&(collection, id.to_owned()))
            });
        let slots = change.expected_slots();
        let slots = slots
            .into_iter()
            .filter_map(|key| self.slots.get_key_value(key));
        Found {
            documents: documents
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
            slots: slots
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
            last_decision: self.decisions.len() as u64,
        }
    }

    fn write(&mut self, plan: Plan) {
        for document in plan.puts {
            self.documents
                .insert((document.collection, document.id.clone()), document);
        }
        for key in plan.removals {
            self.documents.remove(&key);
        }
        for (key, value) in plan.slots {
            match value {
                Some(value) => self.slots.insert(key, value),
                None => self.slots.remove(&key),
            };
        }
        for (name, by) in plan.counters {
            let counter = self.counters.entry(name).or_default();
            *counter = counter.saturating_add(by).min(MAX_COUNTER);
        }
        self.decisions.extend(plan.decision);
    }
}

/// What starts with `prefix`, in order.
pub(crate) fn starting<T: Clone>(map: &BTreeMap<String, T>, prefix: &str) -> Vec<(String, T)> {
    let from = map.range::<str, _>((
        std::ops::Bound::Included(prefix),
        std::ops::Bound::Unbounded,
    ));
    let within = from.take_while(|(key, _)| key.starts_with(prefix));
    within
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
