use std::collections::{BTreeMap, BTreeSet, HashMap};

use aurora_clock::Timestamp;
use aurora_events::TimeRange;
use aurora_model::engineering::{Backtest, BacktestRule, DayCount, EntityCount, Sample};
use aurora_model::{Entity, EventUid, MatchedField, RuleId};

use super::days::{day, days};
use super::overlap::PastAlerts;
use super::precision::precision;

/// Matches that are shown.
const SAMPLES: usize = 10;
/// Entities that are shown.
const TOP: usize = 10;

/// One match of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The events that it stands on; never empty.
    pub uids: Vec<EventUid>,
    pub time: Timestamp,
    /// What its alert would be grouped by.
    pub entity: Option<Entity>,
    pub fields: Vec<MatchedField>,
}

/// What is kept of one rule's matches, however many there are.
#[derive(Debug)]
pub struct Tally {
    rule: RuleId,
    title: String,
    revision: String,
    stateful: bool,
    candidates: u64,
    matches: u64,
    days: BTreeMap<String, u64>,
    entities: HashMap<Entity, u64>,
    past_matches: u64,
    past: BTreeSet<usize>,
    /// Those with the smallest ids: ids are hashes, so these are spread over the range, and a second
    /// run shows the same.
    samples: BTreeMap<EventUid, Sample>,
}

impl Tally {
    pub fn new(rule: RuleId, title: String, revision: String, stateful: bool) -> Self {
        Self {
            rule,
            title,
            revision,
            stateful,
            candidates: 0,
            matches: 0,
            days: BTreeMap::new(),
            entities: HashMap::new(),
            past_matches: 0,
            past: BTreeSet::new(),
            samples: BTreeMap::new(),
        }
    }

    /// An event of the rule's logsource.
    pub fn candidate(&mut self) {
        self.candidates += 1;
    }

    pub fn hit(&mut self, hit: Hit, past: &PastAlerts) {
        self.matches += 1;
        *self.days.entry(day(hit.time)).or_default() += 1;
        let known = past.of(&self.rule, &hit.uids, hit.entity.as_ref(), hit.time);
        self.past_matches += u64::from(!known.is_empty());
        self.past.extend(known);
        if let Some(entity) = &hit.entity
            && (self.entities.len() < Backtest::MAX_ENTITIES || self.entities.contains_key(entity))
        {
            *self.entities.entry(entity.clone()).or_default() += 1;
        }
        self.sample(hit);
    }

    fn sample(&mut self, hit: Hit) {
        let Some(uid) = hit.uids.last().copied() else {
            return;
        };
        let last = self.samples.keys().next_back();
        if self.samples.len() >= SAMPLES && last.is_some_and(|last| *last < uid) {
            return;
        }
        let sample = Sample {
            uid,
            time: hit.time,
            entity: hit.entity,
            fields: hit.fields,
        };
        self.samples.insert(uid, sample);
        while self.samples.len() > SAMPLES {
            self.samples.pop_last();
        }
    }

    pub fn finish(self, range: TimeRange, past: &PastAlerts) -> BacktestRule {
        let overlap = past.overlap(&self.rule, self.past_matches, &self.past);
        let mut samples: Vec<Sample> = self.samples.into_values().collect();
        samples.sort_by_key(|sample| (sample.time, sample.uid));
        let count = |day: String| {
            let count = self.days.get(&day).copied().unwrap_or(0);
            DayCount { day, count }
        };
        BacktestRule {
            rule: self.rule,
            title: self.title,
            revision: self.revision,
            stateful: self.stateful,
            candidates: self.candidates,
            matches: self.matches,
            days: days(range).into_iter().map(count).collect(),
            distinct_entities: self.entities.len() as u64,
            top_entities: top(self.entities),
            precision: precision(&overlap),
            overlap,
            samples,
        }
    }
}

fn top(entities: HashMap<Entity, u64>) -> Vec<EntityCount> {
    let counts = entities.into_iter();
    let mut counts: Vec<EntityCount> = counts
        .map(|(entity, count)| EntityCount { entity, count })
        .collect();
    counts.sort_by(|a, b| (b.count, &a.entity.value).cmp(&(a.count, &b.entity.value)));
    counts.truncate(TOP);
    counts
}
