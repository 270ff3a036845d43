use std::sync::Arc;

use aurora_clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::envelope::{self, Format, Header, Range};
use crate::wire::{self, Error, Reader};
use crate::{OriginId, Scope, TraceContext};

/// The largest record that travels whole; a larger one goes to the dead letter in pieces.
pub const MAX_RECORD_BYTES: usize = 1024 * 1024;

/// Which parser a record meets: a name from the list of sources, or `auto` to detect it; behind an
/// `@`, if there is one, what the operator calls the feed (`windows@headquarters`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceName(pub Arc<str>);

/// One record as it came, still unparsed, or a piece of one that is too large to travel whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawRecord {
    /// Place in the origin's own sequence: a byte offset in a file, a counter of a listener.
    pub seq: u64,
    pub received_at: Timestamp,
    pub part: Part,
    pub body: Vec<u8>,
    /// What the transport said about the record besides its bytes: a JSON object, or nothing. Its
    /// member `time`, in Unix milliseconds, dates a record that has no time of its own.
    pub envelope: Vec<u8>,
    /// The event that a collector made of it, for the site to look at; nothing when the site makes it.
    /// The parsers know its form.
    pub event: Vec<u8>,
}

/// Pieces exist for the dead letter only; the ledger counts a record with its last piece.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    #[default]
    Whole,
    Piece,
    LastPiece,
    /// What is left of records that somebody's lossy policy left out on the way here, so that the
    /// ledger knows of them: no bytes for one record, four (little-endian) with their number for
    /// several.
    Dropped,
}

/// Records of one source and one origin, cut at a deterministic place.
#[derive(Clone, Debug, PartialEq)]
pub struct RawBatch {
    pub scope: Scope,
    pub source: SourceName,
    pub origin: OriginId,
    /// The sender as the listener saw it: a peer address, or a file's name. Data, not identity.
    pub host: String,
    pub trace: TraceContext,
    pub records: Vec<RawRecord>,
}

impl SourceName {
    pub const AUTO: &'static str = "auto";

    pub fn new(name: &str) -> Self {
        Self(Arc::from(name))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part that chooses the parser.
    pub fn parser(&self) -> &str {
        self.0.split_once('@').map_or(&self.0, |(parser, _)| parser)
    }

    /// Whether it is 1 to 64 of `a-z`, `0-9`, `-`, `_` and `@`, as an operator may choose it.
    pub fn is_plain(&self) -> bool {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_@".contains(&b);
        (1..=64).contains(&self.0.len()) && self.0.bytes().all(plain)
    }

    /// What the operator calls the feed.
    pub fn feed(&self) -> Option<&str> {
        self.0.split_once('@').map(|(_, feed)| feed)
    }
}

impl std::fmt::Display for SourceName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl RawRecord {
    pub fn whole(seq: u64, received_at: Timestamp, body: Vec<u8>) -> Self {
        Self {
            seq,
            received_at,
            part: Part::Whole,
            body,
            envelope: Vec::new(),
            event: Vec::new(),
        }
    }

    /// The record with what its transport said about it.
    #[must_use]
    pub fn in_envelope(self, envelope: Vec<u8>) -> Self {
        Self { envelope, ..self }
    }

    /// The record alone, of which the site makes an event.
    #[must_use]
    pub fn without_event(self) -> Self {
        let event = Vec::new();
        Self { event, ..self }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let (seq, received_at) = (reader.u64()?, Timestamp::from_millis(reader.i64()?));
        let part = reader.array::<1>()?[0];
        let mut block = |there| match there {
            true => reader.block().map(<[u8]>::to_vec),
            false => Ok(Vec::new()),
        };
        Ok(Self {
            seq,
            received_at,
            body: block(true)?,
            envelope: block(part & Part::ENVELOPE != 0)?,
            event: block(part & Part::EVENT != 0)?,
            part: Part::from_byte(part & !(Part::ENVELOPE | Part::EVENT))?,
        })
    }

    fn wire_bytes(&self) -> usize {
        self.body.len() + self.envelope.len() + self.event.len() + 29
    }

    /// Stands for `count` records that were left out, at most [`RawRecord::MAX_DROPPED`].
    pub fn dropped(seq: u64, at: Timestamp, count: u32) -> Self {
        let body = match count {
            1 => Vec::new(),
            count => count.min(Self::MAX_DROPPED).to_le_bytes().to_vec(),
        };
        Self {
            part: Part::Dropped,
            ..Self::whole(seq, at, body)
        }
    }

    /// Records that one [`Part::Dropped`] may stand for.
    pub const MAX_DROPPED: u32 = 1 << 20;

    /// What it adds to the ledger's records.
    pub fn weight(&self) -> u32 {
        match self.part {
            Part::Whole | Part::LastPiece => 1,
            Part::Piece => 0,
            Part::Dropped => match <[u8; 4]>::try_from(self.body.as_slice()) {
                Ok(count) => u32::from_le_bytes(count).min(Self::MAX_DROPPED),
                Err(_) => 1,
            },
        }
    }
}

impl Part {
    const fn byte(self) -> u8 {
        match self {
            Self::Whole => 0,
            Self::Piece => 1,
            Self::LastPiece => 2,
            Self::Dropped => 3,
        }
    }

