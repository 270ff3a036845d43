//! One pattern, found by its rarest byte.

use super::grams::gram;
use super::table::{Entry, Kind, index};
use crate::commonness::Commonness;

#[derive(Debug)]
pub(crate) struct Few {
    entry: Entry,
    /// The byte at `entry.offset`, lower and upper case.
    bytes: [u8; 2],
}

impl Few {
    /// A pattern of at least a byte: hit, start in `texts`, length.
    pub fn new(texts: &[u8], (hit, start, len): (u32, u32, u32), commonness: &Commonness) -> Self {
        let text = &texts[start as usize..(start + len) as usize];
        let rarest = (0..text.len()).min_by_key(|at| commonness.of(gram(text, *at, 1), 1));
        let offset = rarest.expect("no pattern is empty");
        Self {
            entry: Entry {
                hit,
                start,
                len,
                offset: index(offset),
                kind: Kind::Anywhere,
            },
            bytes: [text[offset], text[offset].to_ascii_uppercase()],
        }
    }

    /// Calls `found` with every place where the pattern may stand.
    #[inline]
    pub fn scan(&self, text: &[u8], mut found: impl FnMut(&Entry, usize)) {
        let [lower, upper] = self.bytes;
        for at in memchr::memchr2_iter(lower, upper, text) {
            if let Some(start) = at.checked_sub(self.entry.offset as usize) {
                found(&self.entry, start);
            }
        }
    }
}
