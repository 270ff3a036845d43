use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{BusHandle, Message};
use aurora_clock::{Clock, Timestamp};
use aurora_formats::Framed;
use aurora_ids::Derive;
use aurora_model::{
    BatchId, MAX_BODY_BYTES, OriginId, Part, RawBatch, RawRecord, Scope, Shard, SourceName, Stream,
    Subject, TraceContext,
};
use aurora_tasks::Shutdown;
use aurora_telemetry::{Metric, Metrics};
use bytes::Bytes;

use crate::Error;

/// Names a record's source from its content; the parsers know how.
pub type Detect = Arc<dyn Fn(&[u8]) -> SourceName + Send + Sync>;

/// A batch is cut at this many records or bytes, whichever comes first.
pub(crate) const BATCH_RECORDS: usize = 512;
pub(crate) const BATCH_BYTES: usize = 512 * 1024;
/// A record which does not compress below the limit of a message is cut into pieces of this size.
const PIECE_BYTES: usize = 512 * 1024;

/// The gate of the site. Cheap to clone.
#[derive(Clone)]
pub struct Acceptor {
    bus: BusHandle,
    scope: Scope,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    detect: Detect,
}

/// What was made durable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    pub records: u64,
    /// Records of batches that were there already: a resend, not counted again.
    pub known: u64,
}

impl std::fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Acceptor")
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