    /// Set beside a part when an envelope follows the body.
    const ENVELOPE: u8 = 0x80;
    /// The same for an event, behind the envelope.
    const EVENT: u8 = 0x40;

    const fn from_byte(byte: u8) -> Result<Self, Error> {
        match byte {
            0 => Ok(Self::Whole),
            1 => Ok(Self::Piece),
            2 => Ok(Self::LastPiece),
            3 => Ok(Self::Dropped),
            _ => Err(Error::Malformed("unknown part of a record")),
        }
    }
}

impl RawBatch {
    pub fn header(&self, producer: &str) -> Header {
        let count = u32::try_from(self.records.len()).expect("batches are far below 4 G records");
        Header {
            format: Format::RawBatch,
            version: envelope::VERSION,
            scope: self.scope.clone(),
            producer: producer.to_owned(),
            trace: self.trace,
            source: self.source.clone(),
            range: Range {
                origin: self.origin,
                first: self.records.first().map_or(0, |r| r.seq),
                last: self.records.last().map_or(0, |r| r.seq),
            },
            count,
            records: self.records.iter().map(RawRecord::weight).sum(),
            raw: None,
        }
    }

    /// The body: the host as a block, then per record `seq u64, received_at i64, part u8,
    /// body block`, and an envelope and an event block where the part's two highest bits say so; zstd.
    pub fn encode(&self) -> Vec<u8> {
        let size: usize = self.records.iter().map(RawRecord::wire_bytes).sum();
        let mut out = Vec::with_capacity(size + self.host.len() + 4);
        wire::put_block(&mut out, self.host.as_bytes());
        for record in &self.records {
            out.extend_from_slice(&record.seq.to_le_bytes());
            out.extend_from_slice(&record.received_at.as_millis().to_le_bytes());
            let beside = [
                (Part::ENVELOPE, &record.envelope),
                (Part::EVENT, &record.event),
            ];
            let beside = beside.iter().filter(|(_, bytes)| !bytes.is_empty());
            let bits = beside.clone().fold(0, |bits, (bit, _)| bits | bit);
            out.push(record.part.byte() | bits);
            wire::put_block(&mut out, &record.body);
            beside.for_each(|(_, bytes)| wire::put_block(&mut out, bytes));
        }
        envelope::pack(&out)
    }

    /// Bytes that [`RawBatch::decode`] takes for this body at most, as the body says itself.
    pub fn decoded_bytes(body: &[u8]) -> usize {
        envelope::unpacked_bound(body).min(envelope::MAX_UNPACKED_BYTES)
    }

    /// # Errors
    /// When the body is not what [`RawBatch::encode`] writes.
    pub fn decode(header: &Header, body: &[u8]) -> Result<Self, Error> {
        if header.format != Format::RawBatch {
            return Err(Error::Malformed("a raw batch was expected"));
        }
        let body = envelope::unpack(body)?;
        let mut reader = Reader::new(&body);
        let host = String::from_utf8_lossy(reader.block()?).into_owned();
        let mut records = Vec::with_capacity(header.count.min(65_536) as usize);
        while !reader.is_empty() {
            records.push(RawRecord::read(&mut reader)?);
        }
        if records.len() != header.count as usize {
            return Err(Error::Malformed(
                "the header counts other records than the body holds",
            ));
        }
        Ok(Self {
            scope: header.scope.clone(),
            source: header.source.clone(),
            origin: header.range.origin,
            host,
            trace: header.trace,
            records,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use aurora_ids::Id128;

    fn batch() -> RawBatch {
        let at = Timestamp::from_millis(1);
        RawBatch {
            scope: Scope::of(Id128::random().into()),
            source: SourceName::new("syslog"),
            origin: Id128::random().into(),
            host: "ws7".into(),
            trace: TraceContext::new(),
            records: vec![
                RawRecord::whole(0, at, b"a\0\xff".to_vec()),
                RawRecord::whole(3, at, b"b".to_vec()).in_envelope(br#"{"time":7}"#.to_vec()),
                RawRecord {
                    event: b"e".to_vec(),
                    ..RawRecord::whole(4, at, b"c".to_vec())
                },
                RawRecord {
                    event: b"f".to_vec(),
                    ..RawRecord::whole(5, at, b"d".to_vec()).in_envelope(b"{}".to_vec())
                },
                RawRecord {
                    part: Part::Piece,
                    ..RawRecord::whole(9, at, vec![1])
                },
                RawRecord {
                    part: Part::LastPiece,
                    ..RawRecord::whole(9, at, vec![2])
                },
                RawRecord::dropped(11, at, 1),
                RawRecord::dropped(12, at, 1000),
            ],
        }
    }

    #[test]
    fn a_batch_round_trips_and_counts_pieces_once() {
        let batch = batch();
        let header = batch.header("listen");
        assert_eq!((header.count, header.records), (8, 1006));
        let read = Header::from_bytes(&header.to_bytes()).unwrap();
        assert_eq!(RawBatch::decode(&read, &batch.encode()).unwrap(), batch);
    }

    #[test]
    fn damage_is_an_error_and_never_a_panic() {
        let batch = batch();
        let (header, body) = (batch.header("listen"), batch.encode());
        for cut in 0..body.len() {
            assert!(
                RawBatch::decode(&header, &body[..cut]).is_err(),
                "cut at {cut}"
            );
        }
    }
}
