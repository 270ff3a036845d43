//! A set of keys that costs one cache line a look.
//!
//! Keys stand in lines of four, which is what memory hands over at once. A key's line follows from the
//! upper bits of its spread value, so lines are in the order of these values and growing moves keys from front to back,
//! as memory likes it. A line that is full runs over into the next.

use aurora_model::EventUid;

use crate::spread::Spread;

/// Keys in a line.
const PLACES: usize = 4;
/// Lines behind the last one that a key is spread to. When a run passes them, the table grows.
const SPARE: usize = 32;

/// 0 is an empty place; the key that is 0 has a place of its own. Keys stand at a line's front.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
struct Line([u128; PLACES]);

#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    lines: Vec<Line>,
    /// Lines that keys are spread to.
    homes: u64,
    len: usize,
    zero: bool,
    spread: Spread,
}

impl Table {
    /// With room for so many keys.
    pub(crate) fn with_room(keys: usize) -> Self {
        let mut table = Self::default();
        if keys > 0 {
            table.take_lines(homes_for(keys));
        }
        table
    }

    fn take_lines(&mut self, homes: usize) {
        self.homes = homes as u64;
        self.lines = vec![Line::default(); homes + SPARE];
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn bytes(&self) -> usize {
        self.lines.capacity() * size_of::<Line>()
    }

    /// Reads what a look at `key` will read, and nothing depends on it: many such reads are under way
    /// at once, where looks come one after the other.
    pub(crate) fn touch(&self, key: &EventUid) -> u64 {
        let line = self.lines.get(self.home(number(key)));
        line.map_or(0, |line| line.0[0] as u64)
    }

    pub(crate) fn contains(&self, key: &EventUid) -> bool {
        let key = number(key);
        if key == 0 {
            return self.zero;
        }
        self.find(key).is_ok_and(|place| place.is_some())
    }

    /// `false` when it was there already.
    pub(crate) fn insert(&mut self, key: EventUid) -> bool {
        let key = number(&key);
        if key == 0 {
            let fresh = !std::mem::replace(&mut self.zero, true);
            self.len += usize::from(fresh);
            return fresh;
        }
        if self.len >= room(self.homes) {
            if self.find(key).is_ok_and(|place| place.is_some()) {
                return false;
            }
            self.grow();
        }
        loop {
            match self.find(key) {
                Ok(Some(_)) => return false,
                Ok(None) => break,
                Err(Overrun) => self.grow(),
            }
        }
        let put = self.put(key);
        debug_assert!(put, "a place was just found");
        self.len += 1;
        true
    }

    pub(crate) fn remove(&mut self, key: &EventUid) {
        let key = number(key);
        if key == 0 {
            self.len -= usize::from(std::mem::take(&mut self.zero));
            return;
        }
        let Ok(Some((mut at, place))) = self.find(key) else {
            return;
        };
        self.len -= 1;
        let mut full = self.lines[at].take(place);
        // What ran over a line that is no longer full would not be found behind it.
        while full {
            let Some((from, place)) = self.overrun(at) else {
                return;
            };
            let moved = self.lines[from].0[place];
            full = self.lines[from].take(place);
            self.lines[at].push(moved);
            at = from;
        }
    }

    /// A key in the lines behind `at` that belongs there or before.
    fn overrun(&self, at: usize) -> Option<(usize, usize)> {
        for (behind, line) in self.lines.iter().enumerate().skip(at + 1) {
            let of = |key: &u128| *key != 0 && self.home(*key) <= at;
            if let Some(place) = line.0.iter().position(of) {
                return Some((behind, place));
            }
            if !line.is_full() {
                return None;
            }
        }
        None
    }

    fn home(&self, key: u128) -> usize {
        let spread = u128::from(self.spread.of(key));
        usize::try_from((spread * u128::from(self.homes)) >> 64).expect("below the lines' number")
    }

    /// Line and place of a key; `None` when it is not there.
    fn find(&self, key: u128) -> Result<Option<(usize, usize)>, Overrun> {
        for (at, line) in self.lines.iter().enumerate().skip(self.home(key)) {
            if let Some(place) = line.0.iter().position(|other| *other == key) {
                return Ok(Some((at, place)));
            }
            if !line.is_full() {
                return Ok(None);
            }
        }
        Err(Overrun)
    }

    fn put(&mut self, key: u128) -> bool {
        let home = self.home(key);
        let behind = self.lines.iter_mut().skip(home);
        let line = behind.into_iter().find(|line| !line.is_full());
        line.is_some_and(|line| {
            line.push(key);
            true
        })
    }

    fn grow(&mut self) {
        let mut homes = self.homes as usize;
        let lines = std::mem::take(&mut self.lines);
        loop {
            homes += homes / 2 + 16;
            self.take_lines(homes);
            let keys = lines.iter().flat_map(|line| line.0);
            if keys.filter(|key| *key != 0).all(|key| self.put(key)) {
                return;
            }
        }
    }

    fn keys(&self) -> impl Iterator<Item = u128> {
        let keys = self.lines.iter().flat_map(|line| line.0);
        keys.filter(|key| *key != 0)
    }
}

/// The lines end before a free place.
struct Overrun;

impl Line {
    const fn is_full(&self) -> bool {
        self.0[PLACES - 1] != 0
    }

