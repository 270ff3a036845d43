//! Windows event log files, chunk by chunk.
//!
//! A file is a header block of 4 KiB and chunks of 64 KiB, each of which stands alone. So the file is read as a
//! stream, in any condition: a damaged chunk costs its own records and no others.

use std::collections::VecDeque;
use std::sync::Arc;

use evtx::err::EvtxError;
use evtx::{EvtxChunkData, EvtxRecord, ParserSettings};

use super::window::Window;
use super::{Framed, too_large};
use crate::{Error, MAX_PIECE_BYTES};

const FILE_HEADER_BYTES: usize = 4096;
const CHUNK_BYTES: usize = 64 * 1024;
const CHUNK_HEADER_BYTES: usize = 512;
const RECORD_HEADER_BYTES: u64 = 24;
const RECORD_MAGIC: &[u8] = b"\x2a\x2a\0\0";
const CHUNK_MAGIC: &[u8] = b"ElfChnk\0";

/// Whether these bytes are a part of an event log file, and no record that was read from one.
pub fn is_part(bytes: &[u8]) -> bool {
    bytes.starts_with(CHUNK_MAGIC) || bytes.starts_with(RECORD_MAGIC)
}

pub(super) struct Chunks {
    settings: Arc<ParserSettings>,
    start_at: u64,
}

impl Chunks {
    pub(super) fn new() -> Self {
        let settings = ParserSettings::new()
            .num_threads(1)
            .separate_json_attributes(false)
            .indent(false);
        Self {
            settings: Arc::new(settings),
            start_at: 0,
        }
    }

    /// Records before this offset are read and not handed out.
    pub(super) fn start_at(&mut self, offset: u64) {
        self.start_at = offset;
    }

    /// Reads chunks until one has something to hand out, or the file ends.
    pub(super) fn read_chunk(
        &mut self,
        window: &mut Window<'_>,
        out: &mut VecDeque<Framed>,
    ) -> Result<(), Error> {
        if window.offset() == 0 {
            window.discard(FILE_HEADER_BYTES as u64)?;
        }
        while out.is_empty() {
            let at = window.offset();
            let bytes = window.fill_to(CHUNK_BYTES)?;
            if bytes.is_empty() {
                break;
            }
            let bytes = bytes[..bytes.len().min(CHUNK_BYTES)].to_vec();
            window.consume(bytes.len());
            let end = at + bytes.len() as u64;
            if end > self.start_at && bytes.iter().any(|byte| *byte != 0) {
                let mut items = Chunk {
                    at,
                    end,
                    settings: &self.settings,
                    items: Vec::new(),
                }
                .read(bytes);
                items.retain(|item| item.offset() >= self.start_at);
                link(&mut items, end);
                out.extend(items);
            }
        }
        Ok(())
    }
}

/// Every item's `next` is the following item's offset, so that resuming repeats nothing.
fn link(items: &mut [Framed], end: u64) {
    let mut following = end;
    for item in items.iter_mut().rev() {
        match item {
            Framed::Record { next, .. }
            | Framed::Oversize { next, .. }
            | Framed::Damaged { next, .. } => {
                *next = following;
            }
        }
        following = item.offset();
    }
}

struct Chunk<'s> {
    at: u64,
    end: u64,
    settings: &'s Arc<ParserSettings>,
    items: Vec<Framed>,
}

