//! Substring search for thousands of patterns that looks at one place in several.
//!
//! A pattern of seven bytes or more, wherever it stands, covers some place whose offset is a
//! multiple of four together with the three bytes after it. Of each pattern four such grams of four
//! bytes are kept, one for each way it can lie, cut from the stretch of it that is rarest. A text is
//! sampled at every fourth place; a small bit map says for nearly all that no pattern has the gram.
//! Likewise one place in eight for patterns of eleven bytes and more, one in five for eight, one in two
//! for four and more, and every place for shorter ones.

use super::map::{MAX_STEP, Map, RUN};
use super::table::{Entry, Kind, Table, index};
use crate::commonness::Commonness;

pub(crate) const GRAM: usize = 4;
/// Every bit of a byte that tells upper from lower case.
pub(super) const CASE: u32 = 0x2020_2020;

#[derive(Debug)]
pub(crate) struct Grams {
    step: usize,
    /// Bytes of a gram, at most [`GRAM`].
    width: usize,
    patterns: usize,
    map: Map,
    table: Table,
}

/// The `width` bytes at `at`, at most [`GRAM`], with their case folded; what is beyond the text
/// counts as 0.
#[inline]
pub(crate) fn gram(text: &[u8], at: usize, width: usize) -> u32 {
    let four = match text.get(at..).and_then(<[u8]>::first_chunk) {
        Some(four) => *four,
        None => std::array::from_fn(|k| text.get(at + k).copied().unwrap_or(0)),
    };
    (u32::from_le_bytes(four) | CASE) & of_width(width)
}

fn of_width(width: usize) -> u32 {
    u32::MAX >> (8 * (GRAM - width))
}

impl Grams {
    /// `patterns` of at least a byte: hit, start in `texts`, length.
    pub fn new(
        texts: &[u8],
        patterns: &[(u32, u32, u32)],
        commonness: &Commonness,
    ) -> Option<Self> {
        let (step, width) = match patterns.iter().map(|(.., len)| *len as usize).min()? {
            shortest @ 5.. => ((shortest + 1 - GRAM).min(MAX_STEP), GRAM),
            4 => (2, 3),
            shorter => (1, shorter),
        };
        let gram = |text: &[u8], at: usize| gram(text, at, width);
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
                let gram = gram(text, at);
                commonness.of(gram, width) + shared[&gram]
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
        let mut map = Map::new(pairs.len());
        pairs.iter().for_each(|(gram, _)| map.add(*gram));
        Some(Self {
            step,
            width,
            patterns: patterns.len(),
            map,
            table: Table::new(pairs),
        })
    }

    /// How many patterns it looks for.
    pub fn len(&self) -> usize {
        self.patterns
    }

    /// Calls `found` with every pattern that may stand in the text, and where.
    #[inline]
    pub fn scan(&self, text: &[u8], mut found: impl FnMut(&Entry, usize)) {
        let mut from = 0;
        let mut seen = [0; RUN];
        while from + GRAM <= text.len() {
            let rest = &text[from..];
            let count = self
                .map
                .sample(rest, self.step, of_width(self.width), &mut seen);
            for at in &seen[..count] {
                self.look(text, from + usize::from(*at), &mut found);
            }
            let samples = ((rest.len() - GRAM) / self.step + 1).min(RUN);
            from += samples * self.step;
        }
        // Grams of fewer bytes also fit the last places.
        let last = (text.len() + 1).saturating_sub(self.width);
        while from < last {
            self.look(text, from, &mut found);
            from += self.step;
        }
    }

    #[inline]
    fn look(&self, text: &[u8], at: usize, found: &mut impl FnMut(&Entry, usize)) {
        for entry in self.table.get(u64::from(gram(text, at, self.width))) {
            if let Some(start) = at.checked_sub(entry.offset as usize) {
                found(entry, start);
            }
        }
    }
}
