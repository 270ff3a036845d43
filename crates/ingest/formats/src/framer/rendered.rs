//! Windows events as Splunk's forwarder renders them: each begins with a line that is a time, and a line that names the log.

use super::{Framed, Framer, too_large};
use crate::Error;

/// A time and the beginning of the line below it are shorter.
const LOOK_BYTES: usize = 64;
/// `10/08/2020 12:41:47`
const TIME: &[u8] = b"00/00/0000 00:00:00";

/// Whether an event begins here.
pub(crate) fn starts_event(bytes: &[u8]) -> bool {
    let bytes = &bytes[..bytes.len().min(LOOK_BYTES)];
    let like = |(byte, wanted): (&u8, &u8)| match wanted {
        b'0' => byte.is_ascii_digit(),
        wanted => byte == wanted,
    };
    let Some(end) = memchr::memchr(b'\n', bytes) else {
        return false;
    };
    let (line, rest) = (bytes[..end].trim_ascii_end(), &bytes[end + 1..]);
    line.len() > TIME.len()
        && line.iter().zip(TIME).all(like)
        && (line.ends_with(b" AM") || line.ends_with(b" PM"))
        && rest.starts_with(b"LogName=")
}

/// Where the next event begins, behind the first line.
fn next_start(bytes: &[u8]) -> Option<usize> {
    let mut ends = memchr::memchr_iter(b'\n', bytes).map(|end| end + 1);
    ends.find(|at| starts_event(&bytes[*at..]))
}

impl Framer<'_> {
    pub(super) fn next_rendered(&mut self) -> Result<Option<Framed>, Error> {
        let mut searched = 0;
        loop {
            let bytes = self.window.peek();
            let blank = bytes.len() - bytes.trim_ascii_start().len();
            if blank > 0 {
                self.window.consume(blank);
                searched = 0;
                continue;
            }
            let found = next_start(&bytes[searched..]).map(|at| searched + at);
            let length = found.unwrap_or(bytes.len());
            if too_large(length) {
                return self.begin_oversize(true);
            }
            // A time at the end may be cut.
            searched = bytes.len().saturating_sub(LOOK_BYTES);
            if found.is_none() && self.window.more()? {
                continue;
            }
            let record = self.window.peek()[..length].trim_ascii_end().len();
            return Ok((record > 0).then(|| self.record(record, length - record)));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::{BufReader, Read};

    use crate::{Format, Framed, Framer, Limits};

    /// Gives a byte at a time.
    struct Slow<'b>(&'b [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = buffer.len().min(1).min(self.0.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn check(text: &str, wanted: &[&str]) {
        let framer = Framer::new(text.as_bytes(), Limits::default()).unwrap();
        assert_eq!(framer.format(), Format::Rendered);
        let whole: Vec<_> = framer.map(Result::unwrap).collect();
        let bodies: Vec<_> = whole
            .iter()
            .map(|item| String::from_utf8_lossy(item.bytes()))
            .collect();
        assert_eq!(bodies, wanted);
        let slow = Framer::new(BufReader::new(Slow(text.as_bytes())), Limits::default()).unwrap();
        assert_eq!(slow.map(Result::unwrap).collect::<Vec<_>>(), whole);
        for (at, item) in whole.iter().enumerate() {
            let rest = Framer::resume(text.as_bytes(), Limits::default(), item.next()).unwrap();
            assert_eq!(
                rest.map(Result::unwrap).collect::<Vec<Framed>>(),
                whole[at + 1..]
            );
        }
    }

    #[test]
    fn an_event_ends_where_the_next_begins() {
        let one = "10/08/2020 12:41:47 PM\nLogName=Security\nEventCode=4625\nMessage=No.\n\n10/08/2020 12:41:47 PM\nSubject:";
        let two = "01/14/2015 08:30:54.125 AM\r\nLogName=System\r\nEventCode=1";
        check(one, &[one]);
        check(&format!("{one}\n{two}"), &[one, two]);
        check(
            &format!("\r\n{two}\r\n\r\n{one}\n\n\n{two}\n"),
            &[two, one, two],
        );
    }
}
