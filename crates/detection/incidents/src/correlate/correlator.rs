use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use aurora_clock::Timestamp;
use aurora_model::{AlertId, Binding, Criticality, EntityKind, Story};

use super::fact::{Fact, Who};
use super::links::{Key, Links, Span};
use super::story::{self, Part};
use super::usage::Usage;
use super::weight::{self, ENOUGH};
use super::{Options, story::Surroundings};

/// What the correlator hears of.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// An alert that is new or has changed. Twice the same is once.
    Alert(Box<Fact>),
    /// An alert that is no longer kept.
    Gone(AlertId),
    /// Everything known of the hosts that an address belongs to; replaces what was.
    Address { key: String, hosts: Vec<Binding> },
    /// How much an entity matters; replaces what was.
    Rated { who: Who, criticality: Criticality },
}

/// An incident as it is now, by its earliest alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub earliest: AlertId,
    pub story: Story,
}

/// An alert that named an incident and does so no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone {
    pub earliest: AlertId,
    /// The incident that has its alerts now, by its earliest alert.
    pub into: Option<AlertId>,
}

/// What changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    pub changed: Vec<Draft>,
    pub gone: Vec<Gone>,
    /// Alerts that were heard of, changed or regrouped: their entities' risk may have changed.
    pub touched: BTreeSet<Who>,
}

/// Incidents over every alert it was told of and has not retired.
///
/// Invariant: after [`Correlator::apply`] the incidents depend on the alerts, bindings and ratings
/// that it knows, and not on the order or the pieces in which it was told of them.
#[derive(Debug)]
pub struct Correlator {
    options: Options,
    alerts: HashMap<AlertId, Held>,
    /// Incidents and single alerts, by their earliest.
    groups: HashMap<AlertId, Group>,
    mentions: HashMap<Who, BTreeSet<AlertId>>,
    usage: Usage,
    links: Links,
    addresses: HashMap<Arc<str>, Vec<Binding>>,
    ratings: HashMap<Who, Criticality>,
}

#[derive(Debug)]
struct Held {
    fact: Arc<Fact>,
    /// Hosts that it is about because an address of theirs is in it, with the address.
    derived: BTreeMap<Who, Who>,
    keys: Vec<Key>,
    earliest: AlertId,
}

#[derive(Debug)]
struct Group {
    members: Vec<AlertId>,
    story: Option<Story>,
}

/// Alerts to look at again within one call.
#[derive(Default)]
struct Work {
    /// Their keys may have changed.
    rekey: BTreeSet<AlertId>,
    /// What they are joined to may have changed.
    seeds: BTreeSet<AlertId>,
    /// Groups that must be made anew.
    old: BTreeSet<AlertId>,
    touched: BTreeSet<Who>,
}

impl Correlator {
    pub fn new(options: Options) -> Self {
        Self {
            options,
            alerts: HashMap::new(),
            groups: HashMap::new(),
            mentions: HashMap::new(),
            usage: Usage::default(),
            links: Links::default(),
            addresses: HashMap::new(),
            ratings: HashMap::new(),
        }
    }

    /// Takes in what is new and says which incidents are other than before.
    pub fn apply(&mut self, inputs: impl IntoIterator<Item = Input>) -> Outcome {
        let mut work = Work::default();
        for input in inputs {
            self.take(input, &mut work);
        }
        work.rekey.extend(self.usage.settle(&self.options));
        let rekey = std::mem::take(&mut work.rekey);
        for alert in rekey {
            self.rekey(alert, &mut work);
        }
        self.regroup(work)
    }

    pub fn len(&self) -> usize {
        self.alerts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.alerts.is_empty()
    }

    pub fn knows(&self, alert: AlertId) -> bool {
        self.alerts.contains_key(&alert)
    }

    pub fn fact(&self, alert: AlertId) -> Option<&Fact> {
        self.alerts.get(&alert).map(|held| held.fact.as_ref())
    }

    pub fn alerts(&self) -> impl Iterator<Item = AlertId> {
        self.alerts.keys().copied()
    }

