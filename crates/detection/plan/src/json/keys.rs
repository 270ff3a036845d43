//! From the keys of a line to the fields that rules ask for.

use std::collections::HashMap;

use crate::index::mix;

#[derive(Debug, Default)]
pub(super) struct Keys {
    names: Vec<Box<[u8]>>,
    numbers: HashMap<Box<[u8]>, u32>,
    /// A power of two of them, at most a quarter in use.
    slots: Vec<Slot>,
    /// Whether some name holds what JSON escapes.
    pub strange: bool,
}

/// What a key is known by: for keys of up to sixteen bytes nothing more is to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Print {
    first: u64,
    last: u64,
    length: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    print: Print,
    /// The key's number plus one; 0 for none.
    number: u32,
}

impl Print {
    /// Reads the eight bytes before the key's end, whatever stands before the key, and its first
    /// eight.
    #[inline]
    pub fn of(line: &[u8], start: usize, end: usize) -> Self {
        let length = end - start;
        let eight = |from: usize| {
            let bytes = line[from..].first_chunk().copied();
            u64::from_le_bytes(bytes.unwrap_or_default())
        };
        let (first, last) = if length >= 8 {
            (eight(start), eight(end - 8))
        } else if end < 8 || length == 0 {
            let bytes = line[start..end].iter().rev();
            (0, bytes.fold(0, |key, byte| key << 8 | u64::from(*byte)))
        } else {
            (0, eight(end - 8) >> ((8 - length) * 8))
        };
        Self {
            first,
            last,
            length: length as u32,
        }
    }

    /// Where to look for it first, of `size` slots; `seed` tells keys of different objects apart.
    #[inline]
    pub fn home(&self, size: usize, seed: u32) -> usize {
        let length = u64::from(self.length) | u64::from(seed) << 32;
        let mixed = mix(self.first ^ self.last.rotate_left(23) ^ length);
        (mixed >> 32) as usize & (size - 1)
    }
}

/// Whether the name holds what JSON escapes.
pub(super) fn is_strange(name: &str) -> bool {
    name.contains(|c: char| c == '\\' || c == '"' || c.is_control())
}

impl Keys {
    /// The number of a key; it gets one when it has none.
    pub fn add(&mut self, name: &str) -> u32 {
        self.strange |= is_strange(name);
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
        self.slots = vec![Slot::default(); size];
        for (number, name) in self.names.iter().enumerate() {
            let print = Print::of(name, 0, name.len());
            let mut at = print.home(size, 0);
            while self.slots[at].number != 0 {
                at = (at + 1) & (size - 1);
            }
            let number = crate::index::index(number + 1);
            self.slots[at] = Slot { print, number };
        }
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// By the key's unescaped bytes at `start..end` of the line.
    #[inline]
    pub fn find(&self, line: &[u8], start: usize, end: usize) -> Option<u32> {
        let print = Print::of(line, start, end);
        let mut at = print.home(self.slots.len(), 0);
        loop {
            let slot = &self.slots[at];
            let number = slot.number.checked_sub(1)?;
            let same = || end - start <= 16 || *self.names[number as usize] == line[start..end];
            if slot.print == print && same() {
                return Some(number);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }
}
