//! Match batches without a copy: what a worker reads a million times a second.

use std::fmt;
use std::sync::Arc;

use aurora_clock::Timestamp;
use aurora_ids::Id128;

use crate::envelope::{Format, Header, MAX_UNPACKED_BYTES};
use crate::matches::{MATCH, PLAIN, PROGRESS, QUIET, WITHDRAW, ZSTD};
use crate::wire::{Error, Reader};
use crate::{Contribution, EventUid, Lane, MatchBatch, MatchEntry, Measured, RuleId, SourceName};

/// Reads bodies one after the other, with one decompressor and in one buffer.
#[derive(Default)]
pub struct MatchReader {
    unpacker: Option<zstd::bulk::Decompressor<'static>>,
    plain: Vec<u8>,
}

/// A [`MatchBatch`] that lies where it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MatchView<'b> {
    pub lanes: Vec<LaneView<'b>>,
    pub entries: Vec<EntryView<'b>>,
}

/// A [`Lane`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneView<'b> {
    pub namespace: Id128,
    pub base: u16,
    pub correlation: &'b str,
    pub rule: &'b str,
    pub source: &'b str,
}

/// A [`MatchEntry`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EntryView<'b> {
    Match(ContributionView<'b>),
    Withdraw(ContributionView<'b>),
    Progress { source: &'b str, time: Timestamp },
    Quiet { source: &'b str, at: Timestamp },
}

/// A [`Contribution`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContributionView<'b> {
    /// Its place among the view's lanes.
    pub lane: usize,
    pub event: EventUid,
    pub time: Timestamp,
    pub claimed: Timestamp,
    pub group: &'b [u8],
    pub value: Measured,
}

impl MatchReader {
    /// The whole batch, or nothing of it.
    ///
    /// # Errors
    /// When the body is not what [`MatchBatch::encode`] writes.
    pub fn read<'r>(&'r mut self, header: &Header, body: &'r [u8]) -> Result<MatchView<'r>, Error> {
        if header.format != Format::MatchBatch {
            return Err(Error::Malformed("a match batch was expected"));
        }
        let plain = match body.split_first() {
            Some((&PLAIN, rest)) if rest.len() <= MAX_UNPACKED_BYTES => rest,
            Some((&ZSTD, rest)) => self.unpack(rest)?,
            _ => return Err(Error::Malformed("unknown packing of a match batch")),
        };
        let mut reader = Reader::new(plain);
        let mut lanes = Vec::new();
        for _ in 0..reader.u32()? {
            lanes.push(lane(&mut reader)?);
        }
        let mut entries = Vec::with_capacity(header.count.min(65_536) as usize);
        while !reader.is_empty() {
            entries.push(entry(&mut reader, lanes.len())?);
        }
        if entries.len() != header.count as usize {
            return Err(Error::Malformed(
                "the header counts other entries than the body holds",
            ));
        }
        Ok(MatchView { lanes, entries })
    }

    /// Decompresses at most [`MAX_UNPACKED_BYTES`].
    fn unpack(&mut self, body: &[u8]) -> Result<&[u8], Error> {
        let bound = zstd::bulk::Decompressor::upper_bound(body).unwrap_or(MAX_UNPACKED_BYTES);
        if bound > MAX_UNPACKED_BYTES {
            return Err(Error::TooLarge {
                bytes: bound,
                limit: MAX_UNPACKED_BYTES,
            });
        }
        let unpacker = match &mut self.unpacker {
            Some(unpacker) => unpacker,
            none => none.insert(zstd::bulk::Decompressor::new().map_err(Error::Compression)?),
        };
        self.plain.clear();
        self.plain.reserve(bound);
        let done = unpacker.decompress_to_buffer(body, &mut self.plain);
        done.map_err(Error::Compression)?;
        Ok(&self.plain)
    }
}

impl MatchView<'_> {
    /// The same, on its own.
    pub fn to_batch(&self) -> MatchBatch {
        let lanes: Vec<Arc<Lane>> = self.lanes.iter().map(|it| Arc::new(it.to_lane())).collect();
        let entry = |it: &EntryView<'_>| match *it {
            EntryView::Match(it) => MatchEntry::Match(it.to_contribution(&lanes)),
            EntryView::Withdraw(it) => MatchEntry::Withdraw(it.to_contribution(&lanes)),
            EntryView::Progress { source, time } => MatchEntry::Progress {
                source: SourceName::new(source),
                time,
            },
            EntryView::Quiet { source, at } => MatchEntry::Quiet {
                source: SourceName::new(source),
                at,
            },
        };
        MatchBatch {
            entries: self.entries.iter().map(entry).collect(),
        }
    }
}

impl LaneView<'_> {
    fn to_lane(self) -> Lane {
        Lane {
            correlation: RuleId(self.correlation.to_owned()),
            namespace: self.namespace,
            base: self.base,
            rule: RuleId(self.rule.to_owned()),
            source: SourceName::new(self.source),
        }
    }
}

impl ContributionView<'_> {
    fn to_contribution(self, lanes: &[Arc<Lane>]) -> Contribution {
        Contribution {
            lane: Arc::clone(&lanes[self.lane]),
            event: self.event,
            time: self.time,
            claimed: self.claimed,
            group: self.group.to_vec(),
            value: self.value,
        }
    }
}

fn lane<'b>(reader: &mut Reader<'b>) -> Result<LaneView<'b>, Error> {
    Ok(LaneView {
        namespace: Id128::from_bytes(reader.array()?),
        base: reader.array().map(u16::from_le_bytes)?,
        correlation: text(reader)?,
        rule: text(reader)?,
        source: text(reader)?,
    })
}

fn entry<'b>(reader: &mut Reader<'b>, lanes: usize) -> Result<EntryView<'b>, Error> {
    let [kind] = reader.array::<1>()?;
    match kind {
        MATCH => contribution(reader, lanes).map(EntryView::Match),
        WITHDRAW => contribution(reader, lanes).map(EntryView::Withdraw),
        PROGRESS | QUIET => {
            let at = Timestamp::from_millis(reader.i64()?);
            let source = text(reader)?;
            Ok(match kind {
                PROGRESS => EntryView::Progress { source, time: at },
                _ => EntryView::Quiet { source, at },
            })
        }
        _ => Err(Error::Malformed("unknown entry of a match batch")),
    }
}

fn contribution<'b>(reader: &mut Reader<'b>, lanes: usize) -> Result<ContributionView<'b>, Error> {
    let lane = reader.u32()? as usize;
    if lane >= lanes {
        return Err(Error::Malformed("a lane that is not there"));
    }
    Ok(ContributionView {
        lane,
        event: EventUid(Id128::from_bytes(reader.array()?)),
        time: Timestamp::from_millis(reader.i64()?),
        claimed: Timestamp::from_millis(reader.i64()?),
        group: reader.block()?,
        value: match reader.array::<1>()? {
            [0] => Measured::Nothing,
            [1] => Measured::Text(reader.u64()?),
            [2] => Measured::Number(f64::from_bits(reader.u64()?)),
            _ => return Err(Error::Malformed("unknown value of a match")),
        },
    })
}

fn text<'b>(reader: &mut Reader<'b>) -> Result<&'b str, Error> {
    std::str::from_utf8(reader.block()?).map_err(|_| Error::Malformed("text"))
}

impl fmt::Debug for MatchReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MatchReader").finish_non_exhaustive()
    }
}
