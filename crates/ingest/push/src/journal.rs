//! systemd's journal export format: entries of fields, a blank line after each. A field is
//! `NAME=text` on a line, or, for any bytes, `NAME`, a line end, the length as 64 bits little-endian,
//! the bytes, a line end. Fact: systemd's "Journal Export Formats".

use aurora_model::MAX_RECORD_BYTES;
use serde_json::{Map, Value};

/// Memory for an entry that is not whole: beyond it the entry is cut and says so.
const MAX_ENTRY_BYTES: usize = 4 * MAX_RECORD_BYTES;
const CURSOR: &str = "__CURSOR";
/// Stands in for what was beyond the limit.
const CUT: &str = "__AURORA_CUT";

/// An entry of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where the journal goes on after it; none in a stream that has none.
    pub cursor: Option<String>,
    pub host: Option<String>,
    /// As `journalctl -o json --all` writes it: text, a list of numbers for bytes that are no text,
    /// a list for a field that is there several times.
    pub json: Vec<u8>,
}

/// Reads entries out of a stream. Sans I/O: it is fed and gives what is whole.
#[derive(Debug, Default)]
pub struct Entries {
    buffer: Vec<u8>,
    start: usize,
    fields: Map<String, Value>,
    bytes: usize,
    /// Bytes of a field beyond the limit that are still to come.
    skip: u64,
}

enum Field {
    Text { end: usize },
    Bytes { name: usize, length: u64 },
    End,
    Unfinished,
}

impl Entries {
    pub fn feed(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.start);
        self.start = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole entry; `None` until more was fed.
    pub fn next_entry(&mut self) -> Option<Entry> {
        loop {
            if self.skip > 0 {
                let there = (self.buffer.len() - self.start) as u64;
                let skipped = there.min(self.skip);
                self.start += usize::try_from(skipped).expect("it is in memory");
                self.skip -= skipped;
                if self.skip > 0 {
                    return None;
                }
            }
            match self.field() {
                Field::Unfinished => return None,
                Field::End => {
                    self.start += 1;
                    if let Some(entry) = self.finish() {
                        return Some(entry);
                    }
                }
                Field::Text { end } => self.text(end),
                Field::Bytes { name, length } => {
                    if !self.binary(name, length) {
                        return None;
                    }
                }
            }
        }
    }

