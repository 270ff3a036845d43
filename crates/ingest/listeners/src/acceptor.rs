use std::collections::HashMap;
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
use aurora_spans::{Step, step};
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
    /// Of so many traces one is told; 0 for none.
    one_in: u32,
}

/// A record with the source and the host it is of.
#[derive(Clone, Debug)]
pub struct Arrived {
    pub source: SourceName,
    pub host: Arc<str>,
    pub record: RawRecord,
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
            one_in: 0,
        }
    }

    /// Of so many traces that begin here one is told, with all its steps; 0 for none.
    #[must_use]
    pub fn telling_one_in(mut self, one_in: u32) -> Self {
        self.one_in = one_in;
        self
    }

    fn trace(&self) -> TraceContext {
        let mut trace = TraceContext::new();
        // Ids are random, so this takes an even share of them.
        let [.., a, b, c, d] = *trace.trace_id.as_bytes();
        let drawn = u32::from_be_bytes([a, b, c, d]);
        trace.sampled = drawn.checked_rem(self.one_in) == Some(0);
        trace
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// What the content alone says; `auto` when nothing knows it.
    pub fn detect(&self, body: &[u8]) -> SourceName {
        (self.detect)(body)
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
        let host: Arc<str> = Arc::from(host);
        let arrived = records.into_iter().map(|record| Arrived {
            source: self.name(source, &record.body),
            host: host.clone(),
            record,
        });
        self.accept_named(origin, arrived).await
    }

    /// The same for records of several sources and hosts; the order within each is kept.
    ///
    /// # Errors
    /// As [`Acceptor::accept`].
    pub async fn accept_named(
        &self,
        origin: OriginId,
        arrived: impl IntoIterator<Item = Arrived>,
    ) -> Result<Accepted, Error> {
        self.accept_batches([(origin, arrived)]).await
    }

    /// The same for several origins at once: all of it, or nothing.
    ///
    /// # Errors
    /// As [`Acceptor::accept`].
    pub async fn accept_batches<B: IntoIterator<Item = Arrived>>(
        &self,
        batches: impl IntoIterator<Item = (OriginId, B)>,
    ) -> Result<Accepted, Error> {
        let mut steps = Vec::new();
        let cut = batches.into_iter().flat_map(|(origin, arrived)| {
            let trace = self.trace();
            steps.extend(trace.sampled.then(|| step(Step::Receive, &trace, &trace)));
            let mut cutting = Cutting::new(self.scope.clone(), origin, trace);
            arrived.into_iter().for_each(|one| cutting.take(one));
            cutting.finish()
        });
        let batches: Vec<(u64, Message)> = cut.collect();
        let mut accepted = Accepted::default();
        let weights: Vec<u64> = batches.iter().map(|(weight, _)| *weight).collect();
        let messages = batches.into_iter().map(|(_, message)| message).collect();
        for (receipt, weight) in self.publish(messages).await?.iter().zip(weights) {
            accepted.records += weight;
            accepted.known += if receipt.duplicate { weight } else { 0 };
        }
        drop(steps);
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
}

/// Cuts what arrived into batches of one source and host each, within the limits.
struct Cutting {
    scope: Scope,
    origin: OriginId,
    trace: TraceContext,
    messages: Vec<(u64, Message)>,
    open: Vec<Open>,
    places: HashMap<(SourceName, Arc<str>), usize>,
}

struct Open {
    batch: RawBatch,
    bytes: usize,
}

impl Cutting {
    fn new(scope: Scope, origin: OriginId, trace: TraceContext) -> Self {
        Self {
            scope,
            origin,
            trace,
            messages: Vec::new(),
            open: Vec::new(),
            places: HashMap::new(),
        }
    }

    fn take(&mut self, arrived: Arrived) {
        let Arrived {
            source,
            host,
            record,
        } = arrived;
        let bytes = record.body.len() + record.envelope.len();
        let place = *self
            .places
            .entry((source, host))
            .or_insert_with_key(|(source, host)| {
                self.open.push(Open {
                    batch: RawBatch {
                        scope: self.scope.clone(),
                        source: source.clone(),
                        origin: self.origin,
                        host: host.to_string(),
                        trace: self.trace,
                        records: Vec::new(),
                    },
                    bytes: 0,
                });
                self.open.len() - 1
            });
        let open = &mut self.open[place];
        let full = open.batch.records.len() >= BATCH_RECORDS || open.bytes + bytes > BATCH_BYTES;
        if full && !open.batch.records.is_empty() {
            let records = std::mem::take(&mut open.batch.records);
            self.messages.extend(seal(RawBatch {
                records,
                ..open.batch.clone()
            }));
            open.bytes = 0;
        }
        open.bytes += bytes;
        open.batch.records.push(record);
    }

    fn finish(mut self) -> Vec<(u64, Message)> {
        let rest = self.open.into_iter().map(|open| open.batch);
        let rest = rest.filter(|batch| !batch.records.is_empty());
        self.messages.extend(rest.flat_map(seal));
        self.messages
    }
}

/// A batch as its message, or as several when it does not fit into one.
///
/// **Invariant:** where a batch is cut follows from its records alone. Sent again with or without the events that a
/// collector made of them, it is the same batch; where events do not fit beside records, the site makes them.
fn seal(batch: RawBatch) -> Vec<(u64, Message)> {
    let body = batch.encode();
    if body.len() <= MAX_BODY_BYTES {
        return vec![message(&batch, body)];
    }
    if batch.records.iter().any(|record| !record.event.is_empty()) {
        let records = batch.records.into_iter().map(RawRecord::without_event);
        return seal(RawBatch {
            records: records.collect(),
            ..batch
        });
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
pub fn record(framed: Framed, received_at: Timestamp) -> RawRecord {
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
