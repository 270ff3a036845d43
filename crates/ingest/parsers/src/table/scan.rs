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
pub(super) fn escape(text: &str, out: &mut Vec<u8>) {
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
