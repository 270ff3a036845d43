//! Which framing a stream needs, told from its first bytes.

use crate::framer::{is_events, is_header, is_rendered, records_prefix};
use crate::json::Scan;

/// How records follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One record a line: JSON lines, syslog, auditd, any text.
    Lines,
    /// JSON values one after another, or in an array, or in CloudTrail's `{"Records": […]}`, over any number of lines.
    JsonValues,
    /// Rows of columns under a header: Zeek's TSV, flow logs.
    Columns,
    /// Windows events as XML.
    Xml,
    /// Windows events as Splunk's text, each under a line that is its time.
    Rendered,
    /// A Windows event log file.
    Evtx,
}

impl Format {
    /// Bytes of the (unpacked) head that are enough to decide.
    pub const HEAD_BYTES: usize = 64 * 1024;

    pub fn of(head: &[u8]) -> Self {
        if head.starts_with(b"ElfFile\0") {
            return Self::Evtx;
        }
        let head = head
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(head)
            .trim_ascii_start();
        let values = match head.first() {
            Some(b'{') => records_prefix(head).is_some() || spans_lines(head),
            Some(b'[') => matches!(head[1..].trim_ascii_start().first(), Some(b'{' | b']')),
            _ => false,
        };
        if values {
            Self::JsonValues
        } else if is_header(head) {
            Self::Columns
        } else if is_events(head) {
            Self::Xml
        } else if is_rendered(head) {
            Self::Rendered
        } else {
            Self::Lines
        }
    }
}

/// Whether the first object goes on after its line's end. A line that was cut short, with another object after
/// it, does not count: there each line is a record, and the cut one must not swallow the rest.
fn spans_lines(head: &[u8]) -> bool {
    let Some(end) = memchr::memchr(b'\n', head) else {
        return false;
    };
    let mut scan = Scan::default();
    let complete = head[..end].iter().any(|byte| scan.step(*byte));
    !complete && head.get(end + 1) != Some(&b'{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_from_content() {
        let cases: &[(&[u8], Format)] = &[
            (b"", Format::Lines),
            (b"ElfFile\0\0\0", Format::Evtx),
            (b"{\"a\":1}\n{\"a\":2}\n", Format::Lines),
            (b"{\"a\":\"{\"}\n", Format::Lines),
            (b"{\"cut\":\n{\"a\":2}\n", Format::Lines),
            (b"{\n  \"a\": 1\n}\n{\n", Format::JsonValues),
            (b"\n\n{ \"Records\" : [{\"a\":1}]}", Format::JsonValues),
            (b"[\n{\"a\":1},\n{\"a\":2}]", Format::JsonValues),
            (b"\xef\xbb\xbf[{}]", Format::JsonValues),
            (b"[2026-01-01] text", Format::Lines),
            (b"<13>Jan  1 00:00:00 h t: m\n", Format::Lines),
            (b"#separator \\x09\n#fields\tts\n", Format::Columns),
            (b"version account-id srcaddr dstaddr\n", Format::Columns),
            (b"account_id,srcaddr,dstaddr\n", Format::Columns),
            (b"src=srcaddr dstaddr=1\n", Format::Lines),
            (b"<?xml version='1.0'?>\n<Events><Event>", Format::Xml),
            (b"<!-- a --> <Event xmlns='x'>", Format::Xml),
            (b"<html>", Format::Lines),
            (
                b"10/08/2020 12:41:47 PM\nLogName=Security\n",
                Format::Rendered,
            ),
            (b"10/08/2020 12:41:47 PM a line\n", Format::Lines),
            (b"type=SYSCALL msg=audit(1.2:3): a=1\n", Format::Lines),
        ];
        for (head, wanted) in cases {
            assert_eq!(
                Format::of(head),
                *wanted,
                "{}",
                String::from_utf8_lossy(head)
            );
        }
    }
}
