//! The part of a stream that is being looked at.

use std::io::Read;

use crate::Error;
use crate::decompress::own_error;

const READ_BYTES: usize = 64 * 1024;

/// A growing buffer over a reader: bytes are looked at, then consumed.
pub(super) struct Window<'r> {
    reader: Box<dyn Read + 'r>,
    buffer: Vec<u8>,
    start: usize,
    /// Where `start` stands in the stream.
    offset: u64,
    ended: bool,
    /// Kept until everything before it was handed out.
    error: Option<Error>,
}

impl<'r> Window<'r> {
    pub(super) fn new(reader: Box<dyn Read + 'r>, offset: u64) -> Self {
        Self {
            reader,
            buffer: Vec::new(),
            start: 0,
            offset,
            ended: false,
            error: None,
        }
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// What was read and not consumed.
    pub(super) fn peek(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    pub(super) fn consume(&mut self, count: usize) {
        self.start += count;
        self.offset += count as u64;
    }

    /// Reads until `count` bytes are there or the stream ends; fails only when nothing is left to hand out.
    pub(super) fn fill_to(&mut self, count: usize) -> Result<&[u8], Error> {
        while self.peek().len() < count && self.more()? {}
        Ok(self.peek())
    }

    /// Reads a little more; false at the end.
    pub(super) fn more(&mut self) -> Result<bool, Error> {
        if self.ended {
            return match self.error.take_if(|_| self.start == self.buffer.len()) {
                Some(error) => Err(error),
                None => Ok(false),
            };
        }
        if self.start > 0 && self.start * 2 >= self.buffer.len() {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let filled = self.buffer.len();
        self.buffer.resize(filled + READ_BYTES, 0);
        let read = loop {
            match self.reader.read(&mut self.buffer[filled..]) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.buffer.truncate(filled + *read.as_ref().unwrap_or(&0));
        match read {
            Ok(0) => self.ended = true,
            Ok(_) => return Ok(true),
            Err(error) => (self.ended, self.error) = (true, Some(own_error(error))),
        }
        self.more()
    }

    /// Consumes up to an offset without keeping what stands before it.
    pub(super) fn discard(&mut self, to: u64) -> Result<(), Error> {
        while self.offset < to {
            if self.peek().is_empty() && !self.more()? {
                break;
            }
            let left = usize::try_from(to - self.offset).unwrap_or(usize::MAX);
            self.consume(left.min(self.peek().len()));
        }
        Ok(())
    }
}
