use std::sync::Arc;

use aurora_clock::Timestamp;

use super::filter::{BLOCK_BYTES, Filter};
use super::gates::Gates;
use super::layout::{GROUP, HEADER, Info, Layout, Part};
use super::print::{self, Key};
use super::record::{MAX_RECORD, Record};
use super::source::ReadAt;
use crate::{About, Error, Validity, Value};

/// Descriptions are cut at load far below this.
const MAX_ABOUT: u32 = 64 * 1024;
/// Bytes read at a time when a set is opened.
const CHUNK: usize = 1 << 16;

/// The compiled set of one source, open for questions. It never changes.
#[derive(Debug)]
pub struct Set {
    id: [u8; 32],
    info: Info,
    filter: Filter,
    gates: Gates,
    prints: Box<[u64]>,
    places: Box<[u64]>,
    file: Arc<dyn ReadAt>,
    /// Where values and descriptions begin, and how many bytes they are.
    cold: (u64, u64),
}

/// An indicator that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub value: Value,
    pub confidence: u8,
    pub validity: Validity,
    pub about: About,
}

impl Set {
    /// Reads what stays in memory, and checks it.
    ///
    /// # Errors
    /// [`Error::Damaged`] or [`Error::Newer`]; whatever the bytes are, it neither panics nor takes
    /// more memory than the file is long.
    pub fn open(file: Arc<dyn ReadAt>) -> Result<Self, Error> {
        let size = file.size().map_err(unreadable)?;
        let mut header = [0; HEADER];
        file.read_at(&mut header, 0).map_err(unreadable)?;
        let layout = Layout::read(&header, size)?;
        let load =
            |part, width, take: &mut dyn FnMut(&[u8])| load(&*file, &layout, part, width, take);
        let mut gates = Vec::new();
        load(Part::Gates, 1, &mut |bytes| gates.extend_from_slice(bytes))?;
        let gates = Gates::read(&gates).ok_or_else(|| Error::damaged("its gates do not fit"))?;
        let mut blocks = Vec::with_capacity(items(&layout, Part::Filter, BLOCK_BYTES));
        load(Part::Filter, BLOCK_BYTES, &mut |bytes| {
            let block = bytes
                .chunks_exact(4)
                .map(|word| u32::from_le_bytes(array(word)));
            let mut words = [0; 8];
            words
                .iter_mut()
                .zip(block)
                .for_each(|(to, word)| *to = word);
            blocks.push(words);
        })?;
        let mut prints: Vec<u64> = Vec::with_capacity(items(&layout, Part::Prints, 8));
        load(Part::Prints, 8, &mut |bytes| {
            prints.push(u64::from_le_bytes(array(bytes)))
        })?;
        let mut places: Vec<u64> = Vec::with_capacity(items(&layout, Part::Places, 8));
        load(Part::Places, 8, &mut |bytes| {
            places.push(u64::from_le_bytes(array(bytes)))
        })?;
        let cold = layout.section(Part::Cold);
        let limit = GROUP * MAX_RECORD as u64;
        let steps = places
            .windows(2)
            .all(|pair| pair[0] <= pair[1] && pair[1] - pair[0] <= limit);
        let last = places.last().is_some_and(|last| *last <= cold.len);
        if !prints.is_sorted() || !steps || !last {
            return Err(Error::damaged("its index is not in order"));
        }
        Ok(Self {
            id: *blake3::hash(&header).as_bytes(),
            info: layout.info,
            filter: Filter::from_blocks(blocks),
            gates,
            prints: prints.into(),
            places: places.into(),
            cold: (cold.start, cold.len),
            file,
        })
    }

    /// 64 hexadecimal digits that tell this set from every other: its header holds the checksum of
    /// each part.
    pub fn id(&self) -> String {
        blake3::Hash::from_bytes(self.id).to_hex().to_string()
    }

    pub const fn info(&self) -> &Info {
        &self.info
    }

    /// Bytes that it holds in memory.
    pub fn resident(&self) -> usize {
        std::mem::size_of_val(self.filter.blocks())
            + std::mem::size_of_val(&*self.prints)
            + std::mem::size_of_val(&*self.places)
            + super::gates::GATES_BYTES
    }

