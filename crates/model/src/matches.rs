use std::collections::HashMap;
use std::sync::Arc;

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use serde::{Deserialize, Serialize};

use crate::envelope::{self, Header};
use crate::wire::{self, Error};
use crate::{EventUid, MatchReader, RuleId, SourceName};

/// Bodies up to this size are not worth compressing.
const PLAIN_BYTES: usize = 2 * 1024;
pub(crate) const PLAIN: u8 = 0;
pub(crate) const ZSTD: u8 = 1;
pub(crate) const MATCH: u8 = 0;
pub(crate) const WITHDRAW: u8 = 1;
pub(crate) const PROGRESS: u8 = 2;
pub(crate) const QUIET: u8 = 3;

/// What one shard's correlations are told, in order.
///
/// Body: a byte that says whether the rest is plain (0) or zstd (1); the lanes as a count `u32` and
/// `namespace [16], base u16`, blocks `correlation, rule, source`; then entries. A match (0) or the
/// taking back of one (1) is `u8, lane u32, event [16], time i64, claimed i64`, block `group`, then
/// the value: 0, or 1 and a `u64`, or 2 and an `f64`. A source's progress (2) or quiet (3) is
/// `u8, time i64`, block `source`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MatchBatch {
    pub entries: Vec<MatchEntry>,
}

/// Wall time decides about progress, quiet and what is believed of an event's time. Here that
/// becomes something that happened, so that a replay sees it too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchEntry {
    Match(Contribution),
    /// The match was not one: an inner correlation took an alert back.
    Withdraw(Contribution),
    /// Events of this source up to `time` have been seen.
    Progress {
        source: SourceName,
        time: Timestamp,
    },
    /// Nothing came from this source for so long that nobody waits for it; `at` is wall time.
    Quiet {
        source: SourceName,
        at: Timestamp,
    },
}

/// One event that counts for one group of one correlation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contribution {
    #[serde(with = "shared")]
    pub lane: Arc<Lane>,
    pub event: EventUid,
    /// When it happened, as far as it is believed: the arrival, if the event claims a time far in
    /// the arrival's future.
    pub time: Timestamp,
    /// As the event says.
    pub claimed: Timestamp,
    /// Values of the group, in the order of the correlation's `group-by`: each one's length as
    /// `u32` little-endian, then the value. Log text is hostile.
    pub group: Vec<u8>,
    /// What the field holds that the correlation looks at.
    pub value: Measured,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// It looks at none.
    #[default]
    Nothing,
    /// A hash of the text or texts, whose distinct values are counted.
    Text(u64),
    Number(f64),
}

/// What many contributions have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lane {
    /// The correlation's id.
    pub correlation: RuleId,
    /// The correlation's state: another one for every revision.
    pub namespace: Id128,
    /// Which of the correlation's rules matched, by its place and by its id.
    pub base: u16,
    pub rule: RuleId,
    pub source: SourceName,
}

/// A lane of its own for each entry where entries are kept one by one.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::Lane;

    pub(super) fn serialize<S: Serializer>(lane: &Arc<Lane>, to: S) -> Result<S::Ok, S::Error> {
        lane.as_ref().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<Lane>, D::Error> {
        Lane::deserialize(from).map(Arc::new)
    }
}

/// Lanes that are written once.
#[derive(Default)]
struct Lanes<'a> {
    numbers: HashMap<&'a Lane, u32>,
    lanes: Vec<&'a Lane>,
    /// The last one asked for, by its place in memory: entries of one lane follow one another.
    last: Option<(*const Lane, u32)>,
}

impl<'a> Lanes<'a> {
    fn number(&mut self, lane: &'a Arc<Lane>) -> u32 {
        let at = Arc::as_ptr(lane);
        if let Some((_, number)) = self.last.filter(|(last, _)| *last == at) {
            return number;
        }
        let next = u32::try_from(self.lanes.len()).expect("a batch has far fewer lanes");
        let number = *self.numbers.entry(lane).or_insert_with(|| {
            self.lanes.push(lane);
            next
        });
        self.last = Some((at, number));
        number
    }
}

impl MatchBatch {
    pub fn encode(&self) -> Vec<u8> {
        let mut lanes = Lanes::default();
        let mut entries = Vec::with_capacity(self.entries.len() * 96);
        for entry in &self.entries {
            entry.write(&mut lanes, &mut entries);
        }
        let mut plain = Vec::with_capacity(entries.len() + lanes.lanes.len() * 160 + 8);
        plain.push(PLAIN);
        let count = u32::try_from(lanes.lanes.len()).expect("numbered above");
        plain.extend(count.to_le_bytes());
        lanes.lanes.iter().for_each(|lane| lane.write(&mut plain));
        plain.extend(entries);
        if plain.len() <= PLAIN_BYTES {
            return plain;
        }
        let mut packed = vec![ZSTD];
        packed.extend(envelope::pack(&plain[1..]));
        packed
    }

