//! JSON objects over any number of lines.

use super::{Framed, Framer, too_large};
use crate::Error;
use crate::json::Scan;

/// The length of `{"Records":[` at the start of `bytes`, with any white space in it.
pub(crate) fn records_prefix(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    for token in ["{", "\"Records\"", ":", "["] {
        rest = rest.trim_ascii_start().strip_prefix(token.as_bytes())?;
    }
    Some(bytes.len() - rest.len())
}

/// White space inside [`records_prefix`] beyond this is not looked for.
const PREFIX_BYTES: usize = 256;

impl Framer<'_> {
    /// Between values every `[`, `]`, `,` and white space is a separator, and so are `{"Records":[` and the `}` that ends
    /// it. So there is no state to save: reading resumes between any two records.
    pub(super) fn next_value(&mut self) -> Result<Option<Framed>, Error> {
        loop {
            let bytes = self.window.fill_to(PREFIX_BYTES)?;
            let separator = |byte: &u8| byte.is_ascii_whitespace() || b"[],}".contains(byte);
            let skip = bytes.iter().take_while(|byte| separator(byte)).count();
            if skip > 0 {
                self.window.consume(skip);
                continue;
            }
            if let Some(prefix) = records_prefix(bytes) {
                self.window.consume(prefix);
                continue;
            }
            return match bytes.first() {
                None => Ok(None),
                Some(b'{') => self.object(),
                Some(_) => self.next_line(),
            };
        }
    }

    fn object(&mut self) -> Result<Option<Framed>, Error> {
        let mut scan = Scan::default();
        let mut scanned = 0;
        loop {
            let bytes = self.window.peek();
            let end = bytes[scanned..]
                .iter()
                .position(|byte| scan.step(*byte))
                .map(|at| scanned + at + 1);
            let length = end.unwrap_or(bytes.len());
            if too_large(length) {
                return self.begin_oversize(false);
            }
            scanned = bytes.len();
            if end.is_some() || !self.window.more()? {
                return Ok(Some(self.record(length, 0)));
            }
        }
    }
}
