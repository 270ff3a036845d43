use std::collections::HashMap;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_model::{Asset, Binding, Entity, EntityId, EntityKind, SourceName};

use super::extract::Sighting;
use crate::correlate::day_of;

/// While events flow, a last sighting is written again when it is this much newer than the one in
/// the store.
const DRIFT: Duration = Duration::from_secs(300);
/// An event dated later than this after its arrival is taken to have happened when it arrived.
const AHEAD: Duration = Duration::from_secs(300);

/// Who was seen, bounded: what was not seen for longest is forgotten, once it is written.
#[derive(Debug)]
pub struct Census {
    capacity: usize,
    /// By kind, then as logs write it.
    written: HashMap<EntityKind, HashMap<Box<str>, usize>>,
    /// By kind and key.
    keys: HashMap<(EntityKind, String), usize>,
    entries: Vec<Entry>,
    /// Entries with news that must be written soon.
    fresh: Vec<usize>,
    turn: u64,
}

/// One entity. What it holds is news for the store, which has the rest.
#[derive(Clone, Debug)]
pub struct Entry {
    pub kind: EntityKind,
    pub key: String,
    pub value: String,
    pub first: Timestamp,
    pub last: Timestamp,
    pub sources: Vec<SourceName>,
    pub hosts: Vec<Binding>,
    /// The last sighting that the store has.
    stored: Option<Timestamp>,
    is_fresh: bool,
    used: u64,
}

impl Census {
    /// Remembers about `capacity` entities.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(16),
            written: HashMap::new(),
            keys: HashMap::new(),
            entries: Vec::new(),
            fresh: Vec::new(),
            turn: 0,
        }
    }

    pub fn see(
        &mut self,
        sighting: &Sighting<'_>,
        at: Timestamp,
        source: &SourceName,
        now: Timestamp,
    ) {
        let at = if at > now.plus(AHEAD) { now } else { at };
        match sighting {
            Sighting::Of(kind, value) => {
                let slot = self.slot(*kind, value, at);
                self.sighted(slot, at, source);
            }
            Sighting::Bound { address, host } => {
                let slot = self.slot(EntityKind::Address, address, at);
                self.bound(slot, host, at);
            }
        }
    }

    /// Whether there are more than may be remembered; [`Census::forget`] makes room.
    pub fn is_full(&self) -> bool {
        self.entries.len() >= self.capacity
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What must be written: news, and, when it is `quiet`, every last sighting.
    pub fn due(&mut self, quiet: bool) -> Vec<usize> {
        if quiet {
            self.fresh.clear();
            let entries = self.entries.iter().zip(0..);
            return entries
                .filter(|(entry, _)| entry.is_news())
                .map(|(_, slot)| slot)
                .collect();
        }
        std::mem::take(&mut self.fresh)
    }

    pub fn entry(&self, slot: usize) -> &Entry {
        &self.entries[slot]
    }

    /// The store has what the entry holds, or will not have it.
    pub fn settle(&mut self, slot: usize) {
        let entry = &mut self.entries[slot];
        entry.stored = Some(entry.last);
        entry.is_fresh = false;
    }

    /// Forgets the half that was used least lately. Everything must be settled.
    pub fn forget(&mut self) {
        let mut used: Vec<u64> = self.entries.iter().map(|entry| entry.used).collect();
        if used.is_empty() {
            return;
        }
        let half = used.len() / 2;
        let (_, bound, _) = used.select_nth_unstable(half);
        let bound = *bound;
        let kept: Vec<Entry> = self
            .entries
            .drain(..)
            .filter(|entry| entry.used > bound || entry.is_fresh)
            .collect();
        self.written.clear();
        self.keys.clear();
        self.fresh.clear();
        for entry in kept {
            let slot = self.entries.len();
            self.keys.insert((entry.kind, entry.key.clone()), slot);
            if entry.is_fresh {
                self.fresh.push(slot);
            }
            self.entries.push(entry);
        }
    }

    fn slot(&mut self, kind: EntityKind, value: &str, at: Timestamp) -> usize {
        self.turn += 1;
        let written = self.written.entry(kind).or_default();
        if let Some(slot) = written.get(value) {
            self.entries[*slot].used = self.turn;
            return *slot;
        }
        let value = value.to_owned();
        let entity = Entity { kind, value };
        let key = entity.key();
        let slot = *self.keys.entry((kind, key.clone())).or_insert_with(|| {
            self.entries.push(Entry {
                kind,
                key,
                value: entity.value.clone(),
                first: at,
                last: at,
                sources: Vec::new(),
                hosts: Vec::new(),
                stored: None,
                is_fresh: true,
                used: 0,
            });
            self.fresh.push(self.entries.len() - 1);
            self.entries.len() - 1
        });
        self.entries[slot].used = self.turn;
        // Ways to write one entity are few; one who makes up many must not fill the memory.
        if written.len() > 2 * self.capacity {
            written.clear();
        }
        written.insert(entity.value.into(), slot);
        slot
    }

    fn sighted(&mut self, slot: usize, at: Timestamp, source: &SourceName) {
        let entry = &mut self.entries[slot];
        let mut news = at < entry.first;
        entry.first = entry.first.min(at);
        entry.last = entry.last.max(at);
        news |= entry
            .stored
            .is_some_and(|stored| entry.last >= stored.plus(DRIFT));
        if !entry.sources.contains(source) && entry.sources.len() < Asset::MAX_SOURCES {
            entry.sources.push(source.clone());
            news = true;
        }
        self.mark(slot, news);
    }

    fn bound(&mut self, slot: usize, host: &str, at: Timestamp) {
        let day = day_of(at);
        let value = host.to_owned();
        let kind = EntityKind::Host;
        let hosts = &mut self.entries[slot].hosts;
        let host = Entity { kind, value }.key();
        let news = bind(
            hosts,
            Binding {
                host,
                first_day: day,
                last_day: day,
            },
        );
        self.mark(slot, news);
    }

    fn mark(&mut self, slot: usize, news: bool) {
        let entry = &mut self.entries[slot];
        if news && !entry.is_fresh {
            entry.is_fresh = true;
            self.fresh.push(slot);
        }
    }
}

