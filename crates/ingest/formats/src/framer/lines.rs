//! One record a line.

use super::{Framed, Framer, too_large};
use crate::Error;

impl Framer<'_> {
    pub(super) fn next_line(&mut self) -> Result<Option<Framed>, Error> {
        let mut searched = 0;
        loop {
            let bytes = self.window.peek();
            let found = memchr::memchr(b'\n', &bytes[searched..]).map(|at| searched + at);
            let length = found.unwrap_or(bytes.len());
            if too_large(length) {
                return self.begin_oversize(true);
            }
            searched = bytes.len();
            let (ended, skip) = match found {
                Some(_) => (true, 1),
                None => (!self.window.more()?, 0),
            };
            if !ended {
                continue;
            }
            let line = &self.window.peek()[..length];
            if line.trim_ascii().is_empty() {
                if skip == 0 {
                    self.window.consume(length);
                    return Ok(None);
                }
                self.window.consume(length + skip);
                searched = 0;
                continue;
            }
            let returns = usize::from(line.last() == Some(&b'\r'));
            return Ok(Some(self.record(length - returns, returns + skip)));
        }
    }
}