    /// The alerts about an entity, hosts by their addresses included.
    pub fn about(&self, who: &Who) -> impl Iterator<Item = &Fact> {
        let alerts = self.mentions.get(who).into_iter().flatten();
        alerts.filter_map(|alert| self.fact(*alert))
    }

    pub fn criticality(&self, who: &Who) -> Criticality {
        self.ratings.get(who).copied().unwrap_or_default()
    }

    /// Every incident of two alerts or more, in no order.
    pub fn incidents(&self) -> impl Iterator<Item = (AlertId, &Story)> {
        let groups = self.groups.iter();
        groups.filter_map(|(earliest, group)| Some((*earliest, group.story.as_ref()?)))
    }

    /// The incident that an alert is in, by its earliest alert.
    pub fn incident_of(&self, alert: AlertId) -> Option<AlertId> {
        let earliest = self.alerts.get(&alert)?.earliest;
        self.stands(earliest).then_some(earliest)
    }

    /// The alerts of each group, single ones too.
    pub fn groups(&self) -> impl Iterator<Item = (AlertId, &[AlertId])> {
        let groups = self.groups.iter();
        groups.map(|(earliest, group)| (*earliest, group.members.as_slice()))
    }

    /// Forgets whole groups all of whose alerts `old` says yes to. Their incidents stay as they
    /// were last told. Returns how many alerts were forgotten.
    pub fn retire(&mut self, old: impl Fn(AlertId) -> bool) -> usize {
        let groups = self.groups.iter();
        let retired: Vec<AlertId> = groups
            .filter(|(_, group)| group.members.iter().all(|alert| old(*alert)))
            .map(|(earliest, _)| *earliest)
            .collect();
        let mut count = 0;
        for earliest in retired {
            let Some(group) = self.groups.remove(&earliest) else {
                continue;
            };
            count += group.members.len();
            for alert in group.members {
                self.forget(alert);
            }
        }
        count
    }

    fn take(&mut self, input: Input, work: &mut Work) {
        match input {
            Input::Alert(fact) => self.hear(*fact, work),
            Input::Gone(alert) => {
                if let Some(held) = self.forget(alert) {
                    work.touched.extend(held.fact.about.keys().cloned());
                    work.old.insert(held.earliest);
                    work.rekey.remove(&alert);
                }
            }
            Input::Address { key, hosts } => {
                let key: Arc<str> = key.into();
                let known = self.addresses.get(&key).map_or(&[][..], Vec::as_slice);
                if known == hosts {
                    return;
                }
                let who = Who {
                    kind: EntityKind::Address,
                    key: key.clone(),
                };
                if hosts.is_empty() {
                    self.addresses.remove(&key);
                } else {
                    self.addresses.insert(key, hosts);
                }
                work.rekey
                    .extend(self.mentions.get(&who).into_iter().flatten());
            }
            Input::Rated { who, criticality } => {
                if self.criticality(&who) == criticality {
                    return;
                }
                self.ratings.insert(who.clone(), criticality);
                work.seeds
                    .extend(self.mentions.get(&who).into_iter().flatten());
                work.touched.insert(who);
            }
        }
    }

    fn hear(&mut self, fact: Fact, work: &mut Work) {
        let alert = fact.alert;
        let known = self.alerts.get(&alert);
        if known.is_some_and(|held| *held.fact == fact) {
            return;
        }
        let earliest = match self.forget(alert) {
            Some(old) => {
                work.touched.extend(old.fact.about.keys().cloned());
                work.old.insert(old.earliest);
                old.earliest
            }
            None => alert,
        };
        self.usage.add(&fact);
        work.touched.extend(fact.about.keys().cloned());
        for who in fact.about.keys() {
            self.mentions.entry(who.clone()).or_default().insert(alert);
        }
        let held = Held {
            fact: Arc::new(fact),
            derived: BTreeMap::new(),
            keys: Vec::new(),
            earliest,
        };
        self.alerts.insert(alert, held);
        work.rekey.insert(alert);
    }

