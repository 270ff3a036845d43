//! The form in which texts are compared: folded, then escaped as JSON escapes, but only with escapes
//! of two bytes: other control characters stay.
//!
//! Most of a JSON line is in this form already but for the case of its letters, so a value is
//! searched where it stands, without being copied. What a search finds must begin where an escape
//! begins ([`aligned`]): in `\\n` there is no line feed, though its last two bytes look like one.

use std::borrow::Cow;

use aurora_sigma::fold_char;

/// Appends the form of `text`.
pub(crate) fn push(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            'A'..='Z' => out.push(c.to_ascii_lowercase()),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if c.is_ascii() => out.push(c),
            _ => out.push(fold_char(c)),
        }
    }
}

pub(crate) fn of(text: &str) -> Box<str> {
    let mut out = String::with_capacity(text.len() + 8);
    push(&mut out, text);
    out.into()
}

/// Whether the inside of a JSON string is in the form but for ASCII case.
pub(crate) fn is_simple(json: &str) -> bool {
    let bytes = json.as_bytes();
    if !bytes.is_ascii() {
        return false;
    }
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &bytes[at..]) {
        at += found + 2;
        if matches!(bytes.get(at - 1), Some(b'u' | b'/')) {
            return false;
        }
    }
    true
}

/// Whether some character of the text is none of ASCII's, but folds to one.
pub(crate) fn folds_to_ascii(text: &str) -> bool {
    FOLD_TO_ASCII
        .iter()
        .any(|c| memchr::memmem::find(text.as_bytes(), c.as_bytes()).is_some())
}

/// The long s and the Kelvin sign.
const FOLD_TO_ASCII: [&str; 2] = ["\u{17f}", "\u{212a}"];

/// Whether no escape is under way at `start`.
#[inline]
pub(crate) fn aligned(text: &[u8], start: usize) -> bool {
    let before = text[..start].iter().rev();
    before.take_while(|byte| **byte == b'\\').count() % 2 == 0
}

/// What the inside of a valid JSON string stands for.
pub(crate) fn unescaped(json: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', json.as_bytes()).is_none() {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len());
    unescape(&mut out, json);
    Cow::Owned(out)
}

/// Appends what the inside of a valid JSON string stands for.
pub(crate) fn unescape(out: &mut String, json: &str) {
    let mut rest = json;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let (c, length) = escape(&rest[at..]);
        out.push(c);
        rest = &rest[at + length..];
    }
    out.push_str(rest);
}

/// The character that an escape stands for, and the escape's length.
fn escape(text: &str) -> (char, usize) {
    let c = match text.as_bytes().get(1) {
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(text).unwrap_or((char::REPLACEMENT_CHARACTER, 6)),
        other => char::from(other.copied().unwrap_or(b'\\')),
    };
    (c, 2)
}

/// `\uXXXX`, or two of them for a character beyond the basic plane.
///
/// `None` for what is no character: bad digits or half a pair.
pub(crate) fn unicode(text: &str) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    };
    let high = unit(0)?;
    if !(0xD800..0xDC00).contains(&high) {
        return Some((char::from_u32(high)?, 6));
    }
    let low = unit(6).filter(|low| (0xDC00..0xE000).contains(low))?;
    let code = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    Some((char::from_u32(code)?, 12))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn two_characters_fold_to_ascii() {
        let all = ('\u{80}'..=char::MAX).filter(|c| fold_char(*c).is_ascii());
        assert_eq!(all.collect::<String>(), FOLD_TO_ASCII.concat());
        assert!(folds_to_ascii("mi\u{212a}e") && !folds_to_ascii("mike é"));
    }

    proptest! {
        #[test]
        fn what_json_writes_reads_back(text in "\\PC{0,6}[\\\\\"\n\t\u{1}é𝄞/]{0,6}") {
            let json = serde_json::to_string(&text).unwrap();
            let mut back = String::new();
            unescape(&mut back, &json[1..json.len() - 1]);
            prop_assert_eq!(&back, &text);
            if is_simple(&json[1..json.len() - 1]) {
                let lower = json[1..json.len() - 1].to_ascii_lowercase();
                prop_assert_eq!(&*of(&text), lower.as_str());
            }
        }

        /// Containment of the forms, where an escape begins, is containment of the texts.
        #[test]
        fn the_form_keeps_containment(text in "[\\\\\"n\n]{0,8}", part in "[\\\\\"n\n]{1,3}") {
            let (form, wanted) = (of(&text), of(&part));
            let found = (0..form.len()).any(|at| {
                form.as_bytes()[at..].starts_with(wanted.as_bytes()) && aligned(form.as_bytes(), at)
            });
            prop_assert_eq!(found, text.contains(&part));
        }
    }
}
