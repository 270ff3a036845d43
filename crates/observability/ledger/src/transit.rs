//! What is on the bus: the headers of three streams, read without consuming them.
//!
//! A consumer acknowledges after its commit, and a message leaves the bus only when every consumer
//! has acknowledged it, the ledger's own included (see `pin`). So whatever matters to a checkpoint
//! is on the bus when the checkpoint is read, but it may leave before we come to it. Sequences are
//! dense, so that is noticed as a gap; and what was seen once is remembered, so that the next try
//! finds less to miss.

use std::collections::BTreeMap;

use aurora_bus::BusHandle;
use aurora_model::envelope::RawPosition;
use aurora_model::{Header, SourceName, Stream};

use crate::Error;

/// Headers read at a time.
const STEP: usize = 1024;

/// What the ledger keeps of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) source: SourceName,
    pub(crate) records: u64,
    /// The raw message itself, or the one it was made from.
    pub(crate) raw: Option<RawPosition>,
}

/// One stream's headers by sequence; `None` for one that cannot be read, which counts nothing.
#[derive(Debug)]
pub(crate) struct Seen {
    stream: Stream,
    pub(crate) entries: BTreeMap<u64, Option<Entry>>,
    /// The oldest message on the bus before the checkpoints were read: what was older was settled
    /// by then.
    oldest: u64,
}

/// The streams that a record crosses.
#[derive(Debug)]
pub(crate) struct Transit {
    pub(crate) raw: Seen,
    pub(crate) events: Seen,
    pub(crate) deadletter: Seen,
}

impl Transit {
    pub(crate) fn new() -> Self {
        Self {
            raw: Seen::new(Stream::Raw),
            events: Seen::new(Stream::Events),
            deadletter: Seen::new(Stream::DeadLetter),
        }
    }

    /// To be called before the checkpoints are read.
    pub(crate) async fn begin(&mut self, bus: &BusHandle) -> Result<(), Error> {
        for seen in [&mut self.raw, &mut self.events, &mut self.deadletter] {
            seen.oldest = bus.stream(seen.stream).await?.first_seq;
        }
        Ok(())
    }

    /// To be called after. `false` when something left the bus unseen.
    pub(crate) async fn follow(&mut self, bus: &BusHandle) -> Result<bool, Error> {
        let raw = self.raw.follow(bus).await?;
        let events = self.events.follow(bus).await?;
        let deadletter = self.deadletter.follow(bus).await?;
        Ok(raw && events && deadletter)
    }
}

impl Seen {
    const fn new(stream: Stream) -> Self {
        Self {
            stream,
            entries: BTreeMap::new(),
            oldest: 1,
        }
    }

    async fn follow(&mut self, bus: &BusHandle) -> Result<bool, Error> {
        // What comes later than this matters to no checkpoint that was read before.
        let newest = bus.stream(self.stream).await?.last_seq;
        self.entries = self.entries.split_off(&self.oldest);
        let mut next = self
            .entries
            .last_key_value()
            .map_or(self.oldest, |(last, _)| last + 1);
        while next <= newest {
            let step = bus.peek(self.stream, next, STEP).await?;
            let Some(last) = step.last() else { break };
            next = last.seq + 1;
            for peeked in step {
                let entry = entry(
                    self.stream,
                    peeked.seq,
                    peeked.subject.as_str(),
                    &peeked.header,
                );
                self.entries.insert(peeked.seq, entry);
            }
        }
        Ok(self.covers(self.oldest, newest))
    }

    /// Nothing between the two is missing.
    fn covers(&self, oldest: u64, newest: u64) -> bool {
        let seen = self.entries.range(oldest..newest.max(oldest) + 1).count() as u64;
        newest < oldest || seen == newest - oldest + 1
    }
}

fn entry(stream: Stream, seq: u64, subject: &str, header: &[u8]) -> Option<Entry> {
    let header = Header::from_bytes(header).ok()?;
    let raw = if stream == Stream::Raw {
        let shard = subject
            .rsplit('.')
            .next()
            .and_then(|shard| shard.parse().ok());
        shard.map(|shard| RawPosition { shard, seq })
    } else {
        header.raw
    };
    Some(Entry {
        source: header.source,
        records: u64::from(header.records),
        raw,
    })
}
