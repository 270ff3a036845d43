//! Whether words can be looked for in an event's text as it stands.

use aurora_plan::json::Document;
use memchr::memmem::Finder;

/// Finds `\u` and `\/` where an escape of a record may begin.
#[derive(Debug)]
pub(super) struct OddEscapes([Finder<'static>; 2]);

impl OddEscapes {
    pub fn new() -> Self {
        Self([br"\\u", br"\\/"].map(Finder::new))
    }

    /// Whether every word in a text of the event, and in one of the JSON record that `raw` may be,
    /// stands in the event's text but for the case of its letters. `raw` is the record with its
    /// escapes escaped once more.
    pub fn leave_words(&self, document: &Document<'_>, raw: &str) -> bool {
        let record_has_some = || document.may_hold_odd_escapes() && self.are_in(raw);
        !document.has_odd_escapes() && !document.folds_to_ascii() && !record_has_some()
    }

    fn are_in(&self, raw: &str) -> bool {
        let bytes = raw.as_bytes();
        // A backslash of the record is written twice, and one that is escaped there four times.
        let is_odd = |at: usize| {
            let before = bytes[..at + 2].iter().rev();
            before.take_while(|byte| **byte == b'\\').count() / 2 % 2 == 1
        };
        self.0
            .iter()
            .any(|finder| finder.find_iter(bytes).any(is_odd))
    }
}

#[cfg(test)]
mod tests {
    use super::OddEscapes;

    #[test]
    fn escapes_are_told_from_paths() {
        let escaped = |record: &str| {
            let text = serde_json::Value::from(record).to_string();
            OddEscapes::new().are_in(&text[1..text.len() - 1])
        };
        assert!(escaped(r#"{"a":"\u0041"}"#));
        assert!(escaped(r#"{"a":"x\/y"}"#));
        assert!(!escaped(r#"{"a":"c:\\users"}"#));
        assert!(!escaped(r#"{"a":"c:/users"}"#));
        assert!(escaped(r#"{"a":"c:\\\u0041"}"#));
    }
}