impl Acceptor {
    pub fn new(
        bus: BusHandle,
        scope: Scope,
        clock: Arc<dyn Clock>,
        metrics: Metrics,
        detect: Detect,
    ) -> Self {
        Self {
            bus,
            scope,
            clock,
            metrics,
            detect,
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// `source` unless its parser is `auto`; then what the content says, for the same feed.
    pub fn name(&self, source: &SourceName, body: &[u8]) -> SourceName {
        if source.parser() != SourceName::AUTO {
            return source.clone();
        }
        let found = (self.detect)(body);
        match source.feed() {
            Some(feed) => SourceName::new(&format!("{found}@{feed}")),
            None => found,
        }
    }

    /// Makes the records of one origin durable, in order, and returns when they are.
    ///
    /// The same records of the same origin, cut the same way, are accepted once.
    ///
    /// # Errors
    /// [`Error::Full`] when nothing was accepted and the sender should wait.
    pub async fn accept(
        &self,
        source: &SourceName,
        origin: OriginId,
        host: &str,
        records: Vec<RawRecord>,
    ) -> Result<Accepted, Error> {
        let batches = self.cut(source, origin, host, records);
        let mut accepted = Accepted::default();
        let weights: Vec<u64> = batches.iter().map(|(weight, _)| *weight).collect();
        let messages = batches.into_iter().map(|(_, message)| message).collect();
        for (receipt, weight) in self.publish(messages).await?.iter().zip(weights) {
            accepted.records += weight;
            accepted.known += if receipt.duplicate { weight } else { 0 };
        }
        Ok(accepted)
    }

    /// As [`Acceptor::accept`], waiting while the site is full. `None` when shutdown came first.
    ///
    /// # Errors
    /// When the bus fails.
    pub async fn accept_patiently(
        &self,
        source: &SourceName,
        origin: OriginId,
        host: &str,
        records: Vec<RawRecord>,
        shutdown: &Shutdown,
    ) -> Result<Option<Accepted>, Error> {
        loop {
            match self.accept(source, origin, host, records.clone()).await {
                Err(Error::Full) => {}
                other => return other.map(Some),
            }
            tokio::select! {
                () = shutdown.cancelled() => return Ok(None),
                () = tokio::time::sleep(Duration::from_millis(100)) => {}
            }
        }
    }

    async fn publish(&self, messages: Vec<Message>) -> Result<Vec<aurora_bus::Receipt>, Error> {
        let published = self.bus.publish(messages).await;
        if matches!(published, Err(aurora_bus::Error::Full { .. })) {
            self.metrics.add(Metric::BusFull, &[Stream::Raw.name()], 1);
        }
        Ok(published?)
    }

    /// Batches of one source each, within the limits, as messages with their weight.
    fn cut(
        &self,
        source: &SourceName,
        origin: OriginId,
        host: &str,
        records: Vec<RawRecord>,
    ) -> Vec<(u64, Message)> {
        let trace = TraceContext::new();
        let mut messages = Vec::new();
        let mut open: Option<RawBatch> = None;
        let mut bytes = 0;
        for record in records {
            let source = self.name(source, &record.body);
            let full = open.as_ref().is_some_and(|batch| {
                batch.source != source
                    || batch.records.len() >= BATCH_RECORDS
                    || bytes + record.body.len() > BATCH_BYTES
            });
            if full {
                messages.extend(open.take().into_iter().flat_map(seal));
            }
            let batch = open.get_or_insert_with(|| {
                bytes = 0;
                let (scope, host) = (self.scope.clone(), host.to_owned());
                RawBatch {
                    scope,
                    source,
                    origin,
                    host,
                    trace,
                    records: Vec::new(),
                }
            });
            bytes += record.body.len();
            batch.records.push(record);
        }
        messages.extend(open.into_iter().flat_map(seal));
        messages
    }
}

/// A batch as its message, or as several when it does not fit into one.
fn seal(batch: RawBatch) -> Vec<(u64, Message)> {
    let body = batch.encode();
    if body.len() <= MAX_BODY_BYTES {
        return vec![message(&batch, body)];
    }
    if batch.records.len() > 1 {
        let mut first = batch;
        let rest = first.records.split_off(first.records.len() / 2);
        let second = RawBatch {
            records: rest,
            ..first.clone()
        };
        return [seal(first), seal(second)].concat();
    }
    let pieces = batch.records.iter().flat_map(pieces);
    pieces
        .flat_map(|piece| {
            seal(RawBatch {
                records: vec![piece],
                ..batch.clone()
            })
        })
        .collect()
}

/// What a framer found, as a raw record. Damaged parts travel like records: their parser refuses
/// them, and so they reach the dead letter with their bytes.
pub(crate) fn record(framed: Framed, received_at: Timestamp) -> RawRecord {
    let seq = framed.offset();
    match framed {
        Framed::Record { body, .. } => RawRecord::whole(seq, received_at, body),
        Framed::Damaged { bytes, .. } => RawRecord::whole(seq, received_at, bytes),
        Framed::Oversize { last, piece, .. } => {
            let part = if last { Part::LastPiece } else { Part::Piece };
            RawRecord {
                part,
                ..RawRecord::whole(seq, received_at, piece)
            }
        }
    }
}

/// A record in pieces, for the dead letter.
fn pieces(record: &RawRecord) -> Vec<RawRecord> {
    let count = record.body.len().div_ceil(PIECE_BYTES);
    let ends = record.part != Part::Piece;
    record
        .body
        .chunks(PIECE_BYTES)
        .enumerate()
        .map(|(i, chunk)| RawRecord {
            part: if ends && i + 1 == count {
                Part::LastPiece
            } else {
                Part::Piece
            },
            ..RawRecord::whole(
                record.seq + (i * PIECE_BYTES) as u64,
                record.received_at,
                chunk.to_vec(),
            )
        })
        .collect()
}

fn message(batch: &RawBatch, body: Vec<u8>) -> (u64, Message) {
    let header = batch.header("listen");
    let id = Derive::new("aurora.raw.v1")
        .part(batch.scope.to_string())
        .part(batch.source.as_str())
        .part(batch.origin.0.as_bytes())
        .number(header.range.first)
        .number(header.range.last)
        .number(u64::from(header.count))
        .finish();
    let shard = Shard::of(batch.source.as_str(), &batch.host);
    let message = Message {
        subject: Subject::raw(shard),
        id: BatchId(id),
        header: Bytes::from(header.to_bytes()),
        body: Bytes::from(body),
        fence: None,
    };
    (u64::from(header.records), message)
}