    fn left(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    fn field(&mut self) -> Field {
        let left = self.left();
        if left.first() == Some(&b'\n') {
            return Field::End;
        }
        let Some(end) = memchr::memchr(b'\n', left) else {
            // A line without an end may not fill the memory: what is there is cut and kept.
            if left.len() > MAX_ENTRY_BYTES {
                self.start = self.buffer.len();
                self.cut();
            }
            return Field::Unfinished;
        };
        if left[..end].contains(&b'=') {
            return Field::Text { end };
        }
        match left.get(end + 1..end + 9) {
            None => Field::Unfinished,
            Some(length) => {
                let length = length.try_into().expect("eight bytes");
                Field::Bytes {
                    name: end,
                    length: u64::from_le_bytes(length),
                }
            }
        }
    }

    fn text(&mut self, end: usize) {
        let line = self.left()[..end].to_vec();
        self.start += end + 1;
        let at = memchr::memchr(b'=', &line).unwrap_or(line.len());
        let (name, value) = (&line[..at], line.get(at + 1..).unwrap_or_default());
        self.put(name, value);
    }

    /// `false` when not all of it is there.
    fn binary(&mut self, name: usize, length: u64) -> bool {
        let head = name + 9;
        if length > MAX_ENTRY_BYTES as u64 {
            self.start += head;
            self.skip = length.saturating_add(1);
            self.cut();
            return true;
        }
        let length = usize::try_from(length).expect("below the limit");
        if self.left().len() < head + length + 1 {
            return false;
        }
        let field = self.left()[..head + length].to_vec();
        self.start += head + length + 1;
        self.put(&field[..name], &field[head..]);
        true
    }

    fn put(&mut self, name: &[u8], value: &[u8]) {
        // Bytes become numbers of up to three digits each.
        let text = std::str::from_utf8(value).ok();
        let size = name.len()
            + if text.is_some() {
                value.len()
            } else {
                value.len() * 32
            };
        self.bytes += size;
        if self.bytes > MAX_ENTRY_BYTES {
            self.bytes -= size;
            return self.cut();
        }
        let value: Value = match text {
            Some(text) => text.into(),
            None => value.iter().copied().collect(),
        };
        let name = String::from_utf8_lossy(name).into_owned();
        match self.fields.get_mut(&name) {
            None => drop(self.fields.insert(name, value)),
            Some(Value::Array(values)) if values.iter().all(|v| !v.is_number()) => {
                values.push(value);
            }
            Some(known) => *known = Value::Array(vec![known.take(), value]),
        }
    }

    fn cut(&mut self) {
        self.fields.insert(CUT.to_owned(), true.into());
    }

    fn finish(&mut self) -> Option<Entry> {
        self.bytes = 0;
        let fields = std::mem::take(&mut self.fields);
        if fields.is_empty() {
            return None;
        }
        let text = |name: &str| fields.get(name).and_then(|v| v.as_str().map(str::to_owned));
        Some(Entry {
            cursor: text(CURSOR),
            host: text("_HOSTNAME"),
            json: serde_json::to_vec(&fields).expect("a JSON object can be written"),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn entries(stream: &[u8], step: usize) -> Vec<String> {
        let mut reader = Entries::default();
        let mut found = Vec::new();
        for part in stream.chunks(step) {
            reader.feed(part);
            while let Some(entry) = reader.next_entry() {
                found.push(String::from_utf8(entry.json).unwrap());
            }
        }
        found
    }

    #[test]
    fn text_bytes_and_repeated_fields() {
        let mut stream = b"\n__CURSOR=c1\nMESSAGE=one\nX=a=b\n\nMESSAGE\n".to_vec();
        stream.extend(7_u64.to_le_bytes());
        stream.extend(b"two\n\n=3\nRAW\n");
        stream.extend(2_u64.to_le_bytes());
        stream.extend(b"\xff\x00\nY=1\nY=2\nY=3\n\n\nZ=cut");
        let want = [
            r#"{"__CURSOR":"c1","MESSAGE":"one","X":"a=b"}"#,
            r#"{"MESSAGE":"two\n\n=3","RAW":[255,0],"Y":["1","2","3"]}"#,
        ];
        for step in 1..stream.len() {
            assert_eq!(entries(&stream, step), want, "step {step}");
        }
    }

    #[test]
    fn an_entry_beyond_the_limit_is_cut_and_the_next_is_found() {
        let mut stream = b"A=1\nBIG\n".to_vec();
        let size = MAX_ENTRY_BYTES + 1;
        stream.extend((size as u64).to_le_bytes());
        stream.resize(stream.len() + size, b'x');
        stream.extend(b"\nB=2\n\nC=3\n\n");
        assert_eq!(
            entries(&stream, 70_000),
            [r#"{"A":"1","__AURORA_CUT":true,"B":"2"}"#, r#"{"C":"3"}"#]
        );
        let many = format!("F={}\n", "y".repeat(1 << 20)).repeat(6) + "\nC=3\n\n";
        let found = entries(many.as_bytes(), 1 << 16);
        assert_eq!(found[1], r#"{"C":"3"}"#);
        assert!(found[0].len() <= MAX_ENTRY_BYTES + 100 && found[0].contains(CUT));
    }

    #[test]
    fn a_length_that_lies_is_not_waited_for_in_memory() {
        let mut stream = b"A\n".to_vec();
        stream.extend(u64::MAX.to_le_bytes());
        stream.resize(1 << 20, b'x');
        let mut reader = Entries::default();
        for _ in 0..20 {
            reader.feed(&stream);
            assert_eq!(reader.next_entry(), None);
            assert!(reader.buffer.len() <= stream.len());
        }
    }
}
