use std::collections::HashMap;
use std::sync::Arc;

use aurora_events::TimeRange;
use aurora_model::engineering::BacktestRule;
use aurora_model::{Entity, MatchedField, RuleId};
use aurora_rules::RuleSet;

use super::overlap::PastAlerts;
use super::run::{EntityOf, Evaluator, Given};
use super::tally::{Hit, Tally};
use crate::stateful::{Correlator, Firing};

/// Entities of events that a firing may still be about.
const RECENT: usize = 20_000;

/// The rules and correlations of a set, as the site evaluates them.
pub struct Rules {
    set: Arc<RuleSet>,
    entities: EntityOf,
    correlator: Option<Correlator>,
    /// By the rules that were asked about.
    tallies: HashMap<RuleId, Tally>,
    order: Vec<RuleId>,
    /// Entities by the number of their event, for what fires later.
    recent: HashMap<u64, Vec<Entity>>,
    seen: u64,
    /// By rule: the correlations asked about that it feeds.
    feeds: HashMap<RuleId, Vec<RuleId>>,
}

impl Rules {
    /// Of these rules and correlations of the set; ids that it does not have are left out.
    pub fn new(set: Arc<RuleSet>, rules: &[RuleId], entities: EntityOf) -> Self {
        let mut made = Self {
            correlator: Correlator::of(set.clone()),
            entities,
            tallies: HashMap::new(),
            order: Vec::new(),
            recent: HashMap::new(),
            seen: 0,
            feeds: HashMap::new(),
            set: set.clone(),
        };
        for id in rules {
            if let Some(rule) = set.get(id) {
                made.add(id, &rule.rule.header.title, &rule.revision, false);
            } else if let Some(it) = set.correlations().iter().find(|it| it.id == *id) {
                made.add(id, &it.correlation.header.title, &it.revision, true);
                for at in it.rules(&set) {
                    let feeding = set.rules()[at].id.clone();
                    made.feeds.entry(feeding).or_default().push(id.clone());
                }
            }
        }
        made
    }

    fn add(&mut self, id: &RuleId, title: &str, revision: &str, stateful: bool) {
        let tally = Tally::new(id.clone(), title.to_owned(), revision.to_owned(), stateful);
        if self.tallies.insert(id.clone(), tally).is_none() {
            self.order.push(id.clone());
        }
    }

    fn candidates(&mut self, given: &Given) {
        let mut correlations: Vec<&RuleId> = Vec::new();
        for rule in self.set.applicable(&given.event) {
            if let Some(tally) = self.tallies.get_mut(&rule.id) {
                tally.candidate();
            }
            correlations.extend(self.feeds.get(&rule.id).into_iter().flatten());
        }
        correlations.sort_unstable();
        correlations.dedup();
        for id in correlations {
            if let Some(tally) = self.tallies.get_mut(id) {
                tally.candidate();
            }
        }
    }

    fn fired(&mut self, past: &PastAlerts) {
        let Some(correlator) = &mut self.correlator else {
            return;
        };
        for firing in correlator.settled() {
            let Some(tally) = self.tallies.get_mut(&firing.rule) else {
                continue;
            };
            let entities = self.recent.get(&firing.tag);
            let entity = entities.and_then(|all| about(all, &firing));
            tally.hit(hit(firing, entity), past);
        }
    }
}

/// The entity that the group names, else the first one.
fn about(entities: &[Entity], firing: &Firing) -> Option<Entity> {
    let named = |entity: &&Entity| {
        let mut values = firing.group.iter().map(|(_, value)| value);
        values.any(|value| value.eq_ignore_ascii_case(&entity.value))
    };
    let found = entities.iter().find(named).or_else(|| entities.first());
    found.cloned()
}

fn hit(firing: Firing, entity: Option<Entity>) -> Hit {
    let field = |(name, value): (String, String)| MatchedField {
        selection: "group-by".to_owned(),
        path: name.clone(),
        field: name,
        value,
    };
    let mut fields: Vec<MatchedField> = firing.group.into_iter().map(field).collect();
    fields.push(MatchedField {
        selection: "condition".to_owned(),
        field: "figure".to_owned(),
        path: "figure".to_owned(),
        value: firing.figure.to_string(),
    });
    Hit {
        uids: firing.evidence,
        time: firing.at,
        entity,
        fields,
    }
}

impl Evaluator for Rules {
    fn look(&mut self, given: &Given, past: &PastAlerts) {
        self.candidates(given);
        let set = self.set.clone();
        let found = set.evaluate(&given.event);
        let entities = match given.event.as_object() {
            Some(event) if !found.is_empty() => (self.entities)(event),
            _ => Vec::new(),
        };
        let rules: Vec<_> = found.iter().map(|it| it.rule).collect();
        for found in found {
            if let Some(tally) = self.tallies.get_mut(&found.rule.id) {
                let hit = Hit {
                    uids: vec![given.uid],
                    time: given.time,
                    entity: entities.first().cloned(),
                    fields: found.fields,
                };
                tally.hit(hit, past);
            }
        }
        if let Some(correlator) = &mut self.correlator {
            self.seen += 1;
            correlator.see(&given.event, given.uid, given.time, rules, self.seen);
            if !entities.is_empty() {
                self.recent.insert(self.seen, entities);
                self.recent.remove(&self.seen.saturating_sub(RECENT as u64));
            }
            if self.seen.is_multiple_of(1000) {
                self.fired(past);
            }
        }
    }

    fn end(&mut self, past: &PastAlerts) {
        if let Some(correlator) = &mut self.correlator {
            correlator.end(self.seen);
        }
        self.fired(past);
    }

    fn results(mut self: Box<Self>, range: TimeRange, past: &PastAlerts) -> Vec<BacktestRule> {
        let tallies = self
            .order
            .iter()
            .filter_map(|id| self.tallies.remove(id))
            .map(|tally| tally.finish(range, past));
        tallies.collect()
    }
}
