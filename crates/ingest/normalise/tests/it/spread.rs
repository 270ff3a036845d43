//! Events whose records are spread over messages: the same as of one message, wherever a worker dies.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use aurora_bus::{Bus as _, BusHandle, Capability, ConsumerOptions, Message};
use aurora_bus_memory::MemoryBus;
use aurora_clock::{ManualClock, Timestamp};
use aurora_ids::Id128;
use aurora_model::ledger::Holding;
use aurora_model::{
    BatchId, EventBatch, EventItem, Header, OriginId, RawBatch, RawRecord, Scope, Shard, SiteId,
    SourceName, Stream, Subject, TraceContext,
};
use aurora_normalise::{Normaliser, Options};
use aurora_parsers::Registry;
use aurora_records::testkit::Hooked;
use aurora_records::{Records, place};
use aurora_records_memory::MemoryRecords;
use aurora_tasks::Shutdown;
use aurora_telemetry::Metrics;
use bytes::Bytes;
use proptest::prelude::*;

use crate::crashing::{Fuse, Side};

/// Its programs are compiled once.
static REGISTRY: LazyLock<Arc<Registry>> = LazyLock::new(|| Arc::new(Registry::new().unwrap()));

const HOST: &str = "web1";

fn shard() -> Shard {
    Shard::of("auditd", HOST)
}

/// What outlives a worker.
struct Site {
    scope: Scope,
    bus: MemoryBus,
    records: Arc<Hooked<Fuse>>,
}

