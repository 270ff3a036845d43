//! What a name in a text is known by.

use crate::index::mix;

/// What a key is known by: for keys of up to sixteen bytes nothing more is to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Print {
    first: u64,
    last: u64,
    length: u32,
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
