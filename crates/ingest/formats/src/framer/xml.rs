//! Windows events as XML: one `Event` element after another, over any number of lines, perhaps in an `Events` element.

use memchr::memmem;

use super::{Framed, Framer, too_large};
use crate::Error;

const END: &[u8] = b"</Event>";

/// Whether a stream begins as such a file does.
pub(crate) fn is_events(head: &[u8]) -> bool {
    let mut rest = head;
    loop {
        rest = rest.trim_ascii_start();
        if starts_event(rest) || rest.starts_with(b"<Events") {
            return true;
        }
        match markup(rest) {
            Some(length) if length <= rest.len() => rest = &rest[length..],
            _ => return false,
        }
    }
}

fn starts_event(bytes: &[u8]) -> bool {
    bytes.starts_with(b"<Event>") || bytes.starts_with(b"<Event ")
}

/// The length of a declaration, a comment or the tag of the element around all events; `None` for anything else.
/// Longer than `bytes` when its end is not there yet.
fn markup(bytes: &[u8]) -> Option<usize> {
    let (start, end): (&[u8], &[u8]) = if bytes.starts_with(b"<?") {
        (b"<?", b"?>")
    } else if bytes.starts_with(b"<!--") {
        (b"<!--", b"-->")
    } else if bytes.starts_with(b"<Events") || bytes.starts_with(b"</Events") {
        (b"<", b">")
    } else {
        return None;
    };
    let found = memmem::find(&bytes[start.len()..], end);
    Some(found.map_or(usize::MAX, |at| start.len() + at + end.len()))
}

/// Bytes that are enough to see what comes next, but for a long comment.
const LOOK_BYTES: usize = 4096;

impl Framer<'_> {
    pub(super) fn next_event(&mut self) -> Result<Option<Framed>, Error> {
        loop {
            let bytes = self.window.fill_to(LOOK_BYTES)?;
            let blank = bytes
                .iter()
                .take_while(|byte| byte.is_ascii_whitespace())
                .count();
            if blank > 0 {
                self.window.consume(blank);
                continue;
            }
            if bytes.is_empty() {
                return Ok(None);
            }
            if starts_event(bytes) {
                return self.event();
            }
            match markup(bytes) {
                Some(length) if length <= bytes.len() => self.window.consume(length),
                // Its end may come with the next bytes; what never ends is a line like any other.
                Some(_) if !too_large(bytes.len()) && self.window.more()? => {}
                _ => return self.next_line(),
            }
        }
    }

    fn event(&mut self) -> Result<Option<Framed>, Error> {
        let mut searched: usize = 0;
        loop {
            let bytes = self.window.peek();
            let from = searched.saturating_sub(END.len());
            let end = memmem::find(&bytes[from..], END).map(|at| from + at + END.len());
            let length = end.unwrap_or(bytes.len());
            if too_large(length) {
                return self.begin_oversize(true);
            }
            searched = bytes.len();
            if end.is_some() || !self.window.more()? {
                return Ok(Some(self.record(length, 0)));
            }
        }
    }
}
