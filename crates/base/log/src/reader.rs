//! Reads durable frames in order, from any one of them.

use std::sync::Arc;

use bytes::Bytes;

use crate::frame::{Frame, HEADER, Head};
use crate::log::Shared;
use crate::segment::Segment;
use crate::{Error, Result};

/// A first read is small, for a look at one frame; each further one doubles up to the second.
const FIRST_READ: usize = 16 << 10;
const LONGEST_READ: usize = 512 << 10;

const SHORT: &str = "the segment ends before the frame does";

/// A place in the log. It holds at most one read's worth of bytes.
pub struct Reader {
    shared: Arc<Shared>,
    next: u64,
    place: Option<Place>,
    buffer: Buffer,
}

struct Place {
    segment: Arc<Segment>,
    offset: u64,
}

/// Bytes of the segment from `start` on.
#[derive(Default)]
struct Buffer {
    start: u64,
    bytes: Vec<u8>,
    ahead: usize,
}

impl Reader {
    pub(crate) fn new(shared: Arc<Shared>, next: u64) -> Self {
        Self {
            shared,
            next,
            place: None,
            buffer: Buffer::default(),
        }
    }

    /// The sequence that comes next.
    pub fn position(&self) -> u64 {
        self.next
    }

    /// Makes `seq` the one that comes next.
    pub fn seek(&mut self, seq: u64) {
        if seq != self.next {
            self.next = seq;
            self.place = None;
        }
    }

    /// The next durable frame; none when it is still to come.
    ///
    /// # Errors
    /// [`Error::Trimmed`] when it is gone, [`Error::Corrupt`] when it cannot be read back; the
    /// reader stays where it is, and [`Reader::seek`] can take it past the damage.
    pub fn next_frame(&mut self) -> Result<Option<Frame>> {
        self.step(Buffer::frame)
    }

    /// As [`Reader::next_frame`], with at most the first `len` bytes of the payload; only they are
    /// read. The checksum covers a whole frame, so the caller must be able to tell what is damaged.
    ///
    /// # Errors
    /// As [`Reader::next_frame`].
    pub fn next_start(&mut self, len: usize) -> Result<Option<Frame>> {
        self.step(|_, place, seq| place.start(seq, len))
    }

    /// Reads the next durable frame with `read`, which also gives its size, and passes over it.
    fn step(
        &mut self,
        read: impl FnOnce(&mut Buffer, &Place, u64) -> Result<(Bytes, u64)>,
    ) -> Result<Option<Frame>> {
        if self.next > *self.shared.durable.borrow() {
            return Ok(None);
        }
        let place = match self.place.take() {
            Some(place) if self.next <= place.segment.last() => place,
            _ => self.find()?,
        };
        let (payload, size) = read(&mut self.buffer, &place, self.next)?;
        let frame = Frame {
            seq: self.next,
            payload,
        };
        self.place = Some(Place {
            offset: place.offset + size,
            ..place
        });
        self.next += 1;
        Ok(Some(frame))
    }

    fn find(&mut self) -> Result<Place> {
        let found = {
            let segments = self.shared.segments();
            let first = segments.first_key_value().map_or(1, |(base, _)| *base);
            let segment = segments.range(..=self.next).next_back();
            segment.map(|(_, s)| Arc::clone(s)).ok_or(Error::Trimmed {
                seq: self.next,
                first,
            })
        };
        let segment = found?;
        let offset = segment.locate(self.next)?;
        self.buffer = Buffer {
            ahead: self.buffer.ahead,
            ..Buffer::default()
        };
        Ok(Place { segment, offset })
    }
}

impl Place {
    fn corrupt(&self, seq: u64, reason: &'static str) -> Error {
        self.segment.corrupt(seq, self.offset, reason)
    }

    /// The header that was written here for `seq`, from the start of `bytes`.
    fn head(&self, seq: u64, bytes: &[u8]) -> Result<Head> {
        let head = self.segment.codec.head(bytes);
        let head = head.ok_or_else(|| self.corrupt(seq, SHORT))?;
        if head.seq != seq || self.offset + head.size() > self.segment.end() {
            return Err(self.corrupt(seq, "a frame's header is not what was written"));
        }
        Ok(head)
    }

    /// At most `len` bytes of the payload of the frame here, in one read of as many, and the
    /// frame's size.
    fn start(&self, seq: u64, len: usize) -> Result<(Bytes, u64)> {
        let left = usize::try_from(self.segment.end() - self.offset).unwrap_or(usize::MAX);
        let mut bytes = vec![0; HEADER.saturating_add(len).min(left)];
        let read = self.segment.file.read_at(&mut bytes, self.offset)?;
        bytes.truncate(read);
        let head = self.head(seq, &bytes)?;
        let wanted = HEADER + head.len.min(len);
        if bytes.len() < wanted {
            return Err(self.corrupt(seq, SHORT));
        }
        bytes.truncate(wanted);
        Ok((Bytes::from(bytes).slice(HEADER..), head.size()))
    }
}

impl Buffer {
    /// The payload of the frame at `place` and the frame's size.
    fn frame(&mut self, place: &Place, seq: u64) -> Result<(Bytes, u64)> {
        let short = || place.corrupt(seq, SHORT);
        let from = self.fill(place, HEADER)?.ok_or_else(short)?;
        let head = place.head(seq, &self.bytes[from..])?;
        let from = self.fill(place, HEADER + head.len)?.ok_or_else(short)?;
        let payload = &self.bytes[from + HEADER..from + HEADER + head.len];
        if !place.segment.codec.check(&head, payload) {
            return Err(place.corrupt(seq, "a frame's checksum does not match"));
        }
        Ok((Bytes::copy_from_slice(payload), head.size()))
    }

    /// Makes `len` bytes at the place available and says where in the buffer; none when the file
    /// is shorter.
    fn fill(&mut self, place: &Place, len: usize) -> Result<Option<usize>> {
        let held = self.start..self.start + self.bytes.len() as u64;
        if held.contains(&place.offset) && place.offset + len as u64 <= held.end {
            return Ok(Some((place.offset - self.start) as usize));
        }
        self.ahead = (self.ahead * 2).clamp(FIRST_READ, LONGEST_READ);
        let left = usize::try_from(place.segment.end() - place.offset).unwrap_or(usize::MAX);
        self.bytes.resize(self.ahead.max(len).min(left), 0);
        self.start = place.offset;
        let read = place.segment.file.read_at(&mut self.bytes, place.offset)?;
        self.bytes.truncate(read);
        Ok((read >= len).then_some(0))
    }
}
