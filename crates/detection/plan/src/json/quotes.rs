//! The first pass over a line: where its strings begin and end, 64 bytes at a time.

use wide::u8x16;

use super::Error;
use crate::canon;

/// What the first pass learns of a line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// Bytes above 127.
    pub foreign: bool,
    /// `\u` or `\/`: escapes that the canonical form does not keep.
    pub odd: bool,
    /// Control characters, which no string may hold.
    pub control: bool,
    /// `\\u` or `\\/`, which stand for such escapes where a string holds JSON; looked for only when
    /// asked.
    pub twice_odd: bool,
}

/// One bit a byte, and whether there are some.
#[derive(Clone, Copy)]
struct Masks {
    quote: u64,
    backslash: u64,
    control: bool,
    foreign: bool,
}

/// Fills `quotes` with the places of all quotation marks that no backslash escapes. `NESTED` says that
/// strings may hold JSON.
pub(super) fn find<const NESTED: bool>(line: &[u8], quotes: &mut Vec<u32>) -> Result<Seen, Error> {
    quotes.clear();
    let mut seen = Seen::default();
    let mut carry = 0;
    let (blocks, rest) = line.as_chunks::<64>();
    for (number, block) in blocks.iter().enumerate() {
        one::<NESTED>(line, number * 64, block, &mut carry, quotes, &mut seen)?;
    }
    if !rest.is_empty() {
        let mut block = [b' '; 64];
        block[..rest.len()].copy_from_slice(rest);
        one::<NESTED>(
            line,
            blocks.len() * 64,
            &block,
            &mut carry,
            quotes,
            &mut seen,
        )?;
    }
    Ok(seen)
}

#[inline]
fn one<const NESTED: bool>(
    line: &[u8],
    base: usize,
    block: &[u8; 64],
    carry: &mut u64,
    quotes: &mut Vec<u32>,
    seen: &mut Seen,
) -> Result<(), Error> {
    let masks = masks(block);
    let escaped = escaped(masks.backslash, carry);
    seen.foreign |= masks.foreign;
    seen.control |= masks.control;
    let mut others = escaped & !(masks.backslash | masks.quote);
    while others != 0 {
        let at = base + others.trailing_zeros() as usize;
        escape(line, at, seen)?;
        others &= others - 1;
    }
    let mut pairs = escaped & masks.backslash;
    while NESTED && pairs != 0 {
        let next = line.get(base + pairs.trailing_zeros() as usize + 1);
        seen.twice_odd |= matches!(next, Some(b'u' | b'/'));
        pairs &= pairs - 1;
    }
    let mut marks = masks.quote & !escaped;
    while marks != 0 {
        quotes.push((base as u32).wrapping_add(marks.trailing_zeros()));
        marks &= marks - 1;
    }
    Ok(())
}

/// The byte at `at` follows a backslash.
fn escape(line: &[u8], at: usize, seen: &mut Seen) -> Result<(), Error> {
    match line.get(at) {
        Some(b'n' | b'r' | b't' | b'b' | b'f') => Ok(()),
        Some(b'/') => {
            seen.odd = true;
            Ok(())
        }
        Some(b'u') => {
            seen.odd = true;
            unicode(line, at)
        }
        _ => Err(Error::new(at, "an unknown escape")),
    }
}

/// Half a pair of surrogates is no text.
fn unicode(line: &[u8], at: usize) -> Result<(), Error> {
    let text = |from: usize| {
        let end = line.len().min(from + 12);
        let ascii = line[from..end]
            .iter()
            .take_while(|byte| byte.is_ascii())
            .count();
        std::str::from_utf8(&line[from..from + ascii]).unwrap_or_default()
    };
    if canon::unicode(text(at - 1)).is_some() {
        return Ok(());
    }
    // The second half of a pair was judged with the first.
    let pair = at
        .checked_sub(7)
        .filter(|before| line[*before] == b'\\' && canon::aligned(line, *before));
    match pair.and_then(|before| canon::unicode(text(before))) {
        Some((_, 12)) => Ok(()),
        _ => Err(Error::new(at, "an escape that is no character")),
    }
}

/// Which bytes an odd run of backslashes precedes. `carry` is 1 when the block before ends in one.
#[inline]
fn escaped(backslash: u64, carry: &mut u64) -> u64 {
    const EVEN: u64 = 0x5555_5555_5555_5555;
    if backslash == 0 {
        return std::mem::take(carry);
    }
    let backslash = backslash & !*carry;
    let follows = backslash << 1 | *carry;
    let odd_starts = backslash & !EVEN & !follows;
    let (runs, overflow) = odd_starts.overflowing_add(backslash);
    *carry = u64::from(overflow);
    (EVEN ^ (runs << 1)) & follows
}

#[inline]
fn masks(block: &[u8; 64]) -> Masks {
    let bits = |vector: u8x16| u64::from(vector.to_bitmask() & 0xFFFF);
    let (mut quote, mut backslash) = (0, 0);
    // Of these two it is enough to know that there are some.
    let (mut control, mut foreign) = (u8x16::ZERO, u8x16::ZERO);
    let (quarters, _) = block.as_chunks::<16>();
    for (number, quarter) in quarters.iter().enumerate() {
        let vector = u8x16::new(*quarter);
        let shift = number * 16;
        quote |= bits(vector.simd_eq(u8x16::splat(b'"'))) << shift;
        backslash |= bits(vector.simd_eq(u8x16::splat(b'\\'))) << shift;
        control |= vector.simd_eq(vector.min(u8x16::splat(0x1F)));
        foreign |= vector;
    }
    Masks {
        quote,
        backslash,
        control: bits(control) != 0,
        foreign: bits(foreign) != 0,
    }
}
