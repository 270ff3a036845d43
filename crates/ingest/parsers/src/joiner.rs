//! Events whose records come one by one: joined over a stream of records, whatever batches it was cut into.
//!
//! An event is over when its last record came, when a later one of its writer is whole, or when nothing more of it came
//! for [`WAIT`]. All of this is told from the records alone, so the same stream gives the same events in every replay.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aurora_model::{Header, OriginId, RawBatch, RawRecord, SourceName};
use serde::{Deserialize, Serialize};

use crate::Error;

/// How long an event is waited for, in milliseconds, by its writer's clock and by the records' arrival.
const WAIT: i64 = 2_000;
/// Events that are kept open; more, and the oldest is over.
const MOST_EVENTS: usize = 1_024;
/// Bytes of records that are kept; the same.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Where a record belongs that shares its event with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// What the records of one event have in common.
    pub event: String,
    /// Who wrote it: its events follow one another.
    pub writer: String,
    /// When it was, in epoch milliseconds of the writer's clock.
    pub time: i64,
    pub stand: Stand,
}

/// What a record says of the others of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// There are more to come.
    More,
    /// There may be no more.
    Whole,
    /// There are no more.
    Last,
}

/// A record of a batch that shares its event with others.
#[derive(Clone, Debug, PartialEq)]
pub struct Joining {
    /// Its place in the batch.
    pub(crate) at: usize,
    pub(crate) parser: &'static str,
    pub(crate) member: Member,
    pub(crate) record: RawRecord,
}

/// The records of one event, so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    number: u64,
    /// Place of the first record in the last batch that the joiner was given; 0 for older ones.
    pub(crate) at: usize,
    pub(crate) parser: String,
    event: String,
    writer: String,
    time: i64,
    arrived: i64,
    whole: bool,
    bytes: usize,
    /// The records, as a batch of their feed.
    pub(crate) batch: RawBatch,
}

/// What is kept of [`Held`] beside its batch.
#[derive(Serialize, Deserialize)]
struct About {
    version: u8,
    parser: String,
    event: String,
    writer: String,
    time: i64,
    whole: bool,
    header: Header,
}

const VERSION: u8 = 1;

type Stream = (SourceName, OriginId, String);

/// The open events of one sequence of batches.
#[derive(Clone, Debug, Default)]
pub struct Joiner {
    /// By number: in the order in which they were opened.
    held: BTreeMap<u64, Held>,
    streams: HashMap<Stream, Vec<u64>>,
    next: u64,
    bytes: usize,
    /// No open event's last record arrived before this.
    earliest: i64,
    stored: BTreeSet<u64>,
    changed: BTreeSet<u64>,
}

impl Held {
    /// The feed that it came by and its records.
    pub fn batch(&self) -> &RawBatch {
        &self.batch
    }

    fn stream(&self) -> Stream {
        let (source, origin) = (self.batch.source.clone(), self.batch.origin);
        (source, origin, self.writer.clone())
    }

    /// `about length u32 (little-endian), about (JSON), the batch's body`.
    fn encode(&self) -> Vec<u8> {
        let about = About {
            version: VERSION,
            parser: self.parser.clone(),
            event: self.event.clone(),
            writer: self.writer.clone(),
            time: self.time,
            whole: self.whole,
            header: self.batch.header("normalise"),
        };
        let about = serde_json::to_vec(&about).expect("it is plain data");
        let length = u32::try_from(about.len()).expect("a line's head and a header are short");
        [
            &length.to_le_bytes(),
            about.as_slice(),
            &self.batch.encode(),
        ]
        .concat()
    }

    fn decode(number: u64, bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (about, body) = rest.split_at_checked(length)?;
        let about: About = serde_json::from_slice(about).ok()?;
        let batch = RawBatch::decode(&about.header, body).ok()?;
        let arrived = batch.records.iter().map(arrival).max();
        (about.version == VERSION).then(|| Self {
            number,
            at: 0,
            parser: about.parser,
            event: about.event,
            writer: about.writer,
            time: about.time,
            arrived: arrived.unwrap_or_default(),
            whole: about.whole,
            bytes: batch.records.iter().map(size).sum(),
            batch,
        })
    }
}

fn size(record: &RawRecord) -> usize {
    record.body.len() + record.envelope.len()
}

fn arrival(record: &RawRecord) -> i64 {
    record.received_at.as_millis()
}

impl Joiner {
    /// What was kept of another joiner, by the numbers that [`Joiner::delta`] gave.
    ///
    /// # Errors
    /// [`Error::Held`] when one of them cannot be read.
    pub fn restore(kept: impl IntoIterator<Item = (u64, Vec<u8>)>) -> Result<Self, Error> {
        let mut joiner = Self::default();
        for (number, bytes) in kept {
            let held = Held::decode(number, &bytes).ok_or(Error::Held(number))?;
            joiner.stored.insert(number);
            joiner.next = joiner.next.max(number + 1);
            joiner.open(held);
        }
        Ok(joiner)
    }

