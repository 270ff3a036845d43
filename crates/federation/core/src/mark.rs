//! What is known of one stream: how far it was read, and the holes below.

use serde::{Deserialize, Serialize};

use crate::record::{from_cbor, to_cbor};
use crate::{Hash, Malformed, Record};

/// Holes that are remembered. A record that would make one more is left for later: it will be asked
/// for in its turn.
const MAX_GAPS: usize = 64;
/// Of a kept mark.
const VERSION: u8 = 1;

/// How far a stream was read. Without holes it is a number and a hash, whatever the stream's length.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    high: u64,
    head: Hash,
    gaps: Vec<Gap>,
}

/// Records that are missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Gap {
    from: u64,
    to: u64,
    /// Of the record before `from`.
    before: Hash,
    /// What the record after `to` calls the one at `to`.
    last: Hash,
}

/// What a record is to a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    New,
    /// Its number was seen; whether it is the same record is for whoever keeps them to say.
    Known,
    /// The chain has another record there: its origin said two things.
    Forked {
        beside: u64,
    },
    /// There are too many holes already.
    TooFar,
}

impl Mark {
    /// As it is kept: a version and CBOR.
    pub fn to_bytes(&self) -> Vec<u8> {
        to_cbor(&(VERSION, self))
    }

    /// # Errors
    /// When the bytes are not what [`Mark::to_bytes`] makes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let (version, mark): (u8, Self) = from_cbor(bytes)?;
        match version {
            VERSION => Ok(mark),
            newer => Err(Malformed::Version(newer)),
        }
    }

    /// The highest number seen.
    pub fn high(&self) -> u64 {
        self.high
    }

    /// Of the record with the highest number.
    pub fn head(&self) -> Hash {
        self.head
    }

    /// What is missing below the highest number, in order, both ends included.
    pub fn missing(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.gaps.iter().map(|gap| (gap.from, gap.to))
    }

    pub fn is_complete(&self) -> bool {
        self.gaps.is_empty()
    }

    /// Takes a record whose signature holds; `hash` is what the next one calls it.
    pub fn take(&mut self, record: &Record, hash: Hash) -> Step {
        let seq = record.seq;
        if seq > self.high {
            return self.beyond(record, hash);
        }
        let gap = self
            .gaps
            .iter()
            .position(|gap| gap.from <= seq && seq <= gap.to);
        match gap {
            Some(place) => self.within(place, record, hash),
            None => Step::Known,
        }
    }

    fn beyond(&mut self, record: &Record, hash: Hash) -> Step {
        let next = self.high + 1;
        if record.seq == next {
            if record.prev != self.head {
                return Step::Forked { beside: self.high };
            }
        } else if self.gaps.len() >= MAX_GAPS {
            return Step::TooFar;
        } else {
            self.gaps.push(Gap {
                from: next,
                to: record.seq - 1,
                before: self.head,
                last: record.prev,
            });
        }
        (self.high, self.head) = (record.seq, hash);
        Step::New
    }

    fn within(&mut self, place: usize, record: &Record, hash: Hash) -> Step {
        let (seq, gap) = (record.seq, self.gaps[place].clone());
        if seq == gap.from && record.prev != gap.before {
            return Step::Forked { beside: seq - 1 };
        }
        if seq == gap.to && hash != gap.last {
            return Step::Forked { beside: seq + 1 };
        }
        let lower = (seq > gap.from).then(|| Gap {
            from: gap.from,
            to: seq - 1,
            before: gap.before,
            last: record.prev,
        });
        let upper = (seq < gap.to).then(|| Gap {
            from: seq + 1,
            to: gap.to,
            before: hash,
            last: gap.last,
        });
        if lower.is_some() && upper.is_some() && self.gaps.len() >= MAX_GAPS {
            return Step::TooFar;
        }
        self.gaps
            .splice(place..=place, lower.into_iter().chain(upper));
        Step::New
    }
}