    /// Reads everything that is not read at opening, once, and checks it.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn verify(&self) -> Result<(), Error> {
        let mut header = [0; HEADER];
        self.file.read_at(&mut header, 0).map_err(unreadable)?;
        let layout = Layout::read(&header, self.file.size().map_err(unreadable)?)?;
        load(&*self.file, &layout, Part::Cold, 1, &mut |_| {})
    }

    pub(crate) const fn gates(&self) -> &Gates {
        &self.gates
    }

    #[inline]
    pub(crate) fn may_hold(&self, print: u64) -> bool {
        self.filter.may_hold(print)
    }

    /// The surest indicator with exactly this value that holds at `at`.
    ///
    /// # Errors
    /// [`Error::Damaged`] when the file changed behind our back.
    pub(crate) fn find(
        &self,
        print: u64,
        key: Key<'_>,
        at: Timestamp,
    ) -> Result<Option<Found>, Error> {
        let first = self.prints.partition_point(|known| *known < print);
        let same = self.prints[first..]
            .iter()
            .take_while(|known| **known == print);
        let mut best: Option<Found> = None;
        let mut buffer = Vec::new();
        for index in first..first + same.count() {
            let found = self.record(index, &mut buffer)?;
            let better = best
                .as_ref()
                .is_none_or(|best| best.confidence < found.confidence);
            if found.key == key && found.validity.holds(at) && better {
                best = Some(self.found(found)?);
            }
        }
        Ok(best)
    }

    /// Indicators from the `from`-th on, in the file's order, which means nothing.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn list(&self, from: u64, limit: usize) -> Result<Vec<Found>, Error> {
        let from = usize::try_from(from)
            .unwrap_or(usize::MAX)
            .min(self.prints.len());
        let until = from.saturating_add(limit).min(self.prints.len());
        let mut buffer = Vec::new();
        (from..until)
            .map(|index| self.found(self.record(index, &mut buffer)?))
            .collect()
    }

    fn record<'b>(&self, index: usize, buffer: &'b mut Vec<u8>) -> Result<Record<'b>, Error> {
        let broken = || Error::damaged("a record cannot be read");
        let group = index / GROUP as usize;
        let span = self.places.get(group..group + 2).ok_or_else(broken)?;
        let len = usize::try_from(span[1] - span[0]).map_err(|_| broken())?;
        buffer.resize(len, 0);
        let place = self.cold.0 + span[0];
        self.file.read_at(buffer, place).map_err(unreadable)?;
        let mut rest = &buffer[..];
        for _ in 0..index % GROUP as usize {
            (_, rest) = Record::read(rest).ok_or_else(broken)?;
        }
        let (record, _) = Record::read(rest).ok_or_else(broken)?;
        Ok(record)
    }

    fn found(&self, record: Record<'_>) -> Result<Found, Error> {
        Ok(Found {
            value: print::value(record.key)
                .ok_or_else(|| Error::damaged("a value is none of its kind"))?,
            confidence: record.confidence,
            validity: record.validity,
            about: self.about(record.about)?,
        })
    }

    fn about(&self, place: u64) -> Result<About, Error> {
        let broken = || Error::damaged("a description cannot be read");
        let start = self.places.last().ok_or_else(broken)?;
        let start = start.checked_add(place).ok_or_else(broken)?;
        let left = self.cold.1.checked_sub(start).ok_or_else(broken)?;
        let mut head = [0; 8];
        let start = self.cold.0 + start;
        self.file.read_at(&mut head, start).map_err(unreadable)?;
        let crc = u32::from_le_bytes(array(&head[..4]));
        let len = u32::from_le_bytes(array(&head[4..]));
        if len > MAX_ABOUT || u64::from(len) + 8 > left {
            return Err(broken());
        }
        let mut text = vec![0; len as usize];
        self.file
            .read_at(&mut text, start + 8)
            .map_err(unreadable)?;
        if crc32fast::hash(&text) != crc {
            return Err(broken());
        }
        serde_json::from_slice(&text).map_err(|_| broken())
    }
}

/// No section is longer than the file, which the header's check holds to.
fn items(layout: &Layout, part: Part, width: usize) -> usize {
    usize::try_from(layout.section(part).len).unwrap_or(0) / width
}

/// Gives a section to `take`, `width` bytes at a time, and compares its checksum.
fn load(
    file: &dyn ReadAt,
    layout: &Layout,
    part: Part,
    width: usize,
    take: &mut dyn FnMut(&[u8]),
) -> Result<(), Error> {
    let section = layout.section(part);
    let mut hash = blake3::Hasher::new();
    let mut buffer = vec![0; CHUNK];
    let mut done = 0;
    while done < section.len {
        let left = usize::try_from(section.len - done).unwrap_or(usize::MAX);
        let chunk = &mut buffer[..left.min(CHUNK)];
        file.read_at(chunk, section.start + done)
            .map_err(unreadable)?;
        hash.update(chunk);
        if width == 1 {
            take(chunk);
        } else {
            chunk.chunks_exact(width).for_each(&mut *take);
        }
        done += chunk.len() as u64;
    }
    if hash.finalize().as_bytes() != &section.sum {
        return Err(Error::damaged("a section has another checksum"));
    }
    Ok(())
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("chunks have one width")
}

fn unreadable(error: std::io::Error) -> Error {
    Error::damaged(error.to_string())
}
