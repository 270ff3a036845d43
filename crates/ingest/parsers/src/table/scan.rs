//! Eight bytes at a time: where a string needs a look, and how a text becomes a string.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The high bit of each byte that is `"`, `\` or a control character; above the lowest of them a bit may be too many.
fn special(word: u64) -> u64 {
    let quote = word ^ (ONES * 0x22);
    let slash = word ^ (ONES * 0x5c);
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (zero(quote) | zero(slash) | control) & HIGH
}

/// How many bytes stand before the first `"`, `\` or control character.
pub(super) fn plain(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let found = special(u64::from_le_bytes(*word));
        if found != 0 {
            return at * 8 + (found.trailing_zeros() / 8) as usize;
        }
    }
    let odd = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    let end = rest.iter().position(odd).unwrap_or(rest.len());
    words.len() * 8 + end
}

/// Appends `text` as the inside of a JSON string, with the escapes that `serde_json` writes.
pub(crate) fn escape(text: &str, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    out.reserve(rest.len() + rest.len() / 4 + 8);
    loop {
        let end = plain(rest);
        out.extend_from_slice(&rest[..end]);
        let Some(byte) = rest.get(end) else { return };
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            control => {
                let digit = |nibble: u8| b"0123456789abcdef"[usize::from(nibble)];
                let (high, low) = (digit(control >> 4), digit(control & 15));
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
            }
        }
        rest = &rest[end + 1..];
    }
}

/// Copies a text into a JSON string, when it is known where the text's own strings are: most pieces between their
/// quotes are short, so sixteen bytes are copied at once where there is room, and what is too many is written over.
pub(super) struct Pieces<'c> {
    from: &'c [u8],
    /// How much of `from` has been copied.
    at: usize,
    to: &'c mut [u8],
    /// Where in `to` the next piece begins.
    end: usize,
}

const STEP: usize = 16;

impl<'c> Pieces<'c> {
    /// How many bytes are needed for a text with so many strings, and so many escapes in them.
    pub(super) fn room(text: &str, strings: usize, escapes: usize) -> usize {
        // Each quote gets a backslash; so does each escape, and what it escapes.
        text.len() + 2 * strings + 2 * escapes + STEP
    }

    pub(super) fn new(from: &'c str, to: &'c mut [u8]) -> Self {
        Self {
            from: from.as_bytes(),
            at: 0,
            to,
            end: 0,
        }
    }

    /// Copies as far as the end of a string that stands at `place` without its quotes. `plain`: nothing in it is to be
    /// escaped.
    #[inline]
    pub(super) fn string(&mut self, place: (u32, u32), plain: bool) {
        let (start, end) = (place.0 as usize, place.1 as usize);
        self.copy(start - 1);
        self.escaped();
        if !plain {
            self.escape(end);
        }
        self.copy(end);
        self.escaped();
    }

    /// Copies the rest, and says how much there is now.
    pub(super) fn finish(mut self) -> usize {
        self.copy(self.from.len());
        self.end
    }

    #[inline]
    fn copy(&mut self, to: usize) {
        let length = to - self.at;
        let (from, out) = (&self.from[self.at..], &mut self.to[self.end..]);
        match (from.first_chunk::<STEP>(), out.first_chunk_mut::<STEP>()) {
            (Some(from), Some(out)) if length <= STEP => *out = *from,
            _ => out[..length].copy_from_slice(&from[..length]),
        }
        self.at = to;
        self.end += length;
    }

    /// The byte that is next, behind a backslash.
    #[inline]
    fn escaped(&mut self) {
        self.to[self.end..self.end + 2].copy_from_slice(&[b'\\', self.from[self.at]]);
        self.at += 1;
        self.end += 2;
    }

    /// Copies as far as the last byte before `to` that is to be escaped. In a JSON string these are its backslashes and
    /// the quotes behind some of them.
    fn escape(&mut self, to: usize) {
        loop {
            let next = self.at + plain(&self.from[self.at..to]);
            if next == to {
                return;
            }
            self.copy(next);
            self.escaped();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn check(text: &str) {
        let mut wanted = serde_json::to_vec(text).unwrap();
        wanted.pop();
        wanted.remove(0);
        let mut out = b"before".to_vec();
        escape(text, &mut out);
        assert_eq!(
            String::from_utf8_lossy(&out[6..]),
            String::from_utf8_lossy(&wanted)
        );
        let odd = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
        let wanted = text.bytes().position(|byte| odd(&byte));
        assert_eq!(plain(text.as_bytes()), wanted.unwrap_or(text.len()));
    }

    #[test]
    fn every_byte_of_a_word() {
        for byte in (0..=0x7f).map(char::from) {
            for at in 0..20 {
                check(&format!("{}{byte}{}", "a".repeat(at), "é~".repeat(at)));
            }
        }
    }

    proptest! {
        #[test]
        fn any_text(text in ".*") {
            check(&text);
        }
    }
}