    /// # Errors
    /// When the body is not what [`MatchBatch::encode`] writes.
    pub fn decode(header: &Header, body: &[u8]) -> Result<Self, Error> {
        let mut reader = MatchReader::default();
        reader.read(header, body).map(|view| view.to_batch())
    }
}

impl Lane {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.namespace.as_bytes());
        out.extend(self.base.to_le_bytes());
        for text in [&self.correlation.0, &self.rule.0, self.source.as_str()] {
            wire::put_block(out, text.as_bytes());
        }
    }
}

impl MatchEntry {
    fn write<'a>(&'a self, lanes: &mut Lanes<'a>, out: &mut Vec<u8>) {
        match self {
            Self::Match(it) => it.write(MATCH, lanes, out),
            Self::Withdraw(it) => it.write(WITHDRAW, lanes, out),
            Self::Progress { source, time } => mark(PROGRESS, source, *time, out),
            Self::Quiet { source, at } => mark(QUIET, source, *at, out),
        }
    }
}

impl Contribution {
    fn write<'a>(&'a self, kind: u8, lanes: &mut Lanes<'a>, out: &mut Vec<u8>) {
        out.push(kind);
        out.extend(lanes.number(&self.lane).to_le_bytes());
        out.extend(self.event.0.as_bytes());
        out.extend(self.time.as_millis().to_le_bytes());
        out.extend(self.claimed.as_millis().to_le_bytes());
        wire::put_block(out, &self.group);
        match self.value {
            Measured::Nothing => out.push(0),
            Measured::Text(hash) => {
                out.push(1);
                out.extend(hash.to_le_bytes());
            }
            Measured::Number(number) => {
                out.push(2);
                out.extend(number.to_bits().to_le_bytes());
            }
        }
    }
}

fn mark(kind: u8, source: &SourceName, at: Timestamp, out: &mut Vec<u8>) {
    out.push(kind);
    out.extend(at.as_millis().to_le_bytes());
    wire::put_block(out, source.as_str().as_bytes());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::envelope::{Format, MAX_UNPACKED_BYTES, Range, VERSION};
    use crate::{OriginId, Scope, SiteId, TraceContext};
    use aurora_ids::Derive;

    fn header(count: usize) -> Header {
        let id = Id128::from_bytes([7; 16]);
        Header {
            format: Format::MatchBatch,
            version: VERSION,
            scope: Scope::of(SiteId(id)),
            producer: "detect".to_owned(),
            trace: TraceContext::new(),
            source: SourceName::new("windows"),
            range: Range {
                origin: OriginId(id),
                first: 0,
                last: 0,
            },
            count: count.try_into().unwrap(),
            records: 0,
            raw: None,
        }
    }

    fn batch(count: u64) -> MatchBatch {
        let lane = |n: u64| {
            Arc::new(Lane {
                correlation: RuleId("brute-force".into()),
                namespace: Id128::from_bytes([n as u8 % 2; 16]),
                base: 1,
                rule: RuleId("failed-logon".into()),
                source: SourceName::new("windows"),
            })
        };
        let contribution = |n: u64| Contribution {
            lane: lane(n),
            event: EventUid(Derive::new("test").number(n).finish()),
            time: Timestamp::from_millis(1_000),
            claimed: Timestamp::from_millis(2_000),
            group: format!("eva{n}").into_bytes(),
            value: match n % 3 {
                0 => Measured::Nothing,
                1 => Measured::Text(n),
                _ => Measured::Number(0.5),
            },
        };
        let source = SourceName::new("linux@lab");
        let entry = |n: u64| match n % 6 {
            4 => MatchEntry::Quiet {
                source: source.clone(),
                at: Timestamp::from_millis(-1),
            },
            3 => MatchEntry::Progress {
                source: source.clone(),
                time: Timestamp::from_millis(7),
            },
            2 => MatchEntry::Withdraw(contribution(n)),
            _ => MatchEntry::Match(contribution(n)),
        };
        MatchBatch {
            entries: (0..count).map(entry).collect(),
        }
    }

    #[test]
    fn a_batch_comes_back_plain_and_packed() {
        let mut reader = MatchReader::default();
        for count in [0, 500, 1, 5, 300] {
            let batch = batch(count);
            let body = batch.encode();
            assert_eq!(body[0] == ZSTD, count >= 300);
            let header = header(batch.entries.len());
            assert_eq!(MatchBatch::decode(&header, &body).unwrap(), batch);
            // One reader, whatever it read before.
            let view = reader.read(&header, &body).unwrap();
            assert_eq!(view.to_batch(), batch);
        }
    }

    #[test]
    fn damage_is_an_error_and_never_a_panic() {
        let whole = batch(7).encode();
        let header = header(7);
        for end in 0..whole.len() {
            MatchBatch::decode(&header, &whole[..end]).unwrap_err();
        }
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0xff;
            drop(MatchBatch::decode(&header, &damaged));
        }
        let mut bomb = vec![ZSTD];
        bomb.extend(zstd::bulk::compress(&vec![0; MAX_UNPACKED_BYTES * 2], 1).unwrap());
        MatchBatch::decode(&header, &bomb).unwrap_err();
    }
}
