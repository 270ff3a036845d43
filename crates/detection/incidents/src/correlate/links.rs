//! What joins alerts: for each key the alerts that have it, in order of time.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_model::AlertId;

use super::fact::Who;

/// What two alerts must share to be joined when they are close in time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    /// An entity that says enough alone.
    One(Who),
    /// Two that do so together, in order.
    Two(Who, Who),
}

/// When an alert was first and last seen.
pub(super) type Span = (Timestamp, Timestamp);

#[derive(Debug, Default)]
pub(super) struct Links {
    keys: HashMap<Key, BTreeMap<(Timestamp, AlertId), Timestamp>>,
}

impl Key {
    pub fn entities(&self) -> impl Iterator<Item = &Who> {
        match self {
            Self::One(who) => [Some(who), None],
            Self::Two(one, other) => [Some(one), Some(other)],
        }
        .into_iter()
        .flatten()
    }
}

impl Links {
    pub fn add(&mut self, key: &Key, alert: AlertId, (first, last): Span) {
        let alerts = self.keys.entry(key.clone()).or_default();
        alerts.insert((first, alert), last);
    }

    pub fn remove(&mut self, key: &Key, alert: AlertId, (first, _): Span) {
        if let Some(alerts) = self.keys.get_mut(key) {
            alerts.remove(&(first, alert));
            if alerts.is_empty() {
                self.keys.remove(key);
            }
        }
    }

    /// The alerts of a key, cut where it was quiet for longer than `gap`.
    pub fn runs(&self, key: &Key, gap: Duration) -> Vec<Vec<AlertId>> {
        let alerts = self.keys.get(key).into_iter().flatten();
        runs(
            alerts.map(|((first, alert), last)| (*alert, (*first, *last))),
            gap,
        )
    }
}

/// Cuts alerts in order of their first time wherever nothing was seen for longer than `gap`. Two
/// alerts are in one run exactly when a chain of alerts leads from one to the other, each within
/// `gap` of the next.
pub(super) fn runs(
    alerts: impl Iterator<Item = (AlertId, Span)>,
    gap: Duration,
) -> Vec<Vec<AlertId>> {
    let mut runs: Vec<Vec<AlertId>> = Vec::new();
    let mut until: Option<Timestamp> = None;
    for (alert, (first, last)) in alerts {
        match runs.last_mut() {
            Some(run) if until.is_some_and(|until| first <= until.plus(gap)) => run.push(alert),
            _ => runs.push(vec![alert]),
        }
        until = until.max(Some(last));
    }
    runs
}
