//! Texts as PostgreSQL can hold them: it knows no NUL.
//!
//! NUL becomes two characters and the character that leads them too, so that the written form keeps
//! the order of texts, and one starts with another exactly if its written form does.

use std::borrow::Cow;

const LEAD: char = '\u{1}';

/// How a text is written.
pub(crate) fn written(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', LEAD]) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '\0' => out.extend([LEAD, '\u{1}']),
            LEAD => out.extend([LEAD, '\u{2}']),
            letter => out.push(letter),
        }
    }
    Cow::Owned(out)
}

/// The text that was written.
pub(crate) fn read(written: String) -> String {
    if !written.contains(LEAD) {
        return written;
    }
    let mut out = String::with_capacity(written.len());
    let mut letters = written.chars();
    while let Some(letter) = letters.next() {
        match letter {
            LEAD if letters.next() == Some('\u{1}') => out.push('\0'),
            letter => out.push(letter),
        }
    }
    out
}

/// By what a text's row is found, however long the text is.
pub(crate) fn mark(text: &str) -> Vec<u8> {
    blake3::derive_key("aurora.records.mark.v1", text.as_bytes()).to_vec()
}

/// What the index of a text holds of it; as `left(…, 256)` in SQL.
pub(crate) fn head(written: &str) -> &str {
    match written.char_indices().nth(256) {
        Some((end, _)) => &written[..end],
        None => written,
    }
}

#[cfg(test)]
mod tests {
    use aurora_records::columns::end_of;
    use proptest::prelude::*;

    use super::*;

    fn texts() -> impl Strategy<Value = String> {
        proptest::collection::vec(
            prop_oneof![Just('\0'), Just('\u{1}'), Just('\u{2}'), any::<char>()],
            0..6,
        )
        .prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn a_text_comes_back_and_keeps_its_place(a in texts(), b in texts()) {
            let (one, two) = (written(&a), written(&b));
            prop_assert!(!one.contains('\0'));
            prop_assert_eq!(one.cmp(&two), a.cmp(&b));
            prop_assert_eq!(one.starts_with(two.as_ref()), a.starts_with(&b));
            prop_assert_eq!(read(one.into_owned()), a);
        }

        #[test]
        fn a_prefix_ends_behind_everything_that_starts_with_it(a in texts(), b in texts()) {
            let end = end_of(&a);
            let (longer, inside) = (format!("{a}{b}"), |text: &str| {
                text >= a.as_str() && end.as_ref().is_none_or(|end| text < end.as_str())
            });
            prop_assert!(inside(&longer));
            prop_assert_eq!(inside(&b), b.starts_with(&a));
        }
    }
}
