use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::entry::Entry;
use crate::lower::{Lower, below_rank, fixed};
use crate::plan::Correlation;
use crate::spec::Kind;

/// What is known of the entries in a sliding window: enough to check a lower bound at any moment.
///
/// Entries are added and removed in any order, except for [`Measure::Chain`], to which they are
/// added in order of (time, base) and from which nothing needs to be removed.
#[derive(Clone, Debug)]
pub(crate) enum Measure {
    Events(u64),
    Distinct(HashMap<u64, u32, BuildHasherDefault<Hashed>>),
    Bases {
        counts: Vec<u32>,
        distinct: u64,
    },
    /// For each number of steps from 1 on, the latest time at which so many can have begun.
    Chain(Vec<i64>),
    /// In millionths.
    Sum {
        total: i128,
        events: u64,
    },
    Rank {
        events: u64,
        below: u64,
    },
}

const NEVER: i64 = i64::MIN;

impl Measure {
    /// Of no entries.
    pub fn of(it: &Correlation, lower: &Lower) -> Self {
        let bases = it.spec.bases.len();
        match (it.spec.kind, lower) {
            (_, Lower::Rank { .. }) => Self::Rank {
                events: 0,
                below: 0,
            },
            (_, Lower::Fixed { .. }) => Self::Sum {
                total: 0,
                events: 0,
            },
            (Kind::Temporal, _) => Self::Bases {
                counts: vec![0; bases],
                distinct: 0,
            },
            (Kind::TemporalOrdered, _) => Self::Chain(vec![NEVER; bases]),
            (Kind::ValueCount, _) => Self::Distinct(HashMap::default()),
            _ => Self::Events(0),
        }
    }

    pub fn add(&mut self, entry: &Entry, lower: &Lower) {
        match self {
            Self::Events(events) => *events += 1,
            Self::Distinct(counts) => *counts.entry(entry.item).or_insert(0) += 1,
            Self::Bases { counts, distinct } => {
                if let Some(count) = counts.get_mut(entry.item as usize) {
                    *distinct += u64::from(*count == 0);
                    *count += 1;
                }
            }
            Self::Chain(begun) => {
                let step = entry.item as usize;
                let before = match step.checked_sub(1) {
                    None => entry.time,
                    Some(before) => begun.get(before).copied().unwrap_or(NEVER),
                };
                if let Some(at) = begun.get_mut(step) {
                    *at = before.max(*at);
                }
            }
            Self::Sum { total, events } => {
                *total += fixed(entry.number());
                *events += 1;
            }
            Self::Rank { events, below } => {
                *below += u64::from(is_below(entry, lower));
                *events += 1;
            }
        }
    }

    /// Of an entry that was added.
    pub fn remove(&mut self, entry: &Entry, lower: &Lower) {
        match self {
            Self::Events(events) => *events = events.saturating_sub(1),
            Self::Distinct(counts) => {
                if let Some(count) = counts.get_mut(&entry.item) {
                    *count -= 1;
                    if *count == 0 {
                        counts.remove(&entry.item);
                    }
                }
            }
            Self::Bases { counts, distinct } => {
                if let Some(count) = counts.get_mut(entry.item as usize) {
                    *count = count.saturating_sub(1);
                    *distinct -= u64::from(*count == 0);
                }
            }
            Self::Chain(_) => {}
            Self::Sum { total, events } => {
                *total -= fixed(entry.number());
                *events = events.saturating_sub(1);
            }
            Self::Rank { events, below } => {
                *below = below.saturating_sub(u64::from(is_below(entry, lower)));
                *events = events.saturating_sub(1);
            }
        }
    }

    /// Whether the bound holds for the window that ends at `tick`. Never for an empty one.
    pub fn holds(&self, it: &Correlation, lower: &Lower, tick: i64) -> bool {
        match (lower, self) {
            (Lower::Bases(expr), Self::Bases { counts, distinct }) => {
                let matched = |base: u16| counts.get(usize::from(base)).is_some_and(|n| *n > 0);
                *distinct > 0 && expr.holds(&matched)
            }
            (Lower::Count(need), _) => self.count(tick.saturating_sub(it.span)) >= *need,
            (Lower::Fixed { threshold, strict }, Self::Sum { total, events }) => {
                let times = match it.spec.kind {
                    Kind::ValueAvg => i128::from(*events),
                    _ => 1,
                };
                let wanted = threshold.saturating_mul(times);
                *events > 0
                    && if *strict {
                        *total > wanted
                    } else {
                        *total >= wanted
                    }
            }
            (Lower::Rank { percent, .. }, Self::Rank { events, below }) => {
                *events > 0 && *below <= below_rank(*percent, *events)
            }
            _ => false,
        }
    }

    /// `after`: when the window begins, for chains.
    pub fn count(&self, after: i64) -> u64 {
        match self {
            Self::Events(events) => *events,
            Self::Distinct(counts) => counts.len() as u64,
            Self::Bases { distinct, .. } => *distinct,
            Self::Chain(begun) => {
                let steps = begun.iter().rposition(|at| *at > after);
                steps.map_or(0, |last| last as u64 + 1)
            }
            Self::Sum { .. } | Self::Rank { .. } => 0,
        }
    }

    /// How many distinct values, for `value_count`.
    pub fn distinct(&self) -> usize {
        match self {
            Self::Distinct(counts) => counts.len(),
            _ => 0,
        }
    }

    /// Whether entries may be added out of order, and more of them never make the bound fail.
    pub fn is_monotone(&self) -> bool {
        matches!(
            self,
            Self::Events(_) | Self::Distinct(_) | Self::Bases { .. }
        )
    }

    /// Bytes on the heap, about.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Distinct(counts) => counts.capacity() * 17,
            Self::Bases { counts, .. } => counts.capacity() * 4,
            Self::Chain(begun) => begun.capacity() * 8,
            _ => 0,
        }
    }
}

/// Whether the value stands in the way of the percentile being over the threshold.
fn is_below(entry: &Entry, lower: &Lower) -> bool {
    match lower {
        Lower::Rank {
            threshold, strict, ..
        } => {
            let value = entry.number();
            if *strict {
                value <= *threshold
            } else {
                value < *threshold
            }
        }
        _ => false,
    }
}

/// Takes a value that is a hash already.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}