    /// Takes an alert out of everything but its group.
    fn forget(&mut self, alert: AlertId) -> Option<Held> {
        let held = self.alerts.remove(&alert)?;
        self.usage.remove(&held.fact);
        for key in &held.keys {
            self.links.remove(key, alert, span(&held.fact));
        }
        for who in held.fact.about.keys().chain(held.derived.keys()) {
            self.unmention(who, alert);
        }
        Some(held)
    }

    fn unmention(&mut self, who: &Who, alert: AlertId) {
        if let Some(alerts) = self.mentions.get_mut(who) {
            alerts.remove(&alert);
            if alerts.is_empty() {
                self.mentions.remove(who);
            }
        }
    }

    /// Works out anew by which keys an alert may be joined.
    fn rekey(&mut self, alert: AlertId, work: &mut Work) {
        let Some(mut held) = self.alerts.remove(&alert) else {
            return;
        };
        let derived = self.derive(&held.fact);
        if derived != held.derived {
            for who in held.derived.keys().filter(|who| !derived.contains_key(who)) {
                self.unmention(who, alert);
            }
            for who in derived.keys() {
                self.mentions.entry(who.clone()).or_default().insert(alert);
            }
            work.touched
                .extend(held.derived.keys().chain(derived.keys()).cloned());
            held.derived = derived;
        }
        let keys = self.keys(&held);
        for key in held.keys.iter().filter(|key| !keys.contains(key)) {
            self.links.remove(key, alert, span(&held.fact));
        }
        for key in &keys {
            self.links.add(key, alert, span(&held.fact));
        }
        held.keys = keys;
        work.seeds.insert(alert);
        self.alerts.insert(alert, held);
    }

    /// The hosts whose addresses are in an alert, where an address had one host on that day.
    fn derive(&self, fact: &Fact) -> BTreeMap<Who, Who> {
        let day = fact.day();
        let mut derived = BTreeMap::new();
        for who in fact
            .about
            .keys()
            .filter(|who| who.kind == EntityKind::Address)
        {
            let known = self.addresses.get(&who.key).into_iter().flatten();
            let mut hosts = known.filter(|b| (b.first_day..=b.last_day).contains(&day));
            let (Some(binding), None) = (hosts.next(), hosts.next()) else {
                continue;
            };
            let host = Who {
                kind: EntityKind::Host,
                key: binding.host.as_str().into(),
            };
            if !fact.about.contains_key(&host) {
                derived.entry(host).or_insert_with(|| who.clone());
            }
        }
        derived
    }

    fn keys(&self, held: &Held) -> Vec<Key> {
        let day = held.fact.day();
        let about = held.fact.about.keys().chain(held.derived.keys());
        let weighed = about.map(|who| (who, weight::weight(who, self.usage.level(who, day))));
        let mut keys = Vec::new();
        let mut weak: Vec<(&Who, u8)> = Vec::new();
        for (who, weight) in weighed {
            match weight {
                ENOUGH.. => keys.push(Key::One(who.clone())),
                0 => {}
                _ => weak.push((who, weight)),
            }
        }
        weak.sort_unstable();
        for (place, (one, weight)) in weak.iter().enumerate() {
            for (other, more) in &weak[place + 1..] {
                if weight + more >= ENOUGH {
                    keys.push(Key::Two((*one).clone(), (*other).clone()));
                }
            }
        }
        keys
    }

    fn regroup(&mut self, mut work: Work) -> Outcome {
        for alert in &work.seeds {
            work.old
                .extend(self.alerts.get(alert).map(|held| held.earliest));
        }
        for earliest in &work.old {
            let group = self.groups.get(earliest);
            work.seeds
                .extend(group.into_iter().flat_map(|group| &group.members));
        }
        let components = self.components(&work.seeds);
        let members = components.iter().flatten();
        work.old
            .extend(members.map(|alert| self.alerts[alert].earliest));
        let before: BTreeMap<AlertId, Group> = work
            .old
            .iter()
            .filter_map(|earliest| self.groups.remove_entry(earliest))
            .collect();
        let mut outcome = Outcome {
            touched: work.touched,
            ..Outcome::default()
        };
        for members in components {
            outcome.changed.extend(self.group(members, &before));
        }
        let stood = before.iter().filter(|(_, group)| group.story.is_some());
        for (earliest, group) in stood {
            if !self.stands(*earliest) {
                let left = group.members.iter();
                outcome.gone.push(Gone {
                    earliest: *earliest,
                    into: left.copied().find_map(|alert| self.incident_of(alert)),
                });
            }
        }
        outcome.changed.sort_by_key(|draft| draft.earliest);
        outcome
    }

