//! Records out of a stream, one after another, in bounded memory.

mod columns;
mod evtx;
mod lines;
mod rendered;
mod values;
mod window;
mod xml;

use std::collections::VecDeque;
use std::io::{BufRead, Read};

use aurora_model::MAX_RECORD_BYTES;

pub(crate) use columns::is_header;
pub use evtx::is_part as is_event_log_part;
pub(crate) use rendered::starts_event as is_rendered;
pub(crate) use values::records_prefix;
use window::Window;
pub(crate) use xml::is_events;

use crate::decompress::{Compression, Limits, unpacked};
use crate::{Error, Format, MAX_PIECE_BYTES};

/// What comes out of a stream. `offset` counts unpacked bytes from the stream's start; it rises from item to item and is
/// the same in every reading, which makes it the record's sequence number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Framed {
    /// One record, without its line end. `next` is where the rest begins: a place to resume from.
    Record {
        offset: u64,
        next: u64,
        body: Vec<u8>,
    },
    /// A piece, at most [`MAX_PIECE_BYTES`] long, of a record above the limit.
    Oversize {
        offset: u64,
        /// Where the record began; resuming from inside it starts there again.
        record: u64,
        last: bool,
        next: u64,
        piece: Vec<u8>,
    },
    /// A part of an event log that cannot be read, with its bytes as far as they are known.
    Damaged {
        offset: u64,
        next: u64,
        detail: String,
        bytes: Vec<u8>,
    },
}

impl Framed {
    pub fn offset(&self) -> u64 {
        match self {
            Self::Record { offset, .. }
            | Self::Oversize { offset, .. }
            | Self::Damaged { offset, .. } => *offset,
        }
    }

    /// Where reading resumes when everything up to and with this item is safe.
    pub fn next(&self) -> u64 {
        match self {
            Self::Record { next, .. } | Self::Damaged { next, .. } => *next,
            Self::Oversize {
                record, last, next, ..
            } => {
                if *last {
                    *next
                } else {
                    *record
                }
            }
        }
    }

    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Record { body, .. } => body,
            Self::Oversize { piece, .. } => piece,
            Self::Damaged { bytes, .. } => bytes,
        }
    }
}

/// Reads records from a file or pipe. An iterator: it ends at the stream's end or after the first error.
///
/// - [`Format::Lines`]: `\n` or `\r\n` ends a record; lines of nothing but white space are none.
/// - [`Format::JsonValues`]: every object is a record, whether they follow one another, stand in an array, or in the array
///   of an object that begins with `"Records"` (CloudTrail's files: each of their members is a record, so that
///   the size limit means an event and not a file). Anything else between them is taken by the line. A value
///   that the stream's end cuts is a record too: its parser will refuse it, and so it is not lost.
/// - [`Format::Columns`]: every row is a record, which begins with the lines that name its columns.
/// - [`Format::Xml`]: every `Event` element; what stands around them is none.
/// - [`Format::Rendered`]: every event is all lines before the next one's time.
/// - [`Format::Evtx`]: every event, as the compact JSON `{"Event":{"System":…,"EventData":…}}`.
///
/// Memory: the largest record plus 64 KiB, for event logs the records of one chunk.
pub struct Framer<'r> {
    window: Window<'r>,
    format: Format,
    compression: Compression,
    ready: VecDeque<Framed>,
    /// Where a record above the limit began, while its pieces are handed out.
    oversize: Option<Oversize>,
    evtx: evtx::Chunks,
    header: columns::Header,
    failed: bool,
}

struct Oversize {
    record: u64,
    /// What the framing must know to find the record's end.
    scan: crate::json::Scan,
    line: bool,
}

impl<'r> Framer<'r> {
    /// Reads from the beginning; compression and format are told from the content.
    ///
    /// # Errors
    /// When the head cannot be read or unpacked.
    pub fn new(input: impl BufRead + Send + 'r, limits: Limits) -> Result<Self, Error> {
        Self::resume(input, limits, 0)
    }

    /// Reads on from `offset`, a [`Framed::next`] of an earlier reading of the same stream. `input` stands at the stream's
    /// beginning: what was read before is read again and skipped.
    ///
    /// # Errors
    /// As [`Framer::new`].
    pub fn resume(
        input: impl BufRead + Send + 'r,
        limits: Limits,
        offset: u64,
    ) -> Result<Self, Error> {
        let (compression, reader) = unpacked(input, limits)?;
        let mut window = Window::new(reader, 0);
        let format = Format::of(window.fill_to(Format::HEAD_BYTES)?);
        let mut framer = Self::over(window, format, compression);
        framer.skip_to(offset)?;
        Ok(framer)
    }

