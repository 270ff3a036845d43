//! The encodings that a rule's value can be looked for in.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Utf16 {
    Little,
    Big,
    /// Byte order mark `FF FE`, then little endian.
    Marked,
}

pub(crate) fn utf16(text: &str, form: Utf16) -> Vec<u8> {
    let units = text.encode_utf16();
    match form {
        Utf16::Little => units.flat_map(u16::to_le_bytes).collect(),
        Utf16::Big => units.flat_map(u16::to_be_bytes).collect(),
        Utf16::Marked => [0xFF, 0xFE]
            .into_iter()
            .chain(units.flat_map(u16::to_le_bytes))
            .collect(),
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648 base64 with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    let mut out = unpadded(bytes);
    while !out.len().is_multiple_of(4) {
        out.push('=');
    }
    out
}

fn unpadded(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..=chunk.len() {
            out.push(char::from(ALPHABET[(bits >> (18 - 6 * i)) as usize & 63]));
        }
    }
    out
}

/// What every base64 text that holds these bytes at offset `n mod 3` contains, for n = 0, 1, 2.
///
/// A base64 character carries 6 bits. Kept are exactly those whose bits all come from `bytes`: the
/// others change with the bytes before and after. A variant is empty when no character qualifies.
pub(crate) fn base64_offsets(bytes: &[u8]) -> [String; 3] {
    [0, 1, 2].map(|offset| {
        let mut shifted = vec![0; offset];
        shifted.extend_from_slice(bytes);
        let encoded = unpadded(&shifted);
        let first = (offset * 8).div_ceil(6);
        let end = shifted.len() * 8 / 6;
        encoded.get(first..end).unwrap_or_default().to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn base64_is_rfc_4648() {
        for (text, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(text.as_bytes()), encoded);
        }
    }

    #[test]
    fn offsets_are_the_known_ones() {
        assert_eq!(
            base64_offsets(b"foobar"),
            ["Zm9vYmFy", "Zvb2Jhc", "mb29iYX"].map(str::to_owned)
        );
        assert_eq!(base64_offsets(b"a"), ["Y", "", "h"].map(str::to_owned));
    }

    proptest! {
        #[test]
        fn offsets_hold_between_any_neighbours(
            before in prop::collection::vec(any::<u8>(), 0..6),
            value in prop::collection::vec(any::<u8>(), 1..20),
            after in prop::collection::vec(any::<u8>(), 0..6),
        ) {
            let whole = [before.as_slice(), &value, &after].concat();
            let variant = &base64_offsets(&value)[before.len() % 3];
            prop_assert!(base64(&whole).contains(variant.as_str()));
        }
    }
}
