use std::collections::BTreeMap;
use std::sync::Arc;

use aurora_clock::Timestamp;
use aurora_model::{
    Alert, AlertId, AlertStatus, Disposition, Entity, EntityKind, RuleId, Severity, SourceName,
};

use super::tactics::Tactic;

/// An entity as alerts are compared by it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Who {
    pub kind: EntityKind,
    /// [`Entity::key`].
    pub key: Arc<str>,
}

/// What the correlator reads of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub alert: AlertId,
    pub rule: RuleId,
    pub title: String,
    pub severity: Severity,
    pub status: AlertStatus,
    pub disposition: Option<Disposition>,
    pub source: SourceName,
    pub matches: u64,
    pub first: Timestamp,
    pub last: Timestamp,
    /// Each once, with the longest way in which it was written.
    pub about: BTreeMap<Who, String>,
    /// In order of the kill chain.
    pub tactics: Vec<Tactic>,
}

/// How an alert counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Open,
    Confirmed,
    /// It happened, and it was allowed.
    Benign,
    /// Judged false, a duplicate or a test.
    SetAside,
}

/// UTC days since 1970.
pub type Day = i64;

pub fn day_of(time: Timestamp) -> Day {
    time.as_millis().div_euclid(86_400_000)
}

impl Who {
    pub fn of(entity: &Entity) -> Self {
        Self {
            kind: entity.kind,
            key: entity.key().into(),
        }
    }
}

impl Fact {
    pub fn of(alert: &Alert) -> Self {
        let mut about: BTreeMap<Who, String> = BTreeMap::new();
        for entity in alert.entities.iter().filter(|e| !e.value.trim().is_empty()) {
            let written = about.entry(Who::of(entity)).or_default();
            if fuller(&entity.value, written) {
                written.clone_from(&entity.value);
            }
        }
        let mut tactics: Vec<_> = alert
            .attack
            .iter()
            .filter_map(|id| Tactic::of(id))
            .collect();
        tactics.sort_unstable();
        tactics.dedup();
        Self {
            alert: alert.id,
            rule: alert.rule.clone(),
            title: alert.title.clone(),
            severity: alert.severity,
            status: alert.status,
            disposition: alert.disposition,
            source: alert.source.clone(),
            matches: alert.count,
            first: alert.first_seen,
            last: alert.last_seen.max(alert.first_seen),
            about,
            tactics,
        }
    }

    pub fn day(&self) -> Day {
        day_of(self.first)
    }

    pub fn is_open(&self) -> bool {
        self.status != AlertStatus::Closed
    }

    pub fn standing(&self) -> Standing {
        match (self.status, self.disposition) {
            (AlertStatus::New | AlertStatus::Owned, _) => Standing::Open,
            (AlertStatus::Closed, Some(Disposition::TruePositive)) => Standing::Confirmed,
            (AlertStatus::Closed, Some(Disposition::BenignTruePositive) | None) => Standing::Benign,
            (AlertStatus::Closed, Some(_)) => Standing::SetAside,
        }
    }
}

/// Of two writings of one entity the longer tells more; of equally long ones any will do, as long
/// as it is always the same.
pub fn fuller(one: &str, other: &str) -> bool {
    (one.len(), std::cmp::Reverse(one)) > (other.len(), std::cmp::Reverse(other))
}