    /// Reads on from `offset` in a plain text stream that the caller has already moved there. Not for
    /// [`Format::Columns`], whose rows need what stands at the stream's beginning.
    pub fn at(input: impl Read + 'r, format: Format, offset: u64) -> Self {
        Self::over(
            Window::new(Box::new(input), offset),
            format,
            Compression::None,
        )
    }

    fn over(window: Window<'r>, format: Format, compression: Compression) -> Self {
        let evtx = evtx::Chunks::new();
        Self {
            window,
            format,
            compression,
            ready: VecDeque::new(),
            oversize: None,
            evtx,
            header: columns::Header::default(),
            failed: false,
        }
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// Whether the input was packed; only plain text can be resumed by moving in the file.
    pub fn compression(&self) -> Compression {
        self.compression
    }

    fn skip_to(&mut self, offset: u64) -> Result<(), Error> {
        if self.format == Format::Evtx {
            self.evtx.start_at(offset);
            return Ok(());
        }
        if offset == 0 && self.window.fill_to(3)?.starts_with(b"\xef\xbb\xbf") {
            self.window.consume(3);
        }
        if self.format == Format::Columns {
            return self.skip_rows(offset);
        }
        self.window.discard(offset)
    }

    fn advance(&mut self) -> Result<Option<Framed>, Error> {
        if let Some(ready) = self.ready.pop_front() {
            return Ok(Some(ready));
        }
        if self.oversize.is_some() {
            return self.piece().map(Some);
        }
        match self.format {
            Format::Lines => self.next_line(),
            Format::JsonValues => self.next_value(),
            Format::Columns => self.next_row(),
            Format::Xml => self.next_event(),
            Format::Rendered => self.next_rendered(),
            Format::Evtx => {
                self.evtx.read_chunk(&mut self.window, &mut self.ready)?;
                Ok(self.ready.pop_front())
            }
        }
    }

    /// The record that stands at the window's start and is `length` long; `skip` more bytes end it.
    fn record(&mut self, length: usize, skip: usize) -> Framed {
        let offset = self.window.offset();
        let body = self.window.peek()[..length].to_vec();
        self.window.consume(length + skip);
        Framed::Record {
            offset,
            next: self.window.offset(),
            body,
        }
    }

    /// Begins to hand out a record in pieces; called when more than the limit is in the window and no end.
    fn begin_oversize(&mut self, line: bool) -> Result<Option<Framed>, Error> {
        let record = self.window.offset();
        self.oversize = Some(Oversize {
            record,
            scan: crate::json::Scan::default(),
            line,
        });
        self.piece().map(Some)
    }

    fn piece(&mut self) -> Result<Framed, Error> {
        let mut state = self
            .oversize
            .take()
            .expect("called inside an oversize record");
        let bytes = self.window.fill_to(MAX_PIECE_BYTES + 1)?;
        let whole = bytes.len() <= MAX_PIECE_BYTES;
        let bytes = &bytes[..bytes.len().min(MAX_PIECE_BYTES)];
        let (length, skip, last) = match state.end_in(bytes) {
            Some((length, skip)) => (length, skip, true),
            None => (bytes.len(), 0, whole),
        };
        let piece = bytes[..length].to_vec();
        let offset = self.window.offset();
        self.window.consume(length + skip);
        let (record, next) = (state.record, self.window.offset());
        if !last {
            self.oversize = Some(state);
        }
        Ok(Framed::Oversize {
            offset,
            record,
            last,
            next,
            piece,
        })
    }
}

impl Oversize {
    /// Where in `bytes` the record ends, and how many bytes belong to its end.
    fn end_in(&mut self, bytes: &[u8]) -> Option<(usize, usize)> {
        if self.line {
            return memchr::memchr(b'\n', bytes).map(|end| (end, 1));
        }
        let end = bytes.iter().position(|byte| self.scan.step(*byte))?;
        Some((end + 1, 0))
    }
}

impl Iterator for Framer<'_> {
    type Item = Result<Framed, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.advance();
        self.failed = next.is_err();
        next.transpose()
    }
}

/// Whether a record of this many bytes must travel in pieces.
fn too_large(length: usize) -> bool {
    length > MAX_RECORD_BYTES
}
