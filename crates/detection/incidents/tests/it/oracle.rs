//! The definition of an incident, written down plainly: every pair of alerts is looked at.

use std::collections::{BTreeMap, BTreeSet};

use aurora_incidents::correlate::{Fact, Options, Who, day_of};
use aurora_model::{AlertId, Binding, EntityKind};

/// The members of every group, single alerts too, by the earliest.
pub fn groups(
    facts: &BTreeMap<AlertId, Fact>,
    addresses: &BTreeMap<String, Vec<Binding>>,
    options: &Options,
) -> BTreeMap<AlertId, BTreeSet<AlertId>> {
    let ids: Vec<AlertId> = facts.keys().copied().collect();
    let mut name: BTreeMap<AlertId, AlertId> = ids.iter().map(|id| (*id, *id)).collect();
    let weights: BTreeMap<AlertId, BTreeMap<Who, u8>> = ids
        .iter()
        .map(|id| (*id, weights(&facts[id], facts, addresses, options)))
        .collect();
    for one in &ids {
        for other in &ids {
            if linked(
                &facts[one],
                &facts[other],
                &weights[one],
                &weights[other],
                options,
            ) {
                let (a, b) = (name[one], name[other]);
                name.values_mut().filter(|n| **n == a).for_each(|n| *n = b);
            }
        }
    }
    let mut members: BTreeMap<AlertId, BTreeSet<AlertId>> = BTreeMap::new();
    for (id, name) in name {
        members.entry(name).or_default().insert(id);
    }
    members
        .into_values()
        .map(|members| {
            let earliest = members
                .iter()
                .min_by_key(|id| (facts[id].first, **id))
                .unwrap();
            (*earliest, members)
        })
        .collect()
}

fn linked(
    one: &Fact,
    other: &Fact,
    weights: &BTreeMap<Who, u8>,
    others: &BTreeMap<Who, u8>,
    options: &Options,
) -> bool {
    let apart =
        one.first > other.last.plus(options.gap) || other.first > one.last.plus(options.gap);
    if apart || one.alert == other.alert {
        return false;
    }
    // Both must find that what they share is enough, each by its own day.
    let shared: Vec<(u8, u8)> = weights
        .iter()
        .filter_map(|(who, weight)| Some((*weight, *others.get(who)?)))
        .collect();
    let alone = shared.iter().any(|(a, b)| *a >= 100 && *b >= 100);
    let weak = |weight: u8| (1..100).contains(&weight);
    let two = shared.iter().enumerate().any(|(place, (a, b))| {
        let rest = &shared[place + 1..];
        weak(*a)
            && weak(*b)
            && rest
                .iter()
                .any(|(c, d)| weak(*c) && weak(*d) && a + c >= 100 && b + d >= 100)
    });
    alone || two
}

fn weights(
    fact: &Fact,
    facts: &BTreeMap<AlertId, Fact>,
    addresses: &BTreeMap<String, Vec<Binding>>,
    options: &Options,
) -> BTreeMap<Who, u8> {
    let mut about: BTreeSet<Who> = fact.about.keys().cloned().collect();
    let day = day_of(fact.first);
    for who in fact
        .about
        .keys()
        .filter(|who| who.kind == EntityKind::Address)
    {
        let known = addresses.get(who.key.as_ref()).into_iter().flatten();
        let hosts: Vec<_> = known
            .filter(|b| b.first_day <= day && day <= b.last_day)
            .collect();
        if let [binding] = hosts[..] {
            let key = binding.host.as_str().into();
            let kind = EntityKind::Host;
            about.insert(Who { kind, key });
        }
    }
    about
        .into_iter()
        .map(|who| (who.clone(), weight(&who, day, facts, options)))
        .collect()
}

fn weight(who: &Who, day: i64, facts: &BTreeMap<AlertId, Fact>, options: &Options) -> u8 {
    use EntityKind::{Account, Address, Device, File, Hash, Host, Process, User};
    let base = match (who.kind, who.key.as_ref()) {
        (User, "system") => 50,
        (Address, "127.0.0.1") => 0,
        (Account, _) => 60,
        (File, _) => 40,
        (Process, _) => 30,
        _ => 100,
    };
    let today: Vec<&Fact> = facts
        .values()
        .filter(|fact| day_of(fact.first) == day && fact.about.contains_key(who))
        .collect();
    let wanted: &[EntityKind] = match who.kind {
        Host | Device | Account => &[User, Address],
        User => &[Host, Device, Account],
        Address => &[Host, Device, Account, Address],
        Process | File | Hash => &[Host, Device],
    };
    let company: BTreeSet<&Who> = today
        .iter()
        .flat_map(|fact| fact.about.keys())
        .filter(|peer| *peer != who && wanted.contains(&peer.kind))
        .filter(|peer| !matches!(peer.key.as_ref(), "system" | "127.0.0.1"))
        .collect();
    let limit = options.common_peers as usize * if wanted.contains(&User) { 2 } else { 1 };
    let over = |number: usize, limit: usize| match number {
        n if n <= limit => 0,
        n if n <= 4 * limit => 1,
        n if n <= 16 * limit => 2,
        _ => 3,
    };
    let mut level =
        over(company.len(), limit).max(over(today.len(), options.common_alerts as usize));
    if who.kind == Host {
        level = level.min(1);
    }
    [base, base / 2, base / 4, 0][level]
}
