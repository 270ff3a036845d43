//! The one place where hostile text is made harmless.
//!
//! Logs are written by whoever attacks us. On a terminal, control characters move the cursor and
//! change what is already there, bidirectional marks reorder what is read, and invisible characters
//! hide what is searched for. All of them are shown as escapes instead.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with every character that does not show as itself replaced by an escape.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if hostile(c) => {
                write!(out, "\\u{{{:x}}}", u32::from(c)).expect("writing to memory does not fail");
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The same document, with the characters that JSON lets through raw escaped as JSON escapes them.
/// Outside strings JSON has none of them but the line breaks of its own layout.
pub fn clean_json(json: &str) -> Cow<'_, str> {
    let foul = |c: char| c != '\n' && hostile(c);
    if !json.chars().any(foul) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if foul(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}").expect("writing to memory does not fail");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Controls (C0, DEL, C1), and what Unicode lists as default-ignorable, bidirectional or a line
/// separator (Unicode 16, DerivedCoreProperties and PropList).
fn hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_does_not_show_is_shown() {
        let check = |text: &str, shown: &str| assert_eq!(clean(text), shown);
        check(
            r"C:\Windows\cmd.exe /c whoami",
            r"C:\Windows\cmd.exe /c whoami",
        );
        check("Überprüfung 検査 ✓", "Überprüfung 検査 ✓");
        check("a\u{1b}[31mred\u{1b}[0m", r"a\u{1b}[31mred\u{1b}[0m");
        check("\u{9b}2J", r"\u{9b}2J");
        check("one\ntwo\r\tthree\0", r"one\ntwo\r\tthree\u{0}");
        check("gpj.\u{202e}exe", r"gpj.\u{202e}exe");
        check("pay\u{200b}pal\u{feff}", r"pay\u{200b}pal\u{feff}");
        check("tag\u{e0041}", r"tag\u{e0041}");
    }

    proptest! {
        #[test]
        fn nothing_foul_comes_through(text in any::<String>()) {
            prop_assert!(!clean(&text).chars().any(hostile));
        }

        #[test]
        fn json_says_the_same(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            let cleaned = clean_json(&json);
            prop_assert!(!cleaned.chars().any(hostile));
            prop_assert_eq!(serde_json::from_str::<String>(&cleaned).unwrap(), text);
        }
    }
}
