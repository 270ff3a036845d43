//! From the keys of a line to the fields that rules ask for.

use std::collections::HashMap;

use crate::index::mix;

#[derive(Debug, Default)]
pub(super) struct Keys {
    names: Vec<Box<[u8]>>,
    numbers: HashMap<Box<[u8]>, u32>,
    /// Hash and number plus one; a power of two of them, at most a quarter in use.
    slots: Vec<(u64, u32)>,
    /// Whether some name holds what JSON escapes.
    pub strange: bool,
}

/// Reads the eight bytes before the key's end, whatever stands before the key, and its first eight.
#[inline]
fn hash(line: &[u8], start: usize, end: usize) -> u64 {
    let length = end - start;
    let eight = |from: usize| {
        let bytes = line[from..].first_chunk().copied();
        u64::from_le_bytes(bytes.unwrap_or_default())
    };
    if length >= 8 {
        return mix(eight(end - 8) ^ eight(start).rotate_left(23) ^ length as u64);
    }
    if end < 8 || length == 0 {
        let bytes = line[start..end].iter().rev();
        return mix(bytes.fold(0, |key, byte| key << 8 | u64::from(*byte)) ^ length as u64);
    }
    mix(eight(end - 8) >> ((8 - length) * 8) ^ length as u64)
}

impl Keys {
    /// The number of a key; it gets one when it has none.
    pub fn add(&mut self, name: &str) -> u32 {
        self.strange |= name.contains(|c: char| c == '\\' || c == '"' || c.is_control());
        let name: Box<[u8]> = name.as_bytes().into();
        let next = crate::index::index(self.names.len());
        let number = *self.numbers.entry(name.clone()).or_insert(next);
        if number == next {
            self.names.push(name);
        }
        number
    }

    /// Makes [`Keys::find`] ready.
    pub fn finish(&mut self) {
        let size = (self.names.len() * 4).next_power_of_two();
        self.slots = vec![(0, 0); size];
        for (number, name) in self.names.iter().enumerate() {
            let hash = hash(name, 0, name.len());
            let mut at = home(hash, size);
            while self.slots[at].1 != 0 {
                at = (at + 1) & (size - 1);
            }
            self.slots[at] = (hash, crate::index::index(number + 1));
        }
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// By the key's unescaped bytes at `start..end` of the line.
    #[inline]
    pub fn find(&self, line: &[u8], start: usize, end: usize) -> Option<u32> {
        let hash = hash(line, start, end);
        let mut at = home(hash, self.slots.len());
        loop {
            let (held, number) = self.slots[at];
            if number == 0 {
                return None;
            }
            if held == hash && *self.names[number as usize - 1] == line[start..end] {
                return Some(number - 1);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }
}

#[inline]
fn home(hash: u64, size: usize) -> usize {
    (hash >> 32) as usize & (size - 1)
}
