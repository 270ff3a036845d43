//! Who is in how many alerts, and in whose company, day by day.

use std::collections::{BTreeSet, HashMap};

use aurora_model::AlertId;

use super::Options;
use super::fact::{Day, Fact, Who};
use super::weight::{self, Level};

#[derive(Debug, Default)]
pub(super) struct Usage {
    days: HashMap<(Who, Day), Use>,
    /// Days whose numbers have changed since they were last settled.
    touched: BTreeSet<(Who, Day)>,
}

#[derive(Debug, Default)]
struct Use {
    alerts: BTreeSet<AlertId>,
    company: HashMap<Who, u32>,
    level: Level,
}

impl Usage {
    pub fn add(&mut self, fact: &Fact) {
        for who in fact.about.keys() {
            let key = (who.clone(), fact.day());
            let entry = self.days.entry(key.clone()).or_default();
            entry.alerts.insert(fact.alert);
            for peer in company(who, fact) {
                *entry.company.entry(peer.clone()).or_default() += 1;
            }
            self.touched.insert(key);
        }
    }

    pub fn remove(&mut self, fact: &Fact) {
        for who in fact.about.keys() {
            let key = (who.clone(), fact.day());
            let Some(entry) = self.days.get_mut(&key) else {
                continue;
            };
            entry.alerts.remove(&fact.alert);
            for peer in company(who, fact) {
                if let Some(count) = entry.company.get_mut(peer) {
                    *count -= 1;
                    if *count == 0 {
                        entry.company.remove(peer);
                    }
                }
            }
            self.touched.insert(key);
        }
    }

    /// Alerts whose entities say more or less than before.
    pub fn settle(&mut self, options: &Options) -> BTreeSet<AlertId> {
        let mut moved = BTreeSet::new();
        for key in std::mem::take(&mut self.touched) {
            let Some(entry) = self.days.get_mut(&key) else {
                continue;
            };
            if entry.alerts.is_empty() {
                self.days.remove(&key);
                continue;
            }
            let (company, alerts) = (entry.company.len(), entry.alerts.len());
            let level = weight::level(&key.0, company, alerts, options);
            if level != entry.level {
                entry.level = level;
                moved.extend(entry.alerts.iter().copied());
            }
        }
        moved
    }

    pub fn level(&self, who: &Who, day: Day) -> Level {
        // Without a copy there is no key to look up by; a day's users are few.
        let found = self.days.get(&(who.clone(), day));
        found.map_or(Level::Rare, |entry| entry.level)
    }
}

fn company<'f>(who: &'f Who, fact: &'f Fact) -> impl Iterator<Item = &'f Who> {
    let peers = fact.about.keys();
    peers.filter(move |peer| {
        *peer != who && weight::is_company(who, peer) && weight::is_telling(peer)
    })
}
