//! Keys and values of a shard's state. Every value begins with the format's version.
//!
//! | key | value |
//! | --- | --- |
//! | 16 × 0 | progress of the sources |
//! | namespace | the correlation's own marks |
//! | namespace, group id, 0 | a group's head: its group values, its alerts that are not final, its latest entries |
//! | namespace, group id, 1, chunk `u32` | earlier entries |
//! | namespace, group id, 2, bucket `i64` | a bucket of a sketch |
//!
//! Fixed numbers are little-endian, except in keys; `varint` is LEB128. Times in a run of entries are
//! differences. A decoder takes any bytes and gives an error, never a panic, and what it accepts it
//! would write again.

use std::collections::BTreeMap;

use crate::chunks::Chunks;
use crate::entry::{Entries, Entry};
use crate::group::Group;
use crate::key::{GroupKey, Namespace};
use crate::plan::Correlation;
use crate::progress::Progress;
use crate::sent::Sent;
use crate::sketch::{Bucket, REGISTERS, Registers, Sketch};
use crate::spec::Kind;
use crate::sweep::ARMED;

/// The format that this version writes.
pub(crate) const VERSION: u8 = 1;

const HEAD: u8 = 0;
const CHUNK: u8 = 1;
const BUCKET: u8 = 2;

/// What a key names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Progress,
    Rule(Namespace),
    Group(Namespace, [u8; 16], Part),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Head,
    Chunk(u32),
    Bucket(i64),
}

/// Why bytes cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Damaged(&'static str),
    Newer(u8),
}

pub(crate) const PROGRESS: [u8; 16] = [0; 16];

pub(crate) fn key(namespace: Namespace, id: &[u8; 16], part: Part) -> Vec<u8> {
    let mut out = Vec::with_capacity(41);
    out.extend_from_slice(namespace.0.as_bytes());
    out.extend_from_slice(id);
    match part {
        Part::Head => out.push(HEAD),
        Part::Chunk(name) => {
            out.push(CHUNK);
            out.extend_from_slice(&name.to_be_bytes());
        }
        Part::Bucket(index) => {
            out.push(BUCKET);
            out.extend_from_slice(&index.to_be_bytes());
        }
    }
    out
}

pub(crate) fn read_key(bytes: &[u8]) -> Option<Key> {
    let (namespace, rest) = bytes.split_first_chunk::<16>()?;
    if rest.is_empty() && *namespace == PROGRESS {
        return Some(Key::Progress);
    }
    let namespace = Namespace(aurora_ids::Id128::from_bytes(*namespace));
    if rest.is_empty() {
        return Some(Key::Rule(namespace));
    }
    let (id, rest) = rest.split_first_chunk::<16>()?;
    let (tag, rest) = rest.split_first()?;
    let part = match *tag {
        HEAD if rest.is_empty() => Part::Head,
        CHUNK => Part::Chunk(u32::from_be_bytes(rest.try_into().ok()?)),
        BUCKET => Part::Bucket(i64::from_be_bytes(rest.try_into().ok()?)),
        _ => return None,
    };
    Some(Key::Group(namespace, *id, part))
}

// --- writing ---

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_i64(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put_u64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put_uid(out: &mut Vec<u8>, uid: [u64; 2]) {
    out.extend_from_slice(&uid[0].to_be_bytes());
    out.extend_from_slice(&uid[1].to_be_bytes());
}

fn put_entry(out: &mut Vec<u8>, entry: &Entry) {
    put_i64(out, entry.time);
    put_uid(out, entry.uid);
    put_u64(out, entry.item);
}

fn put_entries<'e>(
    out: &mut Vec<u8>,
    kind: Kind,
    entries: impl ExactSizeIterator<Item = &'e Entry>,
) {
    put_varint(out, entries.len() as u64);
    let mut before = None;
    for entry in entries {
        match before {
            None => put_i64(out, entry.time),
            Some(before) => put_varint(out, entry.time.wrapping_sub(before) as u64),
        }
        before = Some(entry.time);
        put_uid(out, entry.uid);
        match kind {
            Kind::EventCount => {}
            Kind::Temporal | Kind::TemporalOrdered => put_varint(out, entry.item),
            _ => put_u64(out, entry.item),
        }
    }
}

