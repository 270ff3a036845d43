use std::collections::HashSet;

use aurora_clock::Timestamp;
use aurora_model::EventUid;

use crate::action::{Alert, AlertKey, MAX_EVIDENCE};
use crate::entry::{Entries, Entry};
use crate::key::GroupKey;
use crate::lower::{below_rank, fixed};
use crate::plan::Correlation;
use crate::spec::Kind;

/// What a window amounts to when its condition holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rise {
    /// The window is `(at - span, at]`.
    pub at: i64,
    pub first: Entry,
    pub last: i64,
    pub count: u64,
    pub figure: f64,
    pub evidence: Vec<EventUid>,
}

impl Rise {
    /// Of the entries `from..to`, which are not none.
    pub fn of(it: &Correlation, entries: &Entries, from: usize, to: usize, at: i64) -> Self {
        let mut contributing: Vec<&Entry> = match it.spec.kind {
            Kind::ValueCount | Kind::Temporal => latest_of_each(entries, from, to),
            Kind::TemporalOrdered => chain(entries, from, to, it.spec.bases.len()),
            _ => entries.range(from..to).collect(),
        };
        let figure = figure(it.spec.kind, &contributing);
        if contributing.is_empty() {
            // No chain, which a condition such as `lt 1` may be about.
            contributing = entries.range(from..to).collect();
        }
        let first = contributing.first().map_or(Entry::MIN, |entry| **entry);
        Self {
            at,
            first,
            last: contributing.last().map_or(at, |entry| entry.time),
            count: contributing.len() as u64,
            figure,
            evidence: evidence(&contributing),
        }
    }

    pub fn alert(&self, it: &Correlation, group: &GroupKey, approximate: bool) -> Alert {
        Alert {
            correlation: it.namespace,
            group: group.clone(),
            key: self.key(it, group),
            at: Timestamp::from_millis(self.at),
            first: Timestamp::from_millis(self.first.time),
            last: Timestamp::from_millis(self.last),
            count: self.count,
            figure: self.figure,
            evidence: self.evidence.clone(),
            approximate,
            late: false,
        }
    }

    pub fn key(&self, it: &Correlation, group: &GroupKey) -> AlertKey {
        AlertKey::derive(it.namespace, group, self.first.uid())
    }
}

/// The figure that contributing entries amount to.
fn figure(kind: Kind, entries: &[&Entry]) -> f64 {
    let sum = || entries.iter().map(|it| fixed(it.number())).sum::<i128>() as f64 / 1e6;
    match kind {
        Kind::ValueSum => sum(),
        Kind::ValueAvg => sum() / entries.len().max(1) as f64,
        Kind::ValuePercentile(percent) => percentile(entries, percent),
        Kind::ValueMedian => percentile(entries, 50.0),
        _ => entries.len() as f64,
    }
}

fn percentile(entries: &[&Entry], percent: f64) -> f64 {
    let mut values: Vec<f64> = entries.iter().map(|it| it.number()).collect();
    if values.is_empty() {
        return f64::NAN;
    }
    let rank = below_rank(percent, values.len() as u64) as usize;
    *values.select_nth_unstable_by(rank, f64::total_cmp).1
}

fn latest_of_each(entries: &Entries, from: usize, to: usize) -> Vec<&Entry> {
    let mut seen = HashSet::new();
    let latest = entries.range(from..to).rev();
    let mut found: Vec<&Entry> = latest.filter(|it| seen.insert(it.item)).collect();
    found.reverse();
    found
}

/// The longest chain of steps from the first one on; of several, the one that begins last.
fn chain(entries: &Entries, from: usize, to: usize, steps: usize) -> Vec<&Entry> {
    let ordered = by_step(entries.range(from..to));
    let mut longest = 0;
    for entry in &ordered {
        longest += usize::from(longest < steps && entry.item as usize == longest);
    }
    chain_back(&ordered, longest)
}

/// The chain of so many steps that begins last, found from its end: the last event of a step has
/// every predecessor that an earlier one has. Empty when there is none.
pub(crate) fn chain_back<'e>(ordered: &[&'e Entry], steps: usize) -> Vec<&'e Entry> {
    let mut found = Vec::with_capacity(steps);
    let mut wanted = steps;
    for entry in ordered.iter().rev() {
        if wanted > 0 && entry.item as usize == wanted - 1 {
            found.push(*entry);
            wanted -= 1;
        }
    }
    if wanted > 0 {
        found.clear();
    }
    found.reverse();
    found
}

/// In order of time, at one time in order of step.
pub(crate) fn by_step<'e>(entries: impl Iterator<Item = &'e Entry>) -> Vec<&'e Entry> {
    let mut ordered: Vec<&Entry> = entries.collect();
    ordered.sort_by_key(|it| (it.time, it.item, it.uid));
    ordered
}

fn evidence(entries: &[&Entry]) -> Vec<EventUid> {
    let half = MAX_EVIDENCE / 2;
    if entries.len() <= MAX_EVIDENCE {
        return entries.iter().map(|it| it.uid()).collect();
    }
    let ends = entries[..half]
        .iter()
        .chain(&entries[entries.len() - half..]);
    ends.map(|it| it.uid()).collect()
}