    fn push(&mut self, key: u128) {
        let free = self.0.iter_mut().find(|place| **place == 0);
        *free.expect("the line is not full") = key;
    }

    /// Whether it was full before.
    fn take(&mut self, place: usize) -> bool {
        let full = self.is_full();
        self.0[place..].rotate_left(1);
        self.0[PLACES - 1] = 0;
        full
    }
}

impl PartialEq for Table {
    /// The same keys, wherever they stand.
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len
            && self.zero == other.zero
            && self
                .keys()
                .all(|key| other.find(key).is_ok_and(|place| place.is_some()))
    }
}

impl FromIterator<EventUid> for Table {
    fn from_iter<I: IntoIterator<Item = EventUid>>(keys: I) -> Self {
        let keys = keys.into_iter();
        let mut table = Self::with_room(keys.size_hint().0);
        keys.for_each(|key| {
            table.insert(key);
        });
        table
    }
}

fn number(key: &EventUid) -> u128 {
    u128::from_le_bytes(*key.0.as_bytes())
}

/// Three places of four: beyond that, runs get long.
const fn room(homes: u64) -> usize {
    homes as usize * PLACES * 3 / 4
}

const fn homes_for(keys: usize) -> usize {
    keys.div_ceil(PLACES * 3 / 4) + 1
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use aurora_ids::Id128;
    use proptest::prelude::*;

    use super::*;

    fn key(n: u128) -> EventUid {
        EventUid(Id128::from_bytes(n.to_le_bytes()))
    }

    proptest! {
        /// Against the standard library's set, with few keys so that they meet again, and a small
        /// table so that lines run over.
        #[test]
        fn it_is_a_set(steps in prop::collection::vec((0..200_u128, any::<bool>()), 0..2000)) {
            let (mut table, mut model) = (Table::default(), HashSet::new());
            for (n, insert) in steps {
                if insert {
                    prop_assert_eq!(table.insert(key(n)), model.insert(n));
                } else {
                    table.remove(&key(n));
                    model.remove(&n);
                }
                prop_assert_eq!(table.len(), model.len());
            }
            for n in 0..200 {
                prop_assert_eq!(table.contains(&key(n)), model.contains(&n));
            }
            let same: Table = model.into_iter().map(key).collect();
            prop_assert!(same == table);
        }
    }

    #[test]
    fn it_holds_many_in_little() {
        let mut table = Table::default();
        for n in 0..300_000 {
            assert!(table.insert(key(n)) && !table.insert(key(n)));
            // At worst right after growing.
            assert!(n < 10_000 || table.bytes() <= table.len() * 33, "{n}");
        }
        assert!((0..300_000).all(|n| table.contains(&key(n))));
        assert!((300_000..600_000).all(|n| !table.contains(&key(n))));
        let roomy = Table::with_room(300_000);
        assert!(roomy.bytes() < 300_000 * 22);
    }
}
