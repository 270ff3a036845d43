//! Matches on their way to the shards that hold correlations' windows. Only matches are shuffled;
//! events never are.

use std::collections::BTreeMap;

use aurora_bus::Message;
use aurora_clock::Timestamp;
use aurora_ids::Derive;
use aurora_model::envelope::{Format, Header, Range, VERSION};
use aurora_model::{
    BatchId, Contribution, MAX_BODY_BYTES, MatchBatch, MatchEntry, OriginId, SHARDS, Scope, Shard,
    SourceName, Subject, TraceContext,
};
use bytes::Bytes;

/// Entries in a message: few enough that it stays far below what a body may hold.
const ENTRIES: usize = 2_000;

/// What one message of events feeds to correlations.
#[derive(Debug, Default)]
pub(crate) struct Feeds {
    /// Where it comes from; ids and traces follow from it.
    pub(crate) origin: Option<Origin>,
    pub(crate) contributions: Vec<Contribution>,
    /// The newest event of the source.
    pub(crate) progress: Option<Timestamp>,
}

#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) batch: BatchId,
    pub(crate) seq: u64,
    pub(crate) trace: TraceContext,
    pub(crate) source: SourceName,
    /// Of the rules that were in force.
    pub(crate) revision: String,
}

/// One message a shard, or a few. The same feeds make the same messages.
pub(crate) fn messages(scope: &Scope, feeds: Feeds) -> Vec<Message> {
    let Some(origin) = feeds.origin else {
        return Vec::new();
    };
    let mut shards: BTreeMap<Shard, Vec<MatchEntry>> = BTreeMap::new();
    for it in feeds.contributions {
        let shard = Shard::of_group(&it.lane.correlation.0, &it.group);
        shards.entry(shard).or_default().push(MatchEntry::Match(it));
    }
    let mut messages = Vec::new();
    for (shard, entries) in shards {
        for (part, entries) in pieces(entries).into_iter().enumerate() {
            let place = (Subject::matches_of(shard), u64::from(shard.number()));
            messages.push(message(scope, &origin, place, part as u64, entries));
        }
    }
    // Behind the matches: whoever reads it has seen them.
    if let Some(time) = feeds.progress {
        let source = origin.source.clone();
        let entries = vec![MatchEntry::Progress { source, time }];
        let place = (Subject::matches_progress(), u64::from(SHARDS));
        messages.push(message(scope, &origin, place, 0, entries));
    }
    messages
}

/// A body is compressed by an unknown factor, so that its size is bounded before that.
fn pieces(entries: Vec<MatchEntry>) -> Vec<Vec<MatchEntry>> {
    let mut pieces: Vec<Vec<MatchEntry>> = vec![Vec::new()];
    let mut bytes = 0;
    for entry in entries {
        let size = match &entry {
            MatchEntry::Match(it) | MatchEntry::Withdraw(it) => 300 + it.group.len(),
            MatchEntry::Progress { .. } | MatchEntry::Quiet { .. } => 64,
        };
        let last = pieces.last_mut().expect("there is always one");
        if last.len() == ENTRIES || (bytes + size > MAX_BODY_BYTES && !last.is_empty()) {
            pieces.push(vec![entry]);
            bytes = size;
        } else {
            last.push(entry);
            bytes += size;
        }
    }
    pieces
}

fn message(
    scope: &Scope,
    origin: &Origin,
    (subject, place): (Subject, u64),
    part: u64,
    entries: Vec<MatchEntry>,
) -> Message {
    let id = Derive::new("aurora.matches.v1")
        .part(origin.batch.0.as_bytes())
        .part(&origin.revision)
        .number(place)
        .number(part)
        .finish();
    let batch = MatchBatch { entries };
    let header = header(scope, "detect", origin, batch.entries.len());
    Message {
        subject,
        id: BatchId(id),
        header: Bytes::from(header.to_bytes()),
        body: Bytes::from(batch.encode()),
        fence: None,
    }
}

fn header(scope: &Scope, producer: &str, origin: &Origin, count: usize) -> Header {
    Header {
        format: Format::MatchBatch,
        version: VERSION,
        scope: scope.clone(),
        producer: producer.to_owned(),
        trace: origin.trace,
        source: origin.source.clone(),
        range: Range {
            origin: OriginId(origin.batch.0),
            first: origin.seq,
            last: origin.seq,
        },
        count: u32::try_from(count).expect("a message holds far fewer"),
        records: 0,
        raw: None,
    }
}
