use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use aurora_clock::Timestamp;
use serde_json::Map;
use tracing::error;

use crate::clean::Clean;
use crate::observe::{self, At, Look, Reading, Wanted};
use crate::set::{Key, Payload};
use crate::{Error, Found, Kind, Paths, Set, Value};

/// The sets in force, swapped as a whole. Cheap to clone.
#[derive(Clone, Debug)]
pub struct IndicatorHandle {
    current: Arc<RwLock<Arc<Indicators>>>,
    paths: Arc<Paths>,
    unreadable: Arc<AtomicU64>,
}

/// The sets of all sources, each with its source's name.
#[derive(Clone, Debug, Default)]
pub struct Indicators {
    sets: Vec<(Arc<str>, Arc<Set>)>,
    /// What they hold together.
    wanted: Wanted,
    /// Texts in which they hold nothing.
    clean: Arc<Clean>,
}

/// An indicator that an event matches.
#[derive(Clone, Debug, PartialEq)]
pub struct IndicatorMatch {
    /// The name of its set.
    pub source: Arc<str>,
    pub found: Found,
    /// Where in the event it was, as an OCSF path.
    pub path: String,
    /// What stood there: hostile text.
    pub seen: String,
}

impl Indicators {
    pub fn new(sets: impl IntoIterator<Item = (Arc<str>, Arc<Set>)>) -> Self {
        let sets: Vec<(Arc<str>, Arc<Set>)> = sets.into_iter().collect();
        let mut wanted = Wanted::default();
        for (_, set) in &sets {
            wanted.add(&set.info().counts);
        }
        Self {
            sets,
            wanted,
            clean: Arc::default(),
        }
    }

    /// These, with the set of one source put, replaced or, with `None`, taken out.
    #[must_use]
    pub fn with(&self, source: &str, set: Option<Arc<Set>>) -> Self {
        let others = self.sets.iter().filter(|(name, _)| &**name != source);
        let added = set.map(|set| (Arc::from(source), set));
        Self::new(others.cloned().chain(added))
    }

    pub fn sets(&self) -> impl ExactSizeIterator<Item = (&str, &Arc<Set>)> {
        self.sets.iter().map(|(name, set)| (&**name, set))
    }

    pub fn get(&self, source: &str) -> Option<&Arc<Set>> {
        let (_, set) = self.sets.iter().find(|(name, _)| &**name == source)?;
        Some(set)
    }
}

impl Default for IndicatorHandle {
    /// No sets, and the shipped table of places.
    fn default() -> Self {
        Self::new(Paths::shipped())
    }
}

impl IndicatorHandle {
    pub fn new(paths: Paths) -> Self {
        Self {
            current: Arc::default(),
            paths: Arc::new(paths),
            unreadable: Arc::default(),
        }
    }

    pub fn current(&self) -> Arc<Indicators> {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Batches already being looked at finish with the sets they began with.
    pub fn swap(&self, sets: Indicators) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(sets);
    }

    /// Questions that a damaged or vanished file left without an answer, since the start. Each may
    /// be a match that nobody heard of.
    pub fn unreadable(&self) -> u64 {
        self.unreadable.load(Ordering::Relaxed)
    }

    /// What the event matches at its arrival `at`, each value once for each source: of indicators
    /// with one value the surest, of networks around an address the narrowest, and of domains the
    /// name itself and all above it.
    pub fn matches(
        &self,
        event: &Map<String, serde_json::Value>,
        at: Timestamp,
    ) -> Vec<IndicatorMatch> {
        let sets = self.current();
        if sets.sets.is_empty() {
            return Vec::new();
        }
        let mut screen = Screen::of(&sets);
        observe::look(&self.paths, event, sets.wanted, &mut screen);
        if !screen.suspects() {
            return Vec::new();
        }
        let mut finder = Finder::new(&sets, at);
        observe::look(&self.paths, event, sets.wanted, &mut finder);
        self.told(finder)
    }

    /// What a single value matches, whatever its kind.
    pub fn check(&self, value: &str, at: Timestamp) -> Vec<IndicatorMatch> {
        let sets = self.current();
        let mut finder = Finder::new(&sets, at);
        observe::read_as(value, &mut finder);
        self.told(finder)
    }

    fn told(&self, finder: Finder<'_>) -> Vec<IndicatorMatch> {
        if finder.unreadable > 0 {
            self.unreadable
                .fetch_add(finder.unreadable, Ordering::Relaxed);
        }
        finder.matches
    }
}

/// Fingerprints that are asked about together.
const TOGETHER: usize = 32;

/// The filters' first look at an event, which nearly every event passes unsuspected. Fingerprints
/// are gathered and then asked about in one go: each question waits for memory, and so they wait
/// together.
struct Screen<'s> {
    sets: &'s Indicators,
    prints: [u64; TOGETHER],
    gathered: usize,
    /// Texts read since the filters were asked last, by their names.
    texts: [u64; TOGETHER],
    read: usize,
    suspects: bool,
}

impl<'s> Screen<'s> {
    const fn of(sets: &'s Indicators) -> Self {
        Self {
            sets,
            prints: [0; TOGETHER],
            gathered: 0,
            texts: [0; TOGETHER],
            read: 0,
            suspects: false,
        }
    }