impl Chunk<'_> {
    fn read(mut self, bytes: Vec<u8>) -> Vec<Framed> {
        let length = bytes.len();
        if length < CHUNK_HEADER_BYTES {
            self.damaged(0, "the file ends inside a chunk's header".to_owned(), bytes);
            return self.items;
        }
        let copy = bytes.clone();
        let data = EvtxChunkData::new(bytes, false);
        let missing = data
            .as_ref()
            .is_ok_and(|data| data.header.free_space_offset as usize > length);
        let read = data
            .map_err(|error| error.to_string())
            .and_then(|mut data| self.records(&mut data, &copy));
        if let Err(detail) = read {
            self.damaged(0, format!("the chunk cannot be read: {detail}"), copy);
        } else if missing && length < CHUNK_BYTES {
            let detail = "the file ends inside a chunk: its last records are missing".to_owned();
            self.damaged(length - 1, detail, cut_off(&copy).to_vec());
        }
        self.items.sort_by_key(Framed::offset);
        self.items
    }

    fn records(&mut self, data: &mut EvtxChunkData, bytes: &[u8]) -> Result<(), String> {
        let mut chunk = data
            .parse(Arc::clone(self.settings))
            .map_err(|error| error.to_string())?;
        for record in chunk.iter() {
            match record {
                Ok(record) => self.record(record, bytes),
                Err(error) => self.failed(&error, bytes),
            }
        }
        Ok(())
    }

    fn record(&mut self, record: EvtxRecord<'_>, bytes: &[u8]) {
        let at = record.binxml_offset.saturating_sub(RECORD_HEADER_BYTES);
        match record.into_json_bytes() {
            Ok(json) if too_large(json.data.len()) => self.oversize(self.at + at, &json.data),
            Ok(json) => {
                self.items.push(Framed::Record {
                    offset: self.at + at,
                    next: self.end,
                    body: json.data,
                });
            }
            Err(error) => self.failed(&error, bytes),
        }
    }

    /// The record is far longer than it has pieces, so each piece has an offset of its own.
    fn oversize(&mut self, offset: u64, json: &[u8]) {
        let pieces = json.chunks(MAX_PIECE_BYTES);
        let count = pieces.len();
        for (at, piece) in pieces.enumerate() {
            let (last, piece) = (at + 1 == count, piece.to_vec());
            let (record, offset) = (offset, offset + at as u64);
            self.items.push(Framed::Oversize {
                offset,
                record,
                last,
                next: self.end,
                piece,
            });
        }
    }

    fn failed(&mut self, error: &EvtxError, bytes: &[u8]) {
        let at = match error {
            EvtxError::FailedToReadRecordAt { offset, .. } => usize::try_from(*offset).ok(),
            EvtxError::FailedToParseRecord { record_id, .. } => find_record(bytes, *record_id),
            _ => None,
        };
        let raw = at
            .map(|at| record_bytes(bytes, at))
            .unwrap_or_default()
            .to_vec();
        self.damaged(at.unwrap_or(0), describe(error), raw);
    }

    fn damaged(&mut self, at: usize, detail: String, bytes: Vec<u8>) {
        self.items.push(Framed::Damaged {
            offset: self.at + at as u64,
            next: self.end,
            detail,
            bytes,
        });
    }
}

/// What is left of the record in which a chunk was cut off; the chunk's signature when it was cut
/// between two.
fn cut_off(bytes: &[u8]) -> &[u8] {
    let last = memchr::memmem::rfind(bytes, RECORD_MAGIC).map(|at| &bytes[at..]);
    let whole = |rest: &[u8]| {
        let said = rest.get(4..8).and_then(|size| size.try_into().ok());
        said.map(u32::from_le_bytes)
            .is_some_and(|size| size as usize <= rest.len())
    };
    last.filter(|rest| !whole(rest))
        .unwrap_or(&bytes[..bytes.len().min(CHUNK_MAGIC.len())])
}

/// The error and its causes in one line.
fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

fn find_record(bytes: &[u8], id: u64) -> Option<usize> {
    memchr::memmem::find_iter(bytes, RECORD_MAGIC)
        .find(|at| bytes.get(at + 8..at + 16) == Some(&id.to_le_bytes()[..]))
}

/// From `at` to where the record says it ends, or to the next one.
fn record_bytes(bytes: &[u8], at: usize) -> &[u8] {
    let Some(rest) = bytes.get(at..) else {
        return &[];
    };
    let said = rest
        .get(4..8)
        .and_then(|size| size.try_into().ok())
        .map(u32::from_le_bytes);
    let said = said
        .and_then(|size| usize::try_from(size).ok())
        .filter(|size| *size > 24 && *size <= rest.len());
    let next = || memchr::memmem::find(&rest[rest.len().min(4)..], RECORD_MAGIC).map(|at| at + 4);
    &rest[..said.or_else(next).unwrap_or(rest.len())]
}
