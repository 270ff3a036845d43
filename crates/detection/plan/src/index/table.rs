//! A hash table from a few bytes of text to the patterns that have them, made once.

/// A pattern to be compared at a place where its bytes were seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// What a hit is reported as.
    pub hit: u32,
    /// The pattern's text: a range of the index's texts.
    pub start: u32,
    pub len: u32,
    /// How far into the pattern the bytes stand.
    pub offset: u32,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Whole,
    Start,
    End,
    Anywhere,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    key: u64,
    start: u32,
    count: u32,
}

#[derive(Debug, Default)]
pub(crate) struct Table {
    /// A power of two of them, at most half in use; `count` 0 is free.
    slots: Vec<Slot>,
    shift: u32,
    entries: Vec<Entry>,
}

#[inline]
pub(crate) fn mix(key: u64) -> u64 {
    let mixed = key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

impl Table {
    pub fn new(mut pairs: Vec<(u64, Entry)>) -> Self {
        if pairs.is_empty() {
            return Self::default();
        }
        pairs.sort_by_key(|(key, _)| *key);
        let keys = pairs.chunk_by(|a, b| a.0 == b.0).count();
        let size = (keys * 2).next_power_of_two();
        let mut table = Self {
            slots: vec![Slot::default(); size],
            shift: 64 - size.trailing_zeros(),
            entries: Vec::with_capacity(pairs.len()),
        };
        for group in pairs.chunk_by(|a, b| a.0 == b.0) {
            let key = group[0].0;
            let mut at = table.home(key);
            while table.slots[at].count != 0 {
                at = (at + 1) & (size - 1);
            }
            table.slots[at] = Slot {
                key,
                start: index(table.entries.len()),
                count: index(group.len()),
            };
            table.entries.extend(group.iter().map(|(_, entry)| *entry));
        }
        table
    }

    fn home(&self, key: u64) -> usize {
        (mix(key) >> self.shift) as usize & (self.slots.len() - 1)
    }

    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    #[inline]
    pub fn get(&self, key: u64) -> &[Entry] {
        if self.slots.is_empty() {
            return &[];
        }
        let mut at = self.home(key);
        loop {
            let slot = self.slots[at];
            if slot.count == 0 {
                return &[];
            }
            if slot.key == key {
                let start = slot.start as usize;
                return &self.entries[start..start + slot.count as usize];
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }
}

pub(crate) fn index(value: usize) -> u32 {
    u32::try_from(value).expect("rule sets are far below 4 billion of anything")
}
