use std::collections::HashMap;
use std::sync::Arc;

use aurora_events::TimeRange;
use aurora_model::RuleId;
use aurora_model::engineering::BacktestRule;
use aurora_rules::RuleSet;

use super::overlap::PastAlerts;
use super::run::{EntityOf, Evaluator, Given};
use super::tally::{Hit, Tally};

/// Rules that look at one event at a time.
pub struct Stateless {
    set: Arc<RuleSet>,
    entities: EntityOf,
    /// By the rules that were asked about.
    tallies: HashMap<RuleId, Tally>,
    order: Vec<RuleId>,
}

impl Stateless {
    /// Of these rules of the set; ids that it does not have are left out.
    pub fn new(set: Arc<RuleSet>, rules: &[RuleId], entities: EntityOf) -> Self {
        let found: Vec<_> = rules.iter().filter_map(|id| set.get(id)).collect();
        let tally = |rule: &&aurora_rules::LoadedRule| {
            let title = rule.rule.title.clone();
            let tally = Tally::new(rule.id.clone(), title, rule.revision.clone(), false);
            (rule.id.clone(), tally)
        };
        Self {
            tallies: found.iter().map(tally).collect(),
            order: found.iter().map(|rule| rule.id.clone()).collect(),
            set: set.clone(),
            entities,
        }
    }
}

impl Evaluator for Stateless {
    fn look(&mut self, given: &Given, past: &PastAlerts) {
        for rule in self.set.applicable(&given.event) {
            if let Some(tally) = self.tallies.get_mut(&rule.id) {
                tally.candidate();
            }
        }
        for found in self.set.evaluate(&given.event) {
            let Some(tally) = self.tallies.get_mut(&found.rule.id) else {
                continue;
            };
            let entity = given.event.as_object().map(|event| (self.entities)(event));
            let hit = Hit {
                uids: vec![given.uid],
                time: given.time,
                entity: entity.and_then(|found| found.into_iter().next()),
                fields: found.fields,
            };
            tally.hit(hit, past);
        }
    }

    fn end(&mut self, _: &PastAlerts) {}

    fn results(mut self: Box<Self>, range: TimeRange, past: &PastAlerts) -> Vec<BacktestRule> {
        let tallies = self
            .order
            .iter()
            .filter_map(|id| self.tallies.remove(id))
            .map(|tally| tally.finish(range, past));
        tallies.collect()
    }
}
