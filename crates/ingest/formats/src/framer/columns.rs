//! Lines of columns under a header that names them.

use super::{Framed, Framer, too_large};
use crate::Error;

/// A header beyond this is none.
const MAX_HEADER_BYTES: usize = 64 * 1024;

/// Names of columns by which the first line of a flow log is known.
const FLOW_COLUMNS: [&str; 2] = ["srcaddr", "dstaddr"];

/// Whether the stream's first line is a header: of Zeek's TSV, or the names of a flow log's columns.
pub(crate) fn is_header(head: &[u8]) -> bool {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let names = || String::from_utf8_lossy(line).to_ascii_lowercase();
    line.starts_with(b"#separator ")
        || (line.len() < 4096 && !line.starts_with(b"{") && {
            let names = names();
            FLOW_COLUMNS.iter().all(|name| names.contains(name)) && !names.contains('=')
        })
}

/// The header's lines so far, joined with `\n`.
#[derive(Default)]
pub(super) struct Header {
    text: Vec<u8>,
    complete: bool,
}

impl Header {
    /// Takes a line when it is part of the header, or a comment that belongs to no row.
    fn takes(&mut self, line: &[u8]) -> bool {
        if line.starts_with(b"#separator") {
            *self = Self::default();
        }
        if line.starts_with(b"#") {
            self.complete = true;
            let kept = !line.starts_with(b"#open") && !line.starts_with(b"#close");
            if kept && self.text.len() + line.len() < MAX_HEADER_BYTES {
                self.push(line);
            }
            return true;
        }
        if self.complete {
            return false;
        }
        self.complete = true;
        self.push(line);
        true
    }

    fn push(&mut self, line: &[u8]) {
        if !self.text.is_empty() {
            self.text.push(b'\n');
        }
        self.text.extend_from_slice(line);
    }
}

impl Framer<'_> {
    /// The next row with its header before it, so that each record says by itself what its columns mean.
    pub(super) fn next_row(&mut self) -> Result<Option<Framed>, Error> {
        loop {
            let Some(framed) = self.next_line()? else {
                return Ok(None);
            };
            let Framed::Record { offset, next, body } = framed else {
                return Ok(Some(framed));
            };
            if self.header.takes(&body) {
                continue;
            }
            let length = self.header.text.len() + 1 + body.len();
            let body = if too_large(length) {
                body
            } else {
                [&self.header.text[..], b"\n", &body].concat()
            };
            return Ok(Some(Framed::Record { offset, next, body }));
        }
    }

    /// Reads the lines before `offset` again for the header that they hold.
    pub(super) fn skip_rows(&mut self, offset: u64) -> Result<(), Error> {
        while self.window.offset() < offset {
            match self.next_line()? {
                Some(Framed::Record { body, .. }) => {
                    self.header.takes(&body);
                }
                Some(_) => {}
                None => break,
            }
        }
        Ok(())
    }
}