impl Entry {
    pub fn id(&self) -> EntityId {
        EntityId::of(self.kind, &self.key)
    }

    fn is_news(&self) -> bool {
        self.is_fresh || self.stored != Some(self.last)
    }

    /// The asset with this entry's news; `None` when there are none.
    pub fn merge(&self, known: Option<&Asset>, now: Timestamp) -> Option<Asset> {
        let entity = Entity {
            kind: self.kind,
            value: self.value.clone(),
        };
        let mut asset = match known {
            Some(known) => known.clone(),
            None => Asset::new(&entity, self.first, now),
        };
        asset.first_seen = asset.first_seen.min(self.first);
        asset.last_seen = asset.last_seen.max(self.last);
        for source in &self.sources {
            if !asset.sources.contains(source) && asset.sources.len() < Asset::MAX_SOURCES {
                asset.sources.push(source.clone());
            }
        }
        asset.sources.sort();
        let mut rebound = false;
        for binding in &self.hosts {
            rebound |= bind(&mut asset.hosts, binding.clone());
        }
        if rebound {
            asset.hosts.sort();
            asset.bound_at = Some(now);
        }
        if known == Some(&asset) {
            return None;
        }
        asset.updated_at = now;
        Some(asset)
    }
}

/// Widens the host's days, or adds it; says whether that was news. Beyond the bound the address
/// has so many hosts already that it stands for none.
fn bind(hosts: &mut Vec<Binding>, new: Binding) -> bool {
    if let Some(known) = hosts.iter_mut().find(|known| known.host == new.host) {
        let before = (known.first_day, known.last_day);
        known.first_day = known.first_day.min(new.first_day);
        known.last_day = known.last_day.max(new.last_day);
        return before != (known.first_day, known.last_day);
    }
    let room = hosts.len() < Asset::MAX_BINDINGS;
    if room {
        hosts.push(new);
    }
    room
}
