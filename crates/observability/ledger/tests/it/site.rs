//! A site on memory adapters. Its normaliser and writers do to the bus and the records what the
//! real ones do, one small step at a time, so that a test can stop them anywhere.

use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{BusHandle, Capability, Consumer, ConsumerOptions, Delivery, Message};
use aurora_bus_memory::MemoryBus;
use aurora_clock::{ManualClock, Timestamp};
use aurora_ids::{Derive, Id128};
use aurora_ledger::{Ledger, Options, Report};
use aurora_model::envelope::{Format, Range, RawPosition, VERSION};
use aurora_model::ledger::{Holding, RecordTerm, events_counter};
use aurora_model::{
    BatchId, Context, Header, OriginId, Scope, Shard, SiteId, SourceName, Stream, Subject,
    TraceContext,
};
use aurora_records::{Change, Records};
use aurora_records_memory::MemoryRecords;
use aurora_telemetry::Metrics;
use bytes::Bytes;

pub struct Site {
    pub bus: Arc<MemoryBus>,
    pub records: Arc<MemoryRecords>,
    pub metrics: Metrics,
    pub scope: Scope,
    clock: Arc<ManualClock>,
}

/// How far a service goes before it "crashes".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    Published,
    Committed,
    Acknowledged,
}

pub fn header(source: &str, format: Format, records: u32, raw: Option<RawPosition>) -> Header {
    Header {
        format,
        version: VERSION,
        scope: Scope::of(SiteId(Id128::from_bytes([7; 16]))),
        producer: "test".into(),
        trace: TraceContext::new(),
        source: SourceName::new(source),
        range: Range {
            origin: OriginId(Id128::from_bytes([1; 16])),
            first: 0,
            last: 0,
        },
        count: records,
        records,
        raw,
    }
}

fn message(subject: Subject, id: Id128, header: &Header) -> Message {
    let header = Bytes::from(header.to_bytes());
    Message {
        subject,
        id: BatchId(id),
        header,
        body: Bytes::from_static(b"body"),
        fence: None,
    }
}

