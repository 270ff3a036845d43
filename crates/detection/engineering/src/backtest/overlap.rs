use std::collections::{BTreeMap, BTreeSet, HashMap};

use aurora_clock::Timestamp;
use aurora_model::engineering::{OtherRule, Overlap};
use aurora_model::{Alert, AlertStatus, Entity, EventUid, RuleId};

/// Past alerts, found by the events that they stand on.
#[derive(Debug, Default)]
pub struct PastAlerts {
    alerts: Vec<Past>,
    by_event: HashMap<EventUid, Vec<usize>>,
    by_entity: HashMap<(RuleId, Entity), Vec<usize>>,
}

#[derive(Debug)]
struct Past {
    rule: RuleId,
    title: String,
    /// The disposition's word, once it is closed.
    closed_as: Option<&'static str>,
    first_seen: Timestamp,
    last_seen: Timestamp,
}

impl PastAlerts {
    pub fn add(&mut self, alert: &Alert) {
        let index = self.alerts.len();
        for uid in alert.evidence.iter().chain(&alert.related) {
            self.by_event.entry(*uid).or_default().push(index);
        }
        // An alert names only some of its later events: its first entity stands for the others.
        if let Some(entity) = alert.entities.first() {
            let key = (alert.rule.clone(), entity.clone());
            self.by_entity.entry(key).or_default().push(index);
        }
        let closed = alert.status == AlertStatus::Closed;
        self.alerts.push(Past {
            rule: alert.rule.clone(),
            title: alert.title.clone(),
            closed_as: alert.disposition.filter(|_| closed).map(|d| d.word()),
            first_seen: alert.first_seen,
            last_seen: alert.last_seen,
        });
    }

    pub fn len(&self) -> usize {
        self.alerts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.alerts.is_empty()
    }

    /// The alerts that a match of `rule` stands in, or would have stood in.
    pub(super) fn of(
        &self,
        rule: &RuleId,
        uids: &[EventUid],
        entity: Option<&Entity>,
        at: Timestamp,
    ) -> BTreeSet<usize> {
        let by_event = uids.iter().filter_map(|uid| self.by_event.get(uid));
        let mut found: BTreeSet<usize> = by_event.flatten().copied().collect();
        if let Some(entity) = entity {
            let grouped = self.by_entity.get(&(rule.clone(), entity.clone()));
            found.extend(grouped.into_iter().flatten().copied().filter(|index| {
                let past = &self.alerts[*index];
                past.first_seen <= at && at <= past.last_seen
            }));
        }
        found
    }

    /// What people made of these alerts. `matches` is the number of matches that led to them.
    pub(super) fn overlap(&self, rule: &RuleId, matches: u64, found: &BTreeSet<usize>) -> Overlap {
        let mut overlap = Overlap {
            matches,
            ..Overlap::default()
        };
        let mut others: BTreeMap<&RuleId, OtherRule> = BTreeMap::new();
        for past in found.iter().map(|index| &self.alerts[*index]) {
            if past.rule == *rule {
                overlap.alerts += 1;
                match past.closed_as {
                    Some(word) => *overlap.closed_as.entry(word.to_owned()).or_default() += 1,
                    None => overlap.open += 1,
                }
                continue;
            }
            let other = others.entry(&past.rule).or_insert_with(|| OtherRule {
                rule: past.rule.clone(),
                title: past.title.clone(),
                alerts: 0,
                closed_as: BTreeMap::new(),
            });
            other.alerts += 1;
            if let Some(word) = past.closed_as {
                *other.closed_as.entry(word.to_owned()).or_default() += 1;
            }
        }
        overlap.other_rules = others.into_values().collect();
        overlap
            .other_rules
            .sort_by(|a, b| (b.alerts, &a.title).cmp(&(a.alerts, &b.title)));
        overlap
    }
}