impl Site {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_000)));
        Self {
            scope: Scope::of(SiteId(Id128::from_bytes([7; 16]))),
            bus: MemoryBus::new(clock.clone(), aurora_bus_memory::Options::default()),
            records: Arc::new(Hooked::new(
                Arc::new(MemoryRecords::new(clock)),
                Fuse::default(),
            )),
        }
    }

    fn role(&self, role: &str) -> BusHandle {
        BusHandle::new(Arc::new(self.bus.clone()), Capability::of(role).unwrap())
    }

    fn reader(&self, name: &str, stream: Stream) -> ConsumerOptions {
        ConsumerOptions {
            name: name.to_owned(),
            stream,
            filters: Vec::new(),
            max_in_flight: 100_000,
            ack_wait: Duration::from_secs(600),
        }
    }

    /// Before the first record comes, so that nothing leaves the bus.
    async fn open(&self) {
        for (role, stream) in [("store", Stream::Events), ("ledger", Stream::Raw)] {
            let options = self.reader(role, stream);
            drop(self.role(role).consumer(options).await.unwrap());
        }
        for options in Normaliser::consumers() {
            drop(self.role("normalise").consumer(options).await.unwrap());
        }
    }

    fn normaliser(&self) -> Normaliser {
        Normaliser::new(
            Options::default(),
            "worker".to_owned(),
            self.scope.clone(),
            self.role("normalise"),
            self.records.clone(),
            REGISTRY.clone(),
            Metrics::new(),
        )
    }

    async fn publish(&self, number: u8, batch: &RawBatch) {
        let message = Message {
            subject: Subject::raw(shard()),
            id: BatchId(Id128::from_bytes([number; 16])),
            header: Bytes::from(batch.header("listen").to_bytes()),
            body: Bytes::from(batch.encode()),
            fence: None,
        };
        self.role("listen").publish(vec![message]).await.unwrap();
    }

    async fn holding(&self) -> Holding {
        let slot = self
            .records
            .slot(&self.scope, &Holding::slot(shard()))
            .await;
        let slot = slot.unwrap().map(|slot| serde_json::from_slice(&slot));
        slot.transpose().unwrap().unwrap_or_default()
    }

    async fn headers(&self, stream: Stream) -> Vec<(u64, Header)> {
        let peeked = self.bus.peek(stream, 1, 100_000).await.unwrap();
        let read =
            |peeked: &aurora_bus::Peeked| (peeked.seq, Header::from_bytes(&peeked.header).unwrap());
        peeked.iter().map(read).collect()
    }

    /// Records of settled raw messages, and those that are accounted for, by what is on record.
    async fn account(&self) -> (u64, u64) {
        let slot = format!("normalise/{}", shard().number());
        let floor = place::read(self.records.as_ref(), &self.scope, &slot)
            .await
            .unwrap();
        let holding = self.holding().await;
        let raw = self.headers(Stream::Raw).await;
        let settled = raw.iter().filter(|(seq, _)| *seq <= floor);
        let made = self.headers(Stream::Events).await;
        let stands = made.iter().filter(|(_, header)| {
            let raw = header.raw.unwrap();
            match raw.turn() {
                Some(turn) => turn <= holding.turns,
                None => raw.seq <= floor,
            }
        });
        let waiting: u64 = holding.records.values().sum();
        (
            settled.map(|(_, header)| u64::from(header.records)).sum(),
            stands
                .map(|(_, header)| u64::from(header.records))
                .sum::<u64>()
                + waiting,
        )
    }

    /// Works until every record is in an event, over as many crashes as there are fuses.
    async fn work(&mut self, records: u64, fuses: Vec<(u32, Side)>) {
        for fuse in fuses.into_iter().map(Some).chain([None]) {
            self.records.hook.arm(fuse);
            let stop = Shutdown::new();
            let run = self.normaliser().run(stop.clone());
            tokio::pin!(run);
            let ended = tokio::select! {
                ended = &mut run => Some(ended),
                () = self.done(records) => None,
            };
            match ended {
                Some(ended) => assert!(ended.is_err(), "it was not told to stop"),
                None => {
                    self.records.hook.arm(None);
                    stop.cancel();
                    run.await.unwrap();
                }
            }
            let (settled, accounted) = self.account().await;
            assert_eq!(
                settled, accounted,
                "every record of a settled message is somewhere"
            );
            self.bus = self.bus.reopen();
            if ended_well(self, records).await {
                break;
            }
        }
    }

    async fn done(&self, records: u64) {
        // The clock of the test stands still while anything works.
        let all = async {
            while !ended_well(self, records).await {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let late = tokio::time::timeout(Duration::from_secs(300), all).await;
        assert!(
            late.is_ok(),
            "{:?} {:?}",
            self.holding().await,
            self.account().await
        );
    }

    /// Every event, by id.
    async fn events(&self) -> BTreeMap<String, EventItem> {
        let options = self.reader("store", Stream::Events);
        let consumer = self.role("store").consumer(options).await.unwrap();
        let mut items = BTreeMap::new();
        for message in consumer.fetch(100_000, Duration::ZERO).await.unwrap() {
            let header = Header::from_bytes(&message.header).unwrap();
            for item in EventBatch::decode(&header, &message.body).unwrap().items {
                let twice = items.insert(item.uid.to_string(), item);
                assert!(twice.is_none(), "{twice:?} is there twice");
            }
        }
        items
    }
}

/// Every message is settled, which publishing its events alone does not make it, and nothing waits.
async fn ended_well(site: &Site, records: u64) -> bool {
    let (settled, accounted) = site.account().await;
    let holding = site.holding().await;
    settled >= records && accounted >= records && holding.records.is_empty() && !holding.over
}

fn batch(site: &Site, kinds: &[(u8, u8)]) -> RawBatch {
    let line = |(seq, (kind, serial)): (usize, &(u8, u8))| {
        let kind = ["SYSCALL", "PATH", "PROCTITLE", "EOE", "USER_LOGIN"][usize::from(*kind)];
        let text = format!(
            "type={kind} msg=audit(1772700000.{serial:03}:{serial}): arch=c000003e syscall=59 pid=7 uid=0 comm=\"a\" exe=\"/bin/a\""
        );
        RawRecord::whole(seq as u64, Timestamp::from_millis(5), text.into_bytes())
    };
    RawBatch {
        scope: site.scope.clone(),
        source: SourceName::new("auditd"),
        origin: OriginId(Id128::from_bytes([1; 16])),
        host: HOST.to_owned(),
        trace: TraceContext::default(),
        records: kinds.iter().enumerate().map(line).collect(),
    }
}

fn wanted(site: &Site, batch: &RawBatch) -> BTreeMap<String, EventItem> {
    let processed = REGISTRY.process(&site.scope, batch);
    assert_eq!(processed.dead().count(), 0);
    let items = processed.events().cloned();
    items.map(|item| (item.uid.to_string(), item)).collect()
}

fn fuse() -> impl Strategy<Value = (u32, Side)> {
    (0..4_u32, prop_oneof![Just(Side::Before), Just(Side::After)])
}

/// Publishes the records in messages of these lengths, and compares what a site makes of them over these crashes.
fn check(
    kinds: &[(u8, u8)],
    cuts: Vec<usize>,
    fuses: Vec<(u32, Side)>,
) -> Result<(), TestCaseError> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async move {
        let mut site = Site::new();
        site.open().await;
        let whole = batch(&site, kinds);
        let mut rest = whole.records.as_slice();
        for (number, length) in (1..).zip(cuts) {
            let (part, after) = rest.split_at(length.min(rest.len()));
            if part.is_empty() {
                break;
            }
            let part = RawBatch {
                records: part.to_vec(),
                ..aurora_parsers::feed(&whole)
            };
            site.publish(number, &part).await;
            rest = after;
        }
        site.work(whole.records.len() as u64, fuses).await;
        prop_assert_eq!(site.account().await.0, whole.records.len() as u64);
        prop_assert_eq!(site.events().await, wanted(&site, &whole));
        Ok(())
    })
}

/// What is over by itself, what another message ends, and what waits until nothing comes.
#[test]
fn a_crash_at_every_commit() {
    for kinds in [[(0, 0), (3, 0)], [(0, 0), (2, 0)], [(4, 0), (0, 1)]] {
        for cuts in [vec![2], vec![1, 1]] {
            for fuse in (0..4).flat_map(|left| [(left, Side::Before), (left, Side::After)]) {
                check(&kinds, cuts.clone(), vec![fuse]).unwrap();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 25, ..ProptestConfig::default() })]
    #[test]
    fn messages_and_crashes_change_nothing(
        kinds in proptest::collection::vec((0..5_u8, 0..6_u8), 1..40),
        cuts in proptest::collection::vec(1..6_usize, 40),
        fuses in proptest::collection::vec(fuse(), 0..5),
    ) {
        check(&kinds, cuts, fuses)?;
    }
}
