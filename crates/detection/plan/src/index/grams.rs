//! Substring search for thousands of patterns that looks at one place in four.
//!
//! A pattern of seven bytes or more, wherever it stands, covers some place whose offset is a
//! multiple of four together with the three bytes after it. Of each pattern four such 4-byte grams
//! are kept, one for each way it can lie, cut from the stretch of it that is rarest. A text is
//! sampled at every fourth place; a small bit map says for nearly all that no pattern has the gram.

use super::table::{Entry, Kind, Table, index};
use crate::commonness;

pub(crate) const GRAM: usize = 4;
/// Every bit of a byte that tells upper from lower case.
const CASE: u32 = 0x2020_2020;

#[derive(Debug)]
pub(crate) struct Grams {
    step: usize,
    /// By the upper bits of a gram's hash.
    map: Vec<u64>,
    shift: u32,
    table: Table,
}

#[inline]
pub(crate) fn gram(text: &[u8], at: usize) -> u32 {
    let bytes = text[at..at + GRAM].first_chunk().copied();
    u32::from_le_bytes(bytes.unwrap_or_default()) | CASE
}

#[inline]
fn spread(gram: u32) -> u32 {
    gram.wrapping_mul(0x9E37_79B1)
}

impl Grams {
    /// `patterns` are no shorter than `step + 3` bytes: hit, start in `texts`, length.
    pub fn new(step: usize, texts: &[u8], patterns: &[(u32, u32, u32)]) -> Option<Self> {
        if patterns.is_empty() {
            return None;
        }
        let text = |start: u32, len: u32| &texts[start as usize..(start + len) as usize];
        let mut shared = std::collections::HashMap::<u32, u32>::new();
        for (_, start, len) in patterns {
            let text = text(*start, *len);
            (0..=text.len() - GRAM).for_each(|at| *shared.entry(gram(text, at)).or_default() += 1);
        }
        let mut pairs = Vec::with_capacity(patterns.len() * step);
        for (hit, start, len) in patterns {
            let text = text(*start, *len);
            let cost = |at: usize| commonness::of_gram(gram(text, at)) + shared[&gram(text, at)];
            let window = |from: &usize| (0..step).map(|k| cost(from + k)).sum::<u32>();
            let from = (0..=text.len() - GRAM + 1 - step).min_by_key(window);
            let from = from.expect("no pattern is shorter than a window");
            pairs.extend((from..from + step).map(|offset| {
                let entry = Entry {
                    hit: *hit,
                    start: *start,
                    len: *len,
                    offset: index(offset),
                    kind: Kind::Anywhere,
                };
                (u64::from(gram(text, offset)), entry)
            }));
        }
        let bits = (pairs.len() * 16)
            .next_power_of_two()
            .clamp(1 << 10, 1 << 20);
        let mut grams = Self {
            step,
            map: vec![0; bits / 64],
            shift: 32 - bits.trailing_zeros(),
            table: Table::default(),
        };
        for (gram, _) in &pairs {
            let bit = spread(u32::try_from(*gram).unwrap_or_default()) >> grams.shift;
            grams.map[bit as usize / 64] |= 1 << (bit % 64);
        }
        grams.table = Table::new(pairs);
        Some(grams)
    }

    /// Calls `found` with every pattern that may stand in the text, and where.
    #[inline]
    pub fn scan(&self, text: &[u8], mut found: impl FnMut(&Entry, usize)) {
        if text.len() < GRAM {
            return;
        }
        let mask = self.map.len() - 1;
        let mut at = 0;
        while at <= text.len() - GRAM {
            let gram = gram(text, at);
            let bit = spread(gram) >> self.shift;
            if self.map[(bit as usize / 64) & mask] >> (bit % 64) & 1 == 1 {
                for entry in self.table.get(u64::from(gram)) {
                    if let Some(start) = at.checked_sub(entry.offset as usize) {
                        found(entry, start);
                    }
                }
            }
            at += self.step;
        }
    }
}
