//! Numbers and ids from content: the same parts give the same id on every machine.

use aurora_ids::{Derive, Id128};

pub(crate) fn id(parts: &[&[u8]], purpose: &str) -> Id128 {
    let mut hash = Derive::new("aurora.demo.v1").part(purpose);
    for part in parts {
        hash.push(part);
    }
    hash.finish()
}

pub(crate) fn number(parts: &[&[u8]], purpose: &str) -> u64 {
    let bytes = *id(parts, purpose).as_bytes();
    bytes[..8]
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// `8f14e45f-ceea-467f-…`, with the bits of a random UUID (RFC 9562 section 5.4).
pub(crate) fn uuid(id: Id128) -> String {
    let mut bytes = *id.as_bytes();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = Id128::from_bytes(bytes).to_string();
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// `C` and 17 letters and digits.
pub(crate) fn zeek_uid(id: Id128) -> String {
    const DIGITS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut number = u128::from_be_bytes(*id.as_bytes());
    let mut uid = String::from("C");
    for _ in 0..17 {
        let digit = usize::try_from(number % 62).expect("below 62");
        uid.push(char::from(DIGITS[digit]));
        number /= 62;
    }
    uid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_shape() {
        let id = id(&[b"a"], "t");
        let uuid = uuid(id);
        assert_eq!(uuid.len(), 36);
        assert_eq!(uuid.as_bytes()[14], b'4');
        assert_eq!(zeek_uid(id).len(), 18);
        assert_eq!(number(&[b"a"], "t"), number(&[b"a"], "t"));
        assert_ne!(number(&[b"a"], "t"), number(&[b"a"], "u"));
    }
}
