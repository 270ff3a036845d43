//! The file of a compiled set, format 1. All numbers are little-endian.
//!
//! ```text
//! 0    magic "AURINDIC", format u32, zero u32
//! 16   records u64, counts of the eight kinds u64 each
//! 88   five sections, each: start u64, length u64, blake3 of its bytes [32]
//! 328  blake3 of the 328 bytes before
//! 360  gates | filter | fingerprints | places | values and descriptions
//! ```
//!
//! The first four sections are read whole when the set is opened, and checked. The fifth stays on
//! disk: first the records in order of their fingerprints, each with a checksum of its own, then
//! the descriptions, `crc u32, length u32, JSON`. `places` holds where every eighth record begins,
//! and last where the descriptions do; places count from the start of the fifth section.

use super::filter::BLOCK_BYTES;
use super::gates::GATES_BYTES;
use crate::{Counts, Error};

pub(crate) const MAGIC: &[u8; 8] = b"AURINDIC";
pub(crate) const FORMAT: u32 = 1;
const SECTIONS_AT: usize = 88;
const SECTION: usize = 48;
const SUM_AT: usize = SECTIONS_AT + 5 * SECTION;
/// Bytes before the first section.
pub(crate) const HEADER: usize = SUM_AT + 32;
/// Records that share a place.
pub(crate) const GROUP: u64 = 8;
/// Values that one set may hold.
pub(crate) const MAX_RECORDS: u64 = 100_000_000;
/// Bytes that the file of one set may have.
pub const MAX_SET_BYTES: u64 = 16 << 30;

/// What a set holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Info {
    /// More than values: one value may be told of several spans of time.
    pub records: u64,
    pub counts: Counts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Section {
    pub start: u64,
    pub len: u64,
    pub sum: [u8; 32],
}

/// In the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Gates = 0,
    Filter = 1,
    Prints = 2,
    Places = 3,
    Cold = 4,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub info: Info,
    pub sections: [Section; 5],
}

impl Layout {
    pub const fn section(&self, part: Part) -> &Section {
        &self.sections[part as usize]
    }

    pub fn write(&self) -> [u8; HEADER] {
        let mut out = Vec::with_capacity(HEADER);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&FORMAT.to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&self.info.records.to_le_bytes());
        for count in self.info.counts.numbers() {
            out.extend_from_slice(&count.to_le_bytes());
        }
        for section in &self.sections {
            out.extend_from_slice(&section.start.to_le_bytes());
            out.extend_from_slice(&section.len.to_le_bytes());
            out.extend_from_slice(&section.sum);
        }
        let sum = blake3::hash(&out);
        out.extend_from_slice(sum.as_bytes());
        out.try_into().expect("the header has one length")
    }

    /// Reads the header of a file of `size` bytes and checks that its parts fit it and each other.
    pub fn read(bytes: &[u8; HEADER], size: u64) -> Result<Self, Error> {
        if &bytes[..8] != MAGIC {
            return Err(Error::damaged("it does not begin as one"));
        }
        let format = u32::from_le_bytes(field(bytes, 8));
        if format != FORMAT {
            return Err(Error::Newer {
                found: format,
                known: FORMAT,
            });
        }
        if blake3::hash(&bytes[..SUM_AT]).as_bytes() != &bytes[SUM_AT..] {
            return Err(Error::damaged("its header has another checksum"));
        }
        let number = |at| u64::from_le_bytes(field(bytes, at));
        let counts = std::array::from_fn(|kind| number(24 + kind * 8));
        let sections = std::array::from_fn(|index| {
            let at = SECTIONS_AT + index * SECTION;
            Section {
                start: number(at),
                len: number(at + 8),
                sum: field(bytes, at + 16),
            }
        });
        let info = Info {
            records: number(16),
            counts: Counts::from_numbers(counts),
        };
        let layout = Self { info, sections };
        layout.check(size)?;
        Ok(layout)
    }

    fn check(&self, size: u64) -> Result<(), Error> {
        let records = self.info.records;
        if records > MAX_RECORDS || size > MAX_SET_BYTES {
            return Err(Error::damaged("it claims to be larger than a set may be"));
        }
        let mut counted = self.info.counts.numbers().iter();
        let counted = counted.try_fold(0_u64, |sum, count| sum.checked_add(*count));
        let mut end = HEADER as u64;
        for section in &self.sections {
            if section.start != end || section.len > size {
                return Err(Error::damaged("its sections do not follow each other"));
            }
            end += section.len;
        }
        let wanted = [
            (Part::Gates, GATES_BYTES as u64),
            (Part::Prints, records * 8),
            (Part::Places, (records.div_ceil(GROUP) + 1) * 8),
        ];
        let fits = wanted
            .iter()
            .all(|(part, len)| self.section(*part).len == *len);
        let blocks = self.section(Part::Filter).len;
        if !fits
            || !blocks.is_multiple_of(BLOCK_BYTES as u64)
            || end != size
            || counted != Some(records)
        {
            return Err(Error::damaged("its sections do not fit its counts"));
        }
        Ok(())
    }
}

fn field<const N: usize>(bytes: &[u8; HEADER], at: usize) -> [u8; N] {
    bytes[at..at + N]
        .try_into()
        .expect("every field lies within the header")
}
