//! Messages out of a TCP stream (RFC 6587): octet counting and, by the line, non-transparent framing.

use aurora_model::MAX_RECORD_BYTES;

use crate::{Framed, MAX_PIECE_BYTES};

/// More digits than any acceptable length has.
const MAX_LENGTH_DIGITS: usize = 9;
/// Memory that an empty buffer keeps.
const KEPT_BYTES: usize = 4 * 1024;

/// Frames one connection's bytes. Sans I/O: the listener feeds it and takes what is complete.
///
/// The framing is told for each message from its first byte, as common receivers do: a digit from 1 to 9 begins a
/// length (`123 <34>…`), anything else a line that ends with `\n` or NUL. Offsets count the connection's bytes.
#[derive(Debug, Default)]
pub struct Deframer {
    buffer: Vec<u8>,
    start: usize,
    offset: u64,
    /// Where the search for a line's end goes on.
    searched: usize,
    oversize: Option<Rest>,
    ended: bool,
}

/// What is left of a message above the limit.
#[derive(Clone, Copy, Debug)]
struct Rest {
    record: u64,
    /// Counted octets that are still to come, or `None` for a line.
    octets: Option<u64>,
}

impl Deframer {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn feed(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        // A long message must not be paid for as long as its connection lives.
        if self.buffer.is_empty() {
            self.buffer.shrink_to(KEPT_BYTES);
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// Bytes that wait for the rest of their message.
    pub fn pending(&self) -> usize {
        self.left().len()
    }

    /// The connection is closed: what is left is the last message, complete or not.
    pub fn finish(&mut self) {
        self.ended = true;
    }

    fn left(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    fn consume(&mut self, count: usize) {
        self.start += count;
        self.offset += count as u64;
        self.searched = 0;
    }

    fn skip_blank(&mut self) {
        let blank = |byte: &&u8| matches!(byte, b'\n' | b'\r' | 0 | b' ');
        let count = self.left().iter().take_while(blank).count();
        if count > 0 {
            self.consume(count);
        }
    }

    /// Length of the count with its blank, and the count; `None` when this is no octet count (yet).
    fn framing(&self) -> Framing {
        let left = self.left();
        if !matches!(left.first(), Some(b'1'..=b'9')) {
            return Framing::Line;
        }
        let digits = left.iter().take_while(|byte| byte.is_ascii_digit()).count();
        match left.get(digits) {
            _ if digits > MAX_LENGTH_DIGITS => Framing::Line,
            Some(b' ') => {
                let text = std::str::from_utf8(&left[..digits]).unwrap_or_default();
                text.parse()
                    .map_or(Framing::Line, |octets| Framing::Octets {
                        head: digits + 1,
                        octets,
                    })
            }
            None if !self.ended => Framing::Unfinished,
            _ => Framing::Line,
        }
    }

    fn next_counted(&mut self, head: usize, octets: u64) -> Option<Framed> {
        if octets > MAX_RECORD_BYTES as u64 {
            self.consume(head);
            self.oversize = Some(Rest {
                record: self.offset,
                octets: Some(octets),
            });
            return self.piece();
        }
        let octets = usize::try_from(octets).expect("below the record limit");
        let there = self.left().len().saturating_sub(head);
        if there < octets && !self.ended {
            return None;
        }
        self.consume(head);
        Some(self.record(octets.min(there), 0))
    }

    fn next_line(&mut self) -> Option<Framed> {
        let left = self.left();
        let end = memchr::memchr2(b'\n', 0, &left[self.searched..]).map(|at| self.searched + at);
        let length = end.unwrap_or(left.len());
        if length > MAX_RECORD_BYTES {
            self.oversize = Some(Rest {
                record: self.offset,
                octets: None,
            });
            return self.piece();
        }
        match end {
            Some(end) => Some(self.record(end, 1)),
            None if self.ended && length > 0 => Some(self.record(length, 0)),
            None => {
                self.searched = length;
                None
            }
        }
    }

    fn record(&mut self, length: usize, skip: usize) -> Framed {
        let (offset, body) = (self.offset, self.left()[..length].trim_ascii_end().to_vec());
        self.consume(length + skip);
        Framed::Record {
            offset,
            next: self.offset,
            body,
        }
    }

    fn piece(&mut self) -> Option<Framed> {
        let rest = self.oversize?;
        let left = self.left();
        let wanted = rest.octets.map_or(MAX_PIECE_BYTES, |octets| {
            usize::try_from(octets)
                .unwrap_or(usize::MAX)
                .min(MAX_PIECE_BYTES)
        });
        let ready = &left[..left.len().min(wanted)];
        let line_end = rest
            .octets
            .is_none()
            .then(|| memchr::memchr2(b'\n', 0, ready))
            .flatten();
        if line_end.is_none() && ready.len() < wanted && !self.ended {
            return None;
        }
        let length = line_end.unwrap_or(ready.len());
        let (offset, piece) = (self.offset, ready[..length].to_vec());
        self.consume(length + usize::from(line_end.is_some()));
        let octets = rest.octets.map(|octets| octets - length as u64);
        let last =
            line_end.is_some() || octets == Some(0) || (self.ended && self.left().is_empty());
        self.oversize = (!last).then_some(Rest {
            record: rest.record,
            octets,
        });
        Some(Framed::Oversize {
            offset,
            record: rest.record,
            last,
            next: self.offset,
            piece,
        })
    }
}

enum Framing {
    Octets { head: usize, octets: u64 },
    Line,
    Unfinished,
}

impl Iterator for Deframer {
    type Item = Framed;

    /// The next complete message; `None` until more was fed.
    fn next(&mut self) -> Option<Framed> {
        if self.oversize.is_some() {
            return self.piece();
        }
        self.skip_blank();
        if self.left().is_empty() {
            return None;
        }
        match self.framing() {
            Framing::Octets { head, octets } => self.next_counted(head, octets),
            Framing::Line => self.next_line(),
            Framing::Unfinished => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn bodies(stream: &[u8], step: usize) -> Vec<String> {
        let mut deframer = Deframer::new();
        let mut found = Vec::new();
        for part in stream.chunks(step.max(1)) {
            deframer.feed(part);
            found.extend(deframer.by_ref());
        }
        deframer.finish();
        found.extend(deframer);
        found
            .iter()
            .map(|item| String::from_utf8_lossy(item.bytes()).into_owned())
            .collect()
    }

    #[test]
    fn both_framings_may_alternate() {
        let stream = b"7 <1>a\nb <2>line\r\n<3>nul\x005 <4>xy<5>last";
        assert_eq!(
            bodies(stream, 1),
            ["<1>a\nb", "<2>line", "<3>nul", "<4>xy", "<5>last"]
        );
    }

    #[test]
    fn a_message_above_the_limit_comes_in_pieces_and_the_next_is_found() {
        let long = "x".repeat(MAX_RECORD_BYTES + 10);
        for stream in [
            format!("{long}\n<1>next\n"),
            format!("{} {long}<1>next\n", long.len()),
        ] {
            let found = bodies(stream.as_bytes(), 70_000);
            assert_eq!(found.last().unwrap(), "<1>next");
            assert_eq!(found[..found.len() - 1].concat(), long);
            assert!(found.iter().all(|piece| piece.len() <= MAX_PIECE_BYTES));
        }
    }

    #[test]
    fn a_count_that_lies_is_not_waited_for_beyond_the_end() {
        assert_eq!(bodies(b"500 <1>short", 3), ["<1>short"]);
        assert_eq!(bodies(b"99999999999999 <1>x\n", 3), ["99999999999999 <1>x"]);
    }

    proptest! {
        #[test]
        fn how_the_bytes_arrive_does_not_matter(
            messages in prop::collection::vec("<[1-9]{1,2}>[a-z ]{1,30}[a-z]", 1..20),
            counted in prop::collection::vec(any::<bool>(), 20),
            step in 1_usize..50,
        ) {
            let mut stream = Vec::new();
            for (message, counted) in messages.iter().zip(counted) {
                let framed = if counted { format!("{} {message}", message.len()) } else { format!("{message}\n") };
                stream.extend_from_slice(framed.as_bytes());
            }
            prop_assert_eq!(bodies(&stream, step), messages);
        }
    }
}
