use std::fmt;

use crate::Kind;

/// The digits of a file's hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash {
    bytes: [u8; 32],
    /// 16, 20 or 32.
    len: u8,
}

impl Hash {
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if !matches!(bytes.len(), 16 | 20 | 32) {
            return None;
        }
        let mut all = [0; 32];
        all[..bytes.len()].copy_from_slice(bytes);
        Some(Self {
            bytes: all,
            len: u8::try_from(bytes.len()).ok()?,
        })
    }

    pub const fn kind(&self) -> Kind {
        match self.len {
            16 => Kind::Md5,
            20 => Kind::Sha1,
            _ => Kind::Sha256,
        }
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Hexadecimal digits of either case, whose number tells the algorithm. `SHA256=` or `sha256:` in
/// front is skipped; other names are those of other hashes, such as `IMPHASH=`.
pub(crate) fn hash(text: &str) -> Option<Hash> {
    let mark = text.bytes().position(|b| matches!(b, b'=' | b':'));
    let digits = match mark.map(|at| (&text[..at], &text[at + 1..])) {
        Some((name, digits)) if name.parse::<Kind>().is_ok() => digits,
        Some(_) => return None,
        None => text,
    };
    let digits = digits.as_bytes();
    let mut bytes = [0; 32];
    let len = digits.len() / 2;
    if !matches!(digits.len(), 32 | 40 | 64) {
        return None;
    }
    let mut wrong = 0;
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let (high, low) = (DIGITS[usize::from(pair[0])], DIGITS[usize::from(pair[1])]);
        wrong |= (high | low) & 0xf0;
        *byte = high << 4 | low & 0xf;
    }
    if wrong != 0 {
        return None;
    }
    Hash::from_bytes(&bytes[..len])
}

/// The value of each hexadecimal digit; 255 for other bytes.
const DIGITS: [u8; 256] = {
    let mut digits = [0xff; 256];
    let mut value = 0;
    while value < 16 {
        let digit = b"0123456789abcdef"[value];
        #[expect(clippy::cast_possible_truncation, reason = "below 16")]
        let number = value as u8;
        digits[digit as usize] = number;
        digits[digit.to_ascii_uppercase() as usize] = number;
        value += 1;
    }
    digits
};
