//! Case folding for comparison: Unicode's simple folding, one character for one character, so that
//! `?` keeps meaning one character and positions do not move.

use std::borrow::Cow;

/// The text in a form in which two texts that differ only in case are equal.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text
        .bytes()
        .all(|b| b.is_ascii() && !b.is_ascii_uppercase())
    {
        return Cow::Borrowed(text);
    }
    if text.is_ascii() {
        return Cow::Owned(text.to_ascii_lowercase());
    }
    Cow::Owned(text.chars().map(fold_char).collect())
}

/// Upper then lower case, each only where it is one character: this joins `ς` with `σ`, `ſ` with
/// `s` and the Kelvin sign with `k`, as simple folding does, and leaves `ß` and `İ` alone.
pub fn fold_char(c: char) -> char {
    match c {
        'a'..='z' => c,
        'A'..='Z' => c.to_ascii_lowercase(),
        // The dotless i has an upper case but folds to itself.
        'ı' => c,
        _ => single(
            single(c, c.to_uppercase()),
            single(c, c.to_uppercase()).to_lowercase(),
        ),
    }
}

fn single(fallback: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(c), None) => c,
        _ => fallback,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The regex crate carries Unicode's simple folding table: it judges ours.
    #[test]
    fn folding_agrees_with_unicode_on_every_character() {
        // A character newer than the crate's table is no letter to it and cannot be judged.
        let known = regex::Regex::new(r"^\p{L}$").unwrap();
        let mut differing = Vec::new();
        for c in char::MIN..=char::MAX {
            if c.is_ascii() || !(c.is_lowercase() || c.is_uppercase() || c.is_alphabetic()) {
                continue;
            }
            let folded = fold_char(c);
            if folded != c && known.is_match(&c.to_string()) {
                let pattern = format!("(?i)^{}$", regex::escape(&c.to_string()));
                if !regex::Regex::new(&pattern)
                    .unwrap()
                    .is_match(&folded.to_string())
                {
                    differing.push(c);
                }
            }
        }
        assert_eq!(
            differing,
            Vec::<char>::new(),
            "folded to what Unicode keeps apart"
        );
    }

    #[test]
    fn equal_but_for_case_is_equal() {
        for (a, b) in [
            ("CMD.EXE", "cmd.exe"),
            ("ÄÖÜ", "äöü"),
            ("ΟΔΟΣ", "οδος"),
            ("\u{212A}elvin", "kelvin"),
            ("МИМИКАЦ", "мимикац"),
            ("STRAẞE", "straße"),
            ("ﬀ", "ﬀ"),
        ] {
            assert_eq!(fold(a), fold(b));
        }
        for (a, b) in [("ı", "i"), ("İ", "i"), ("ss", "ß"), ("e", "é")] {
            assert_ne!(fold(a), fold(b));
        }
    }
}
