//! One bit for each hash of a gram: nearly all samples of a text are of no pattern.

use super::grams::{CASE, GRAM};

/// Samples that are taken before any of them is looked at; a power of two.
pub(super) const RUN: usize = 64;
/// A pattern has a gram for each place of a step.
pub(super) const MAX_STEP: usize = 8;
/// Words of a map that stays in the nearest cache.
const SMALL: usize = 1 << 10;
const LARGE: usize = 1 << 14;
/// So many grams leave a small map nearly empty.
const FEW: usize = 4096;

/// By the upper bits of a gram's hash.
#[derive(Debug)]
pub(super) enum Map {
    Small(Box<[u64; SMALL]>),
    Large(Box<[u64; LARGE]>),
}

impl Map {
    /// For so many grams.
    pub fn new(grams: usize) -> Self {
        if grams <= FEW {
            Self::Small(Box::new([0; SMALL]))
        } else {
            Self::Large(Box::new([0; LARGE]))
        }
    }

    pub fn add(&mut self, gram: u64) {
        let gram = u32::try_from(gram).expect("a gram has at most four bytes");
        match self {
            Self::Small(words) => add(words, gram),
            Self::Large(words) => add(words, gram),
        }
    }

    /// Looks at every `step`-th place of the text, [`RUN`] of them at most, and fills `seen` with
    /// those whose gram is known. `text` has room for one.
    #[inline]
    pub fn sample(&self, text: &[u8], step: usize, mask: u32, seen: &mut [u16; RUN]) -> usize {
        match self {
            Self::Small(words) => stepwise(words, text, step, mask, seen),
            Self::Large(words) => stepwise(words, text, step, mask, seen),
        }
    }
}

/// Word and bit. `WORDS` is a power of two.
#[inline]
fn place<const WORDS: usize>(gram: u32) -> (usize, u32) {
    let bits = WORDS.trailing_zeros() + u64::BITS.trailing_zeros();
    let bit = gram.wrapping_mul(0x9E37_79B1) >> (u32::BITS - bits);
    (bit as usize / 64, bit % 64)
}

fn add<const WORDS: usize>(words: &mut [u64; WORDS], gram: u32) {
    let (word, bit) = place::<WORDS>(gram);
    words[word] |= 1 << bit;
}

/// With every step a constant, the loop is a handful of instructions.
#[inline]
fn stepwise<const WORDS: usize>(
    words: &[u64; WORDS],
    text: &[u8],
    step: usize,
    mask: u32,
    seen: &mut [u16; RUN],
) -> usize {
    match step {
        MAX_STEP => sampled::<WORDS, MAX_STEP>(words, text, mask, seen),
        7 => sampled::<WORDS, 7>(words, text, mask, seen),
        6 => sampled::<WORDS, 6>(words, text, mask, seen),
        5 => sampled::<WORDS, 5>(words, text, mask, seen),
        4 => sampled::<WORDS, 4>(words, text, mask, seen),
        3 => sampled::<WORDS, 3>(words, text, mask, seen),
        2 => sampled::<WORDS, 2>(words, text, mask, seen),
        _ => sampled::<WORDS, 1>(words, text, mask, seen),
    }
}

#[inline]
fn sampled<const WORDS: usize, const STEP: usize>(
    words: &[u64; WORDS],
    text: &[u8],
    mask: u32,
    seen: &mut [u16; RUN],
) -> usize {
    let mut count = 0;
    let text = &text[..text.len().min((RUN - 1) * STEP + GRAM)];
    for (number, window) in text.windows(GRAM).step_by(STEP).enumerate() {
        let bytes = window.first_chunk().copied().unwrap_or_default();
        let (word, bit) = place::<WORDS>((u32::from_le_bytes(bytes) | CASE) & mask);
        // No branch: which samples are known cannot be foretold.
        seen[count & (RUN - 1)] = (number * STEP) as u16;
        count += (words[word] >> bit & 1) as usize;
    }
    count
}
