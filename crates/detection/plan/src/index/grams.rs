//! Substring search for thousands of patterns that looks at one place in eight, four or two.
//!
//! A pattern of seven bytes or more, wherever it stands, covers some place whose offset is a
//! multiple of four together with the three bytes after it. Of each pattern four such grams of four
//! bytes are kept, one for each way it can lie, cut from the stretch of it that is rarest. A text is
//! sampled at every fourth place; a small bit map says for nearly all that no pattern has the gram.
//! Likewise one place in eight for patterns of eleven bytes and more, one in two for four and more.

use super::table::{Entry, Kind, Table, index};
use crate::commonness;

pub(crate) const GRAM: usize = 4;
/// Every bit of a byte that tells upper from lower case.
const CASE: u32 = 0x2020_2020;

#[derive(Debug)]
pub(crate) struct Grams {
    step: usize,
    /// Which bytes of a gram count: all four, or the first three.
    mask: u32,
    patterns: usize,
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
    /// `patterns` of four bytes and more: hit, start in `texts`, length.
    pub fn new(texts: &[u8], patterns: &[(u32, u32, u32)]) -> Option<Self> {
        let (step, width) = match patterns.iter().map(|(.., len)| *len).min()? {
            11.. => (8, 4),
            7.. => (4, 4),
            5.. => (2, 4),
            _ => (2, 3),
        };
        let mask = if width == GRAM { u32::MAX } else { 0x00FF_FFFF };
        let gram = |text: &[u8], at: usize| {
            let four: [u8; GRAM] = std::array::from_fn(|k| text.get(at + k).copied().unwrap_or(0));
            (u32::from_le_bytes(four) | CASE) & mask
        };
        let text = |start: u32, len: u32| &texts[start as usize..(start + len) as usize];
        let mut shared = std::collections::HashMap::<u32, u32>::new();
        for (_, start, len) in patterns {
            let text = text(*start, *len);
            (0..=text.len() - width).for_each(|at| *shared.entry(gram(text, at)).or_default() += 1);
        }
        let mut pairs = Vec::with_capacity(patterns.len() * step);
        for (hit, start, len) in patterns {
            let text = text(*start, *len);
            let cost = |at: usize| {
                let common = commonness::of_gram(gram(text, at) | !mask & CASE);
                common + shared[&gram(text, at)]
            };
            let window = |from: &usize| (0..step).map(|k| cost(from + k)).sum::<u32>();
            let from = (0..=text.len() - width + 1 - step).min_by_key(window);
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
            mask,
            patterns: patterns.len(),
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

    /// How many patterns it looks for.
    pub fn len(&self) -> usize {
        self.patterns
    }

    /// Calls `found` with every pattern that may stand in the text, and where.
    #[inline]
    pub fn scan(&self, text: &[u8], mut found: impl FnMut(&Entry, usize)) {
        let words = self.map.len() - 1;
        let mut look = |gram: u32, at: usize| {
            let bit = spread(gram) >> self.shift;
            if self.map[(bit as usize / 64) & words] >> (bit % 64) & 1 == 1 {
                for entry in self.table.get(u64::from(gram)) {
                    if let Some(start) = at.checked_sub(entry.offset as usize) {
                        found(entry, start);
                    }
                }
            }
        };
        let mut at = 0;
        while let Some(bytes) = text.get(at..at + GRAM).and_then(<[u8]>::first_chunk) {
            look((u32::from_le_bytes(*bytes) | CASE) & self.mask, at);
            at += self.step;
        }
        // Grams of three bytes also fit the last place.
        if self.mask != u32::MAX && text.len() >= 3 && at == text.len() - 3 {
            let last = [text[at], text[at + 1], text[at + 2], 0];
            look((u32::from_le_bytes(last) | CASE) & self.mask, at);
        }
    }
}