    /// Whether nothing is open.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Records that are kept, by source.
    pub fn records(&self) -> BTreeMap<SourceName, u64> {
        let mut records = BTreeMap::new();
        for held in self.held.values() {
            let of_source = records.entry(held.batch.source.clone()).or_default();
            *of_source += held.batch.records.len() as u64;
        }
        records
    }

    /// Begins with another batch: what is open came before all of it.
    pub fn begin(&mut self) {
        self.held.values_mut().for_each(|held| held.at = 0);
    }

    /// Adds a record of a feed (a batch without its records); events that are over by it go to `over`.
    pub fn add(&mut self, feed: &RawBatch, joining: Joining, over: &mut Vec<Held>) {
        let Joining {
            at,
            parser,
            member,
            record,
        } = joining;
        let arrived = arrival(&record);
        self.pass(arrived, over);
        let stream = (feed.source.clone(), feed.origin, member.writer.clone());
        let number = self.make_way(&stream, &member, over);
        let number = number.unwrap_or_else(|| {
            let number = self.next;
            self.next += 1;
            self.open(Held {
                number,
                at,
                parser: parser.to_owned(),
                event: member.event,
                writer: member.writer,
                time: member.time,
                arrived,
                whole: false,
                bytes: 0,
                batch: feed.clone(),
            });
            number
        });
        self.bytes += size(&record);
        let held = self.held.get_mut(&number).expect("it was found or opened");
        held.bytes += size(&record);
        held.arrived = held.arrived.max(arrived);
        held.whole |= member.stand != Stand::More;
        held.batch.records.push(record);
        self.earliest = self.earliest.min(arrived);
        self.changed.insert(number);
        if member.stand == Stand::Last {
            over.extend(self.close(number));
        }
        while self.held.len() > MOST_EVENTS || self.bytes > MOST_BYTES {
            let oldest = self.held.keys().next().copied().expect("there are some");
            over.extend(self.close(oldest));
        }
    }

    /// Ends the other events of a record's writer that it shows to be over, and finds its own.
    fn make_way(&mut self, stream: &Stream, member: &Member, over: &mut Vec<Held>) -> Option<u64> {
        let (mut own, mut ended) = (None, Vec::new());
        for number in self.streams.get(stream).into_iter().flatten() {
            let held = &self.held[number];
            if held.event == member.event {
                own = Some(*number);
            } else if held.time.saturating_add(WAIT) <= member.time
                // One whole event may still be short of the record that only says so.
                || held.whole && member.stand != Stand::More
            {
                ended.push(*number);
            }
        }
        over.extend(ended.into_iter().filter_map(|number| self.close(number)));
        own
    }

    /// Ends what nothing has come for until now, in epoch milliseconds of arrival.
    pub fn pass(&mut self, now: i64, over: &mut Vec<Held>) {
        if self.held.is_empty() || self.earliest.saturating_add(WAIT) > now {
            return;
        }
        let silent = |held: &&Held| held.arrived.saturating_add(WAIT) <= now;
        let ended: Vec<_> = self
            .held
            .values()
            .filter(silent)
            .map(|h| h.number)
            .collect();
        over.extend(ended.into_iter().filter_map(|number| self.close(number)));
        let arrivals = self.held.values().map(|held| held.arrived);
        self.earliest = arrivals.min().unwrap_or(i64::MAX);
    }

    /// Ends everything.
    pub fn drain(&mut self) -> Vec<Held> {
        let numbers: Vec<_> = self.held.keys().copied().collect();
        let ended = numbers.into_iter().filter_map(|number| self.close(number));
        ended.collect()
    }

    fn open(&mut self, held: Held) {
        if self.held.is_empty() {
            self.earliest = held.arrived;
        }
        self.earliest = self.earliest.min(held.arrived);
        self.bytes += held.bytes;
        let stream = self.streams.entry(held.stream()).or_default();
        stream.push(held.number);
        self.held.insert(held.number, held);
    }

    fn close(&mut self, number: u64) -> Option<Held> {
        let held = self.held.remove(&number)?;
        let stream = held.stream();
        if let Some(numbers) = self.streams.get_mut(&stream) {
            numbers.retain(|other| *other != number);
            if numbers.is_empty() {
                self.streams.remove(&stream);
            }
        }
        self.bytes -= held.bytes;
        self.changed.insert(number);
        Some(held)
    }

    /// What changed since [`Joiner::committed`]: events by number, `None` for one that is over.
    pub fn delta(&self) -> Vec<(u64, Option<Vec<u8>>)> {
        let changed = self
            .changed
            .iter()
            .filter_map(|number| match self.held.get(number) {
                Some(held) => Some((*number, Some(held.encode()))),
                None => self.stored.contains(number).then_some((*number, None)),
            });
        changed.collect()
    }

    /// [`Joiner::delta`] is kept.
    pub fn committed(&mut self) {
        for number in std::mem::take(&mut self.changed) {
            if self.held.contains_key(&number) {
                self.stored.insert(number);
            } else {
                self.stored.remove(&number);
            }
        }
    }
}