const HAS_CUT: u8 = 1;
const IS_FULL: u8 = 2;
const HAS_SKETCH: u8 = 4;

/// The group's head, its latest entries among it.
pub(crate) fn write_head(group: &Group, kind: Kind) -> Vec<u8> {
    let tail = group.chunks.tail();
    let mut out = Vec::with_capacity(96 + group.key.bytes().len() + tail * 27);
    let has_cut = group.cut != Entry::MIN;
    out.push(VERSION);
    out.push(
        u8::from(has_cut) * HAS_CUT
            + u8::from(group.is_full) * IS_FULL
            + u8::from(group.sketch.is_some()) * HAS_SKETCH,
    );
    put_varint(&mut out, group.key.bytes().len() as u64);
    out.extend_from_slice(group.key.bytes());
    put_i64(&mut out, group.settled);
    put_i64(&mut out, group.base);
    if has_cut {
        put_entry(&mut out, &group.cut);
    }
    put_varint(&mut out, group.chunks.next.into());
    put_varint(&mut out, group.chunks.names_now().count() as u64);
    put_varint(&mut out, group.fresh.into());
    put_varint(&mut out, group.refused);
    put_varint(&mut out, group.sent.len() as u64);
    for sent in &group.sent {
        put_uid(&mut out, sent.first);
        put_i64(&mut out, sent.at);
        put_varint(&mut out, sent.at.abs_diff(sent.due));
        put_u64(&mut out, sent.print);
    }
    if let Some(sketch) = &group.sketch {
        put_i64(&mut out, sketch.tick);
        put_i64(&mut out, sketch.hold);
        put_varint(&mut out, sketch.buckets() as u64);
    }
    let start = group.entries.len() - tail;
    put_entries(&mut out, kind, group.entries.range(start..));
    out
}

pub(crate) fn write_chunk(group: &Group, kind: Kind, range: std::ops::Range<usize>) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + range.len() * 27);
    out.push(VERSION);
    put_entries(&mut out, kind, group.entries.range(range));
    out
}

pub(crate) fn write_bucket(bucket: &Bucket) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 + REGISTERS);
    out.push(VERSION);
    put_entry(&mut out, &bucket.first);
    put_i64(&mut out, bucket.last);
    out.extend_from_slice(bucket.registers.bytes());
    out
}

pub(crate) fn write_progress(progress: &Progress) -> Vec<u8> {
    let mut out = vec![VERSION, u8::from(progress.reached().is_some())];
    put_i64(&mut out, progress.reached().unwrap_or(0));
    put_varint(&mut out, progress.sources().len() as u64);
    for (source, (time, is_waited_for)) in progress.sources() {
        out.extend_from_slice(&source.to_le_bytes());
        put_i64(&mut out, *time);
        out.push(u8::from(*is_waited_for));
    }
    out
}

pub(crate) fn write_rule(is_full: bool) -> Vec<u8> {
    vec![VERSION, u8::from(is_full)]
}

// --- reading ---

struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    /// After the version.
    fn new(bytes: &'b [u8]) -> Result<Self, Fault> {
        match bytes.split_first() {
            None => Err(Fault::Damaged("it is empty")),
            Some((&VERSION, rest)) => Ok(Self(rest)),
            Some((&0, _)) => Err(Fault::Damaged("it has no version")),
            Some((version, _)) => Err(Fault::Newer(*version)),
        }
    }

    fn bytes(&mut self, count: usize) -> Result<&'b [u8], Fault> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or(Fault::Damaged("it is cut short"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let bytes = self.bytes(N)?;
        bytes
            .try_into()
            .map_err(|_| Fault::Damaged("it is cut short"))
    }

    fn u8(&mut self) -> Result<u8, Fault> {
        Ok(self.array::<1>()?[0])
    }

    fn flag(&mut self) -> Result<bool, Fault> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Fault::Damaged("a mark is neither yes nor no")),
        }
    }

    fn u64(&mut self) -> Result<u64, Fault> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn i64(&mut self) -> Result<i64, Fault> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    /// A time of an event, far enough from the ends of the range that spans can be added.
    fn time(&mut self) -> Result<i64, Fault> {
        in_range(self.i64()?)
    }

    fn uid(&mut self) -> Result<[u64; 2], Fault> {
        let high = u64::from_be_bytes(self.array()?);
        Ok([high, u64::from_be_bytes(self.array()?)])
    }

    fn varint(&mut self) -> Result<u64, Fault> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            let part = u64::from(byte & 0x7f);
            let is_past = shift == 63 && part > 1 || shift > 0 && byte == 0;
            if is_past {
                break;
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Fault::Damaged("a number is not written as it would be"))
    }

    fn u32(&mut self) -> Result<u32, Fault> {
        u32::try_from(self.varint()?).map_err(|_| Fault::Damaged("a number is too large"))
    }

    /// A count of things of at least `least` bytes each, which must be there.
    fn count(&mut self, least: usize) -> Result<usize, Fault> {
        let count = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
        if count.saturating_mul(least) > self.0.len() {
            return Err(Fault::Damaged("it is cut short"));
        }
        Ok(count)
    }

    fn entry(&mut self) -> Result<Entry, Fault> {
        Ok(Entry {
            time: self.time()?,
            uid: self.uid()?,
            item: self.u64()?,
        })
    }

    /// Entries in order, as the correlation would have them.
    fn entries(&mut self, it: &Correlation) -> Result<Vec<Entry>, Fault> {
        let count = self.count(17)?;
        let mut entries: Vec<Entry> = Vec::with_capacity(count);
        for _ in 0..count {
            let time = match entries.last() {
                None => self.time()?,
                Some(last) => {
                    let since = i64::try_from(self.varint()?).unwrap_or(i64::MAX);
                    in_range(last.time.saturating_add(since))?
                }
            };
            let uid = self.uid()?;
            let item = self.item(it)?;
            entries.push(Entry { time, uid, item });
        }
        Ok(entries)
    }

    fn item(&mut self, it: &Correlation) -> Result<u64, Fault> {
        match it.spec.kind {
            Kind::EventCount => Ok(0),
            Kind::Temporal | Kind::TemporalOrdered => {
                let base = self.varint()?;
                if base < it.spec.bases.len() as u64 {
                    return Ok(base);
                }
                Err(Fault::Damaged("an event is of no base"))
            }
            Kind::ValueCount => self.u64(),
            _ => {
                let bits = self.u64()?;
                if f64::from_bits(bits).is_finite() {
                    return Ok(bits);
                }
                Err(Fault::Damaged("a number is none"))
            }
        }
    }

    fn end(&self) -> Result<(), Fault> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Fault::Damaged("something follows its end"))
    }
}

fn in_range(time: i64) -> Result<i64, Fault> {
    if (i64::MIN / 4..=i64::MAX / 4).contains(&time) {
        return Ok(time);
    }
    Err(Fault::Damaged("a time is out of range"))
}

/// The values of one group, as they came.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub head: Option<Vec<u8>>,
    pub chunks: BTreeMap<u32, Vec<u8>>,
    pub buckets: BTreeMap<i64, Vec<u8>>,
}

/// Puts a group together again.
pub(crate) fn read_group(it: &Correlation, id: [u8; 16], parts: &Parts) -> Result<Group, Fault> {
    let head = parts.head.as_deref();
    let mut reader = Reader::new(head.ok_or(Fault::Damaged("its group has no head"))?)?;
    let flags = reader.u8()?;
    if flags > HAS_CUT + IS_FULL + HAS_SKETCH {
        return Err(Fault::Damaged("a mark is not known"));
    }
    let length = reader.count(1)?;
    let key = GroupKey::from_bytes(reader.bytes(length)?)
        .ok_or(Fault::Damaged("its group's values are no text"))?;
    let mut group = Group::new(it, key, reader.i64()?);
    if group.id != id || group.key.values().count() != it.spec.group_by.len() {
        return Err(Fault::Damaged("it is another group's"));
    }
    let limits = i64::MAX / 4 + it.span;
    group.base = reader.i64()?;
    if group.base != ARMED && !(-limits..=limits).contains(&group.base) {
        return Err(Fault::Damaged("a time is out of range"));
    }
    if flags & HAS_CUT != 0 {
        group.cut = reader.entry()?;
    }
    group.is_full = flags & IS_FULL != 0;
    let next = reader.u32()?;
    let sealed = reader.varint()?;
    group.fresh = reader.u32()?;
    group.refused = reader.varint()?;
    group.sent = read_sent(&mut reader)?;
    if flags & HAS_SKETCH != 0 {
        group.sketch = Some(Box::new(read_sketch(&mut reader, it, parts)?));
    }
    let tail = reader.entries(it)?;
    reader.end()?;
    if sealed != parts.chunks.len() as u64 {
        return Err(Fault::Damaged("a chunk of its group is missing"));
    }
    fill(&mut group, it, next, tail, parts)?;
    Ok(group)
}

