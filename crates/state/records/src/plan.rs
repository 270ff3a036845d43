//! What a change will do, worked out without I/O: an adapter reads what the change touches,
//! plans, and writes the plan, all within one transaction.

use std::collections::{BTreeMap, BTreeSet};

use aurora_clock::Timestamp;
use aurora_model::{Context, Decision};

use crate::{Change, Collection, Document, Error, Guard, Write, fingerprint};

/// Counters stop here instead of wrapping: the largest integer that every dialect holds.
pub const MAX_COUNTER: u64 = i64::MAX as u64;

/// What stands in the store of the things that a change touches; see [`Change::documents`] and
/// [`Change::expected_slots`].
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub documents: BTreeMap<(Collection, String), Document>,
    pub slots: BTreeMap<String, Vec<u8>>,
    /// The scope's newest decision; 0 when there is none. Read only for a decided change.
    pub last_decision: u64,
}

/// What to write, each thing once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Documents as they will be.
    pub puts: Vec<Document>,
    pub removals: Vec<(Collection, String)>,
    /// `None` removes.
    pub slots: Vec<(String, Option<Vec<u8>>)>,
    /// To add, saturating at [`MAX_COUNTER`].
    pub counters: Vec<(String, u64)>,
    pub decision: Option<Decision>,
}

impl Change {
    /// The documents to read before planning.
    pub fn documents(&self) -> BTreeSet<(Collection, &str)> {
        self.writes
            .iter()
            .map(|write| (write.collection, write.id.as_str()))
            .collect()
    }

    /// The slots to read before planning.
    pub fn expected_slots(&self) -> BTreeSet<&str> {
        let expected = self.slots.iter().filter(|slot| slot.expected.is_some());
        expected.map(|slot| slot.key.as_str()).collect()
    }

    /// Works out what to write. Writes take effect in order, so that a later one sees an earlier.
    ///
    /// # Errors
    /// [`Error::Undecided`], [`Error::NotAnObject`], [`Error::Conflict`],
    /// [`Error::CheckpointMoved`].
    pub fn plan(self, context: &Context, found: &Found, now: Timestamp) -> Result<Plan, Error> {
        if !self.writes.is_empty() && self.decision.is_none() {
            return Err(Error::Undecided);
        }
        let mut plan = Plan::default();
        let after = documents(self.writes, found)?;
        if let Some(action) = self.decision {
            let before = after.keys().filter_map(|key| found.documents.get(key));
            plan.decision = Some(Decision {
                seq: found.last_decision + 1,
                at: now,
                scope: context.scope.clone(),
                actor: context.actor.clone(),
                auth: context.auth,
                action,
                reason: context.reason.clone(),
                policy: context.policy.clone(),
                trace: context.trace,
                before: fingerprint(before),
                after: fingerprint(after.values().flatten()),
            });
        }
        for (key, document) in after {
            match document {
                Some(document) => plan.puts.push(document),
                None if found.documents.contains_key(&key) => plan.removals.push(key),
                None => {}
            }
        }
        plan.slots = slots(self.slots, found)?;
        plan.counters = counters(self.counters);
        Ok(plan)
    }
}

type After = BTreeMap<(Collection, String), Option<Document>>;

fn documents(writes: Vec<Write>, found: &Found) -> Result<After, Error> {
    let mut after = After::new();
    for Write {
        collection,
        id,
        guard,
        body,
    } in writes
    {
        if body.as_ref().is_some_and(|body| !body.is_object()) {
            return Err(Error::NotAnObject { collection, id });
        }
        let key = (collection, id.clone());
        let standing = match after.get(&key) {
            Some(written) => written.as_ref(),
            None => found.documents.get(&key),
        };
        let version = standing.map_or(0, |document| document.version);
        let expected = match guard {
            Guard::New => 0,
            Guard::Version(expected) => expected,
            Guard::Any => version,
        };
        if expected != version {
            return Err(Error::Conflict {
                collection,
                id,
                expected,
                found: version,
            });
        }
        let next = body.map(|body| Document {
            collection,
            id,
            version: version + 1,
            body,
        });
        after.insert(key, next);
    }
    Ok(after)
}

type SlotsAfter = Vec<(String, Option<Vec<u8>>)>;

fn slots(writes: Vec<crate::SlotWrite>, found: &Found) -> Result<SlotsAfter, Error> {
    let mut after: BTreeMap<String, Option<Vec<u8>>> = BTreeMap::new();
    for write in writes {
        if let Some(expected) = write.expected {
            let standing = match after.get(&write.key) {
                Some(written) => written.as_ref(),
                None => found.slots.get(&write.key),
            };
            if standing != expected.as_ref() {
                return Err(Error::CheckpointMoved { key: write.key });
            }
        }
        after.insert(write.key, write.value);
    }
    Ok(after.into_iter().collect())
}

fn counters(added: Vec<(String, u64)>) -> Vec<(String, u64)> {
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for (name, by) in added {
        let sum = sums.entry(name).or_default();
        *sum = sum.saturating_add(by).min(MAX_COUNTER);
    }
    sums.into_iter().collect()
}