    fn suspects(&mut self) -> bool {
        self.ask();
        self.suspects
    }

    fn gather(&mut self, print: u64) {
        self.prints[self.gathered] = print;
        self.gathered += 1;
        if self.gathered == TOGETHER {
            self.ask_between();
        }
    }

    /// Remembers the texts that were asked about, unless one of them is suspected.
    fn ask(&mut self) {
        let mut held = false;
        for (_, set) in &self.sets.sets {
            held = self.prints[..self.gathered]
                .iter()
                .fold(held, |held, print| held | set.may_hold(*print));
        }
        self.gathered = 0;
        self.suspects |= held;
        let read = std::mem::take(&mut self.read);
        if !held {
            let texts = self.texts[..read].iter();
            texts.for_each(|name| self.sets.clean.add(*name));
        }
    }

    /// Asks while a text is read that may have more to ask about: it stays, unless it is suspected
    /// already.
    fn ask_between(&mut self) {
        let Some(finished) = self.read.checked_sub(1) else {
            return self.ask();
        };
        let unfinished = self.texts[finished];
        let before = std::mem::take(&mut self.suspects);
        self.read = finished;
        self.ask();
        if !self.suspects {
            self.texts[0] = unfinished;
            self.read = 1;
        }
        self.suspects |= before;
    }
}

impl Look for Screen<'_> {
    fn address(&mut self, address: IpAddr, _: &At<'_>, _: &str) {
        let payload = Payload::of(address);
        self.gather(itself(&payload).print());
        let sets = self.sets;
        for (_, set) in &sets.sets {
            for prefix in set.gates().lengths(address) {
                self.gather(around(&payload.network(prefix), prefix).print());
            }
        }
    }

    fn key(&mut self, key: Key<'_>, _: &At<'_>, _: &str) {
        self.gather(key.print());
    }

    fn is_known(&mut self, reading: Reading, text: &str) -> bool {
        let Some(name) = self.sets.clean.name(reading, text) else {
            return false;
        };
        if self.sets.clean.has(name) {
            return true;
        }
        if self.read == TOGETHER {
            self.ask();
        }
        self.texts[self.read] = name;
        self.read += 1;
        false
    }
}

fn itself(payload: &Payload) -> Key<'_> {
    Key {
        kind: Kind::Ip,
        prefix: 0,
        bytes: payload.bytes(),
    }
}

fn around(network: &Payload, prefix: u8) -> Key<'_> {
    Key {
        kind: Kind::Cidr,
        prefix,
        bytes: network.bytes(),
    }
}

/// Puts every key of an event to every set.
struct Finder<'s> {
    sets: &'s Indicators,
    now: Timestamp,
    matches: Vec<IndicatorMatch>,
    unreadable: u64,
}

impl<'s> Finder<'s> {
    const fn new(sets: &'s Indicators, now: Timestamp) -> Self {
        Self {
            sets,
            now,
            matches: Vec::new(),
            unreadable: 0,
        }
    }

    #[cold]
    fn ask(&mut self, index: usize, print: u64, key: Key<'_>, at: &At<'_>, seen: &str) -> bool {
        let (source, set) = &self.sets.sets[index];
        match set.find(print, key, self.now) {
            Ok(None) => false,
            Ok(Some(found)) => {
                self.add(source, found, at, seen);
                true
            }
            Err(error) => {
                self.broken(source, &error);
                false
            }
        }
    }

    fn add(&mut self, source: &Arc<str>, found: Found, at: &At<'_>, seen: &str) {
        let told =
            |known: &IndicatorMatch| known.source == *source && known.found.value == found.value;
        if self.matches.iter().any(told) {
            return;
        }
        self.matches.push(IndicatorMatch {
            source: Arc::clone(source),
            found,
            path: at.path(),
            seen: seen.to_owned(),
        });
    }

    fn broken(&mut self, source: &str, error: &Error) {
        if self.unreadable == 0 {
            error!(source, %error, "an indicator set cannot be asked");
        }
        self.unreadable += 1;
    }
}

impl Look for Finder<'_> {
    fn address(&mut self, address: IpAddr, at: &At<'_>, seen: &str) {
        let payload = Payload::of(address);
        self.key(itself(&payload), at, seen);
        let sets = self.sets;
        for (index, (_, set)) in sets.sets.iter().enumerate() {
            for prefix in set.gates().lengths(address) {
                let network = payload.network(prefix);
                let key = around(&network, prefix);
                let print = key.print();
                if set.may_hold(print) && self.ask(index, print, key, at, seen) {
                    break;
                }
            }
        }
    }

    fn key(&mut self, key: Key<'_>, at: &At<'_>, seen: &str) {
        let print = key.print();
        let sets = self.sets;
        for (index, (_, set)) in sets.sets.iter().enumerate() {
            if set.may_hold(print) {
                self.ask(index, print, key, at, seen);
            }
        }
    }
}

impl IndicatorMatch {
    pub const fn value(&self) -> &Value {
        &self.found.value
    }
}