fn read_sent(reader: &mut Reader<'_>) -> Result<Vec<Sent>, Fault> {
    let count = reader.count(33)?;
    let mut sent: Vec<Sent> = Vec::with_capacity(count);
    for _ in 0..count {
        let first = reader.uid()?;
        let at = reader.time()?;
        let earlier = i64::try_from(reader.varint()?).unwrap_or(i64::MAX);
        let due = in_range(at.saturating_sub(earlier))?;
        let print = reader.u64()?;
        if sent.last().is_some_and(|last| last.at > at) {
            return Err(Fault::Damaged("its alerts are out of order"));
        }
        sent.push(Sent {
            first,
            at,
            due,
            print,
        });
    }
    Ok(sent)
}

fn read_sketch(reader: &mut Reader<'_>, it: &Correlation, parts: &Parts) -> Result<Sketch, Fault> {
    let tick = reader.time()?;
    let hold = reader.i64()?;
    let mut sketch = Sketch::new(it.span, tick, hold);
    if reader.varint()? != parts.buckets.len() as u64 {
        return Err(Fault::Damaged("a bucket of its sketch is missing"));
    }
    for (index, bytes) in &parts.buckets {
        let mut reader = Reader::new(bytes)?;
        let first = reader.entry()?;
        let last = reader.time()?;
        let registers = Registers::from_bytes(reader.bytes(REGISTERS)?)
            .ok_or(Fault::Damaged("a register of its sketch is out of range"))?;
        reader.end()?;
        sketch.restore(*index, first, last, registers);
    }
    sketch.restored();
    Ok(sketch)
}

/// Entries of all chunks, then of the tail, in order.
fn fill(
    group: &mut Group,
    it: &Correlation,
    next: u32,
    tail: Vec<Entry>,
    parts: &Parts,
) -> Result<(), Fault> {
    let mut chunks = Vec::with_capacity(parts.chunks.len());
    for (name, bytes) in &parts.chunks {
        let mut reader = Reader::new(bytes)?;
        let entries = reader.entries(it)?;
        reader.end()?;
        let first = *entries.first().ok_or(Fault::Damaged("it is empty"))?;
        if *name >= next {
            return Err(Fault::Damaged("a chunk has a name that was never given"));
        }
        chunks.push((first, *name, entries));
    }
    chunks.sort_by_key(|(first, _, _)| *first);
    let sealed = chunks
        .iter()
        .map(|(_, name, entries)| (*name, entries.len()));
    group.chunks = Chunks::restored(sealed, tail.len(), next);
    let chunks = chunks.into_iter().flat_map(|(_, _, entries)| entries);
    let entries: Entries = chunks.chain(tail).collect();
    let mut pairs = entries.iter().zip(entries.iter().skip(1));
    if pairs.any(|(one, two)| one >= two) {
        return Err(Fault::Damaged("its events are out of order"));
    }
    group.entries = entries;
    Ok(())
}

pub(crate) fn read_progress(bytes: &[u8]) -> Result<Progress, Fault> {
    let mut reader = Reader::new(bytes)?;
    let has_reached = reader.flag()?;
    let reached = reader.time()?;
    let count = reader.count(13)?;
    let mut sources = BTreeMap::new();
    for _ in 0..count {
        let source = u32::from_le_bytes(reader.array()?);
        let time = reader.time()?;
        sources.insert(source, (time, reader.flag()?));
    }
    reader.end()?;
    if sources.len() != count {
        return Err(Fault::Damaged("a source comes twice"));
    }
    Ok(Progress::restored(sources, has_reached.then_some(reached)))
}

/// Whether the bound on groups was reported.
pub(crate) fn read_rule(bytes: &[u8]) -> Result<bool, Fault> {
    let mut reader = Reader::new(bytes)?;
    let is_full = reader.flag()?;
    reader.end()?;
    Ok(is_full)
}