    /// Whether an incident has this alert for its earliest.
    fn stands(&self, earliest: AlertId) -> bool {
        let group = self.groups.get(&earliest);
        group.is_some_and(|group| group.story.is_some())
    }

    /// Makes a group of alerts that are joined; returns it when its story is new.
    fn group(&mut self, members: Vec<AlertId>, before: &BTreeMap<AlertId, Group>) -> Option<Draft> {
        let earliest = *members.first()?;
        let story = (members.len() > 1).then(|| self.tell(&members));
        for alert in &members {
            if let Some(held) = self.alerts.get_mut(alert) {
                held.earliest = earliest;
            }
        }
        let former = before.get(&earliest).and_then(|group| group.story.as_ref());
        let changed = story.clone().filter(|story| former != Some(story));
        self.groups.insert(earliest, Group { members, story });
        changed.map(|story| Draft { earliest, story })
    }

    /// The groups to which `seeds` belong, each in order of time.
    fn components(&self, seeds: &BTreeSet<AlertId>) -> Vec<Vec<AlertId>> {
        let (mut seen, mut runs) = (HashSet::new(), HashMap::new());
        let mut components = Vec::new();
        for seed in seeds.iter().filter(|seed| self.alerts.contains_key(seed)) {
            if !seen.contains(seed) {
                components.push(self.joined(*seed, &mut seen, &mut runs));
            }
        }
        components
    }

    /// Everything that is joined to `seed`, in order of time.
    fn joined(
        &self,
        seed: AlertId,
        seen: &mut HashSet<AlertId>,
        runs: &mut HashMap<Key, HashMap<AlertId, Arc<[AlertId]>>>,
    ) -> Vec<AlertId> {
        let mut found: BTreeSet<(Timestamp, AlertId)> = BTreeSet::new();
        let mut next = vec![seed];
        seen.insert(seed);
        while let Some(alert) = next.pop() {
            let held = &self.alerts[&alert];
            found.insert((held.fact.first, alert));
            for key in &held.keys {
                let runs = runs.entry(key.clone()).or_insert_with(|| self.runs_of(key));
                // A run is walked once: its first visitor takes all of it along.
                let Some(run) = runs.get(&alert).cloned() else {
                    continue;
                };
                for other in run.iter() {
                    runs.remove(other);
                    if seen.insert(*other) {
                        next.push(*other);
                    }
                }
            }
        }
        found.into_iter().map(|(_, alert)| alert).collect()
    }

    fn runs_of(&self, key: &Key) -> HashMap<AlertId, Arc<[AlertId]>> {
        let mut runs = HashMap::new();
        for run in self.links.runs(key, self.options.gap) {
            let run: Arc<[AlertId]> = run.into();
            runs.extend(run.iter().map(|alert| (*alert, run.clone())));
        }
        runs
    }

    fn tell(&self, members: &[AlertId]) -> Story {
        let parts: Vec<Part<'_>> = members
            .iter()
            .map(|alert| {
                let held = &self.alerts[alert];
                Part {
                    fact: &held.fact,
                    derived: &held.derived,
                    keys: &held.keys,
                }
            })
            .collect();
        let surroundings = Surroundings {
            options: &self.options,
            level: &|who, day| self.usage.level(who, day),
            criticality: &|who| self.criticality(who),
        };
        story::tell(&parts, &surroundings)
    }
}

fn span(fact: &Fact) -> Span {
    (fact.first, fact.last)
}