impl Site {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_000)));
        Self {
            bus: Arc::new(MemoryBus::new(
                clock.clone(),
                aurora_bus_memory::Options::default(),
            )),
            records: Arc::new(MemoryRecords::new(clock.clone())),
            metrics: Metrics::new(),
            scope: Scope::of(SiteId(Id128::from_bytes([7; 16]))),
            clock,
        }
    }

    /// A site whose services have taken their places on the bus, as they do before the first
    /// record comes.
    pub async fn started() -> Self {
        let site = Self::new();
        for options in Ledger::consumers() {
            drop(site.role("ledger").consumer(options).await.unwrap());
        }
        site.consumer("normalise", Stream::Raw).await;
        site.consumer("store", Stream::Events).await;
        site.consumer("store", Stream::DeadLetter).await;
        site
    }

    /// The bus as after a crash: what was not acknowledged is delivered again.
    pub fn restart(&mut self) {
        self.bus = Arc::new(self.bus.reopen());
    }

    fn role(&self, role: &str) -> BusHandle {
        BusHandle::new(self.bus.clone(), Capability::of(role).unwrap())
    }

    pub fn ledger(&self) -> Ledger {
        let (bus, records) = (self.role("ledger"), self.records.clone());
        let (scope, clock) = (self.scope.clone(), self.clock.clone());
        Ledger::new(
            Options::default(),
            scope,
            bus,
            records,
            clock,
            self.metrics.clone(),
        )
    }

    pub async fn report(&self) -> Report {
        self.ledger().handle().report(&self.scope).await.unwrap()
    }

    pub async fn consumer(&self, role: &str, stream: Stream) -> Box<dyn Consumer> {
        let options = ConsumerOptions {
            name: format!("{role}-{}", stream.name()),
            stream,
            filters: Vec::new(),
            max_in_flight: 10_000,
            ack_wait: Duration::from_secs(600),
        };
        self.role(role).consumer(options).await.unwrap()
    }

    /// What a listener does.
    pub async fn receive(&self, source: &str, host: &str, records: u32) {
        let subject = Subject::raw(Shard::of(source, host));
        let header = header(source, Format::RawBatch, records, None);
        let message = message(subject, Id128::random(), &header);
        self.role("listen").publish(vec![message]).await.unwrap();
    }

    /// What the normaliser does with one raw message, of which this many records were duplicates
    /// and this many cannot be parsed. The same message always becomes the same messages.
    pub async fn normalise(&self, raw: &Delivery, (twice, dead): (u32, u32), until: Until) {
        let (_, shard) = raw.subject.as_str().rsplit_once('.').unwrap();
        let slot = format!("normalise/{shard}");
        if raw.seq <= self.floor(&slot).await {
            return;
        }
        let position = RawPosition {
            shard: shard.parse().unwrap(),
            seq: raw.seq,
        };
        let read = Header::from_bytes(&raw.header).unwrap();
        let source = read.source.as_str();
        let twice = twice.min(read.records);
        let dead = dead.min(read.records - twice);
        let stored = read.records - twice - dead;
        let first = stored / 2;
        let id = |part| Derive::new("test").number(raw.seq).number(part).finish();
        let made = |format, records| header(source, format, records, Some(position));
        let mut messages = vec![
            message(
                Subject::events(1, 1007),
                id(1),
                &made(Format::EventBatch, first),
            ),
            message(
                Subject::events(3, 3002),
                id(2),
                &made(Format::EventBatch, stored - first),
            ),
        ];
        if dead > 0 {
            let header = made(Format::DeadLetter, dead);
            messages.push(message(Subject::dead_letter("ingest"), id(3), &header));
        }
        self.role("normalise").publish(messages).await.unwrap();
        if until != Until::Published {
            let counter = RecordTerm::Deduplicated.counter(&read.source);
            self.settle(&slot, raw.seq, vec![(counter, u64::from(twice))])
                .await;
        }
    }

    /// Settles a raw message and says what waits in its shard.
    pub async fn hold(&self, raw: &Delivery, holding: &Holding) -> Shard {
        let (_, shard) = raw.subject.as_str().rsplit_once('.').unwrap();
        let shard = Shard::numbered(shard.parse().unwrap());
        let change = Change::progress()
            .slot(&Holding::slot(shard), serde_json::to_vec(holding).unwrap())
            .slot(
                &format!("normalise/{}", shard.number()),
                raw.seq.to_le_bytes(),
            );
        let context = Context::service(self.scope.clone(), "test", "a step");
        self.records.commit(&context, change).await.unwrap();
        shard
    }

    /// Publishes what waited, at the first end of a wait.
    pub async fn end_wait(&self, shard: Shard, source: &str, records: u32) {
        let raw = RawPosition::of_turn(shard.number(), 1);
        let header = header(source, Format::EventBatch, records, Some(raw));
        let made = message(Subject::events(1, 1007), Id128::random(), &header);
        self.role("normalise").publish(vec![made]).await.unwrap();
    }

    /// What the writers do with one event batch or dead letter.
    pub async fn store(&self, stream: Stream, message: &Delivery) {
        let (slot, term) = match stream {
            Stream::Events => ("store/events", RecordTerm::Stored),
            _ => ("store/deadletter", RecordTerm::DeadLettered),
        };
        if message.seq <= self.floor(slot).await {
            return;
        }
        let header = Header::from_bytes(&message.header).unwrap();
        let mut counts = vec![(term.counter(&header.source), u64::from(header.records))];
        if stream == Stream::Events {
            counts.push((events_counter(&header.source), u64::from(header.count)));
        }
        self.settle(slot, message.seq, counts).await;
    }

    async fn floor(&self, slot: &str) -> u64 {
        let value = self.records.slot(&self.scope, slot).await.unwrap();
        value.map_or(0, |value| u64::from_le_bytes(value.try_into().unwrap()))
    }

    async fn settle(&self, slot: &str, seq: u64, counts: Vec<(String, u64)>) {
        let mut change = Change::progress().slot(slot, seq.to_le_bytes());
        for (counter, by) in counts {
            change = change.count(counter, by);
        }
        let context = Context::service(self.scope.clone(), "test", "a step");
        self.records.commit(&context, change).await.unwrap();
    }

    pub async fn count(&self, counter: String, by: u64) {
        let context = Context::service(self.scope.clone(), "test", "a count");
        self.records
            .commit(&context, Change::progress().count(counter, by))
            .await
            .unwrap();
    }
}
