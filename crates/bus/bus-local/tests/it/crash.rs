//! The bus on a disk that loses power: random interleavings of publish, consume, acknowledge,
//! restart and power loss, against what a publisher and a consumer were told.
//!
//! Every message that was acknowledged to its publisher is delivered at least once; an id is
//! stored once; an acknowledgement that was durable is not asked for again. A failure prints its
//! seed; `AURORA_SEED=n` runs that one alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use aurora_bus::testkit::{id, message, options};
use aurora_bus::{Bus, Consumer, Delivery, Error, Lease, Message};
use aurora_bus_local::{Io, LocalBus, Options};
use aurora_clock::{ManualClock, Timestamp};
use aurora_disk::SimDisk;
use aurora_model::{BatchId, Stream, Subject};

const SEEDS: u64 = 1_500;
const STEPS: usize = 60;
const NAMES: [&str; 2] = ["one", "two"];

struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % n
    }
}

struct Run {
    random: Random,
    disk: SimDisk,
    clock: Arc<ManualClock>,
    bus: LocalBus,
    consumers: Vec<Box<dyn Consumer>>,
    sent: u64,
    /// What publishers were told: where each id is.
    receipts: BTreeMap<BatchId, u64>,
    /// Which id consumers saw at each place.
    seen: BTreeMap<u64, BatchId>,
    delivered: [BTreeSet<BatchId>; 2],
    epoch: u64,
}

fn limits() -> Options {
    Options {
        max_bytes: 24_000,
        segment_bytes: 2_000,
        reserve_bytes: 0,
        io: Io::Inline,
    }
}

impl Run {
    async fn new(seed: u64) -> Self {
        let disk = SimDisk::new(seed);
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(0)));
        let bus = LocalBus::open(Arc::new(disk.clone()), clock.clone(), limits()).unwrap();
        let random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let (receipts, seen, delivered) = Default::default();
        let consumers = Vec::new();
        let mut run = Self {
            random,
            disk,
            clock,
            bus,
            consumers,
            sent: 0,
            receipts,
            seen,
            delivered,
            epoch: 0,
        };
        run.subscribe().await;
        run
    }

    /// Both consumers; a power loss may come in between.
    async fn subscribe(&mut self) {
        self.consumers.clear();
        for name in NAMES {
            match self.bus.consumer(options(name, Stream::Raw)).await {
                Ok(consumer) => self.consumers.push(consumer),
                Err(e) => assert!(self.disk.is_dead(), "cannot open {name}: {e}"),
            }
        }
    }

    /// Opens the bus on what a power loss left, which may be cut short by another.
    async fn crash(&mut self) {
        loop {
            self.disk = self.disk.crash();
            if self.random.below(4) == 0 {
                self.disk.lose_power_after(1 + self.random.below(20));
            }
            let disk = Arc::new(self.disk.clone());
            match LocalBus::open(disk, self.clock.clone(), limits()) {
                Ok(bus) => self.bus = bus,
                Err(e) => {
                    assert!(self.disk.is_dead(), "cannot open: {e:?}");
                    continue;
                }
            }
            self.subscribe().await;
            if !self.disk.is_dead() {
                self.disk.clear_faults();
                return;
            }
        }
    }

    async fn step(&mut self) {
        match self.random.below(16) {
            0..=5 => self.publish().await,
            6..=10 => self.consume().await,
            11 => self.clock.advance(Duration::from_secs(1)),
            12 => tokio::time::sleep(Duration::from_millis(60)).await,
            13 => self.disk.lose_power_after(1 + self.random.below(15)),
            14 => self.lease().await,
            _ => self.crash().await,
        }
        if self.disk.is_dead() {
            self.crash().await;
        }
    }

    /// Some new messages and some sent before, told or not.
    fn batch(&mut self) -> Vec<Message> {
        let subject =
            Subject::from(["aurora.raw.1", "aurora.raw.2"][self.random.below(2) as usize]);
        let mut batch = Vec::new();
        for _ in 0..=self.random.below(4) {
            let old = self.sent > 0 && self.random.below(4) == 0;
            let n = if old {
                1 + self.random.below(self.sent)
            } else {
                self.sent + 1
            };
            self.sent = self.sent.max(n);
            let body = vec![b'x'; self.random.below(400) as usize].into();
            batch.push(Message {
                body,
                ..message(&subject, n)
            });
        }
        batch
    }

    async fn publish(&mut self) {
        let batch = self.batch();
        let ids: Vec<_> = batch.iter().map(|m| m.id).collect();
        match self.bus.publish(batch).await {
            Ok(receipts) => {
                for (id, receipt) in ids.into_iter().zip(receipts) {
                    let known = *self.receipts.entry(id).or_insert(receipt.seq);
                    assert_eq!(known, receipt.seq, "{id:?} is stored twice");
                }
            }
            Err(Error::Full { .. }) => {}
            Err(e) => assert!(self.disk.is_dead(), "cannot publish: {e:?}"),
        }
    }

    async fn consume(&mut self) {
        let which = self.random.below(2) as usize;
        let Some(consumer) = self.consumers.get(which) else {
            return;
        };
        match consumer
            .fetch(1 + self.random.below(8) as usize, Duration::ZERO)
            .await
        {
            Ok(got) => {
                for delivery in &got {
                    note(&mut self.seen, &mut self.delivered[which], delivery);
                }
                // Some are forgotten and come again.
                let keep = self.random.below(8);
                let done: Vec<_> = got
                    .iter()
                    .map(|d| d.seq)
                    .filter(|s| s % 8 != keep)
                    .collect();
                let acked = consumer.ack(&done).await;
                assert!(acked.is_ok() || self.disk.is_dead());
            }
            Err(e) => assert!(self.disk.is_dead(), "cannot fetch: {e:?}"),
        }
    }

    async fn lease(&mut self) {
        let holder = format!("holder {}", self.random.below(1_000_000));
        match self.bus.acquire("lane", &holder, Duration::ZERO).await {
            Ok(Some(Lease { epoch, .. })) => {
                assert!(epoch > self.epoch, "epoch {epoch} was given twice");
                self.epoch = epoch;
            }
            Ok(None) => {}
            Err(e) => assert!(self.disk.is_dead(), "cannot take a lease: {e:?}"),
        }
    }

    /// All that was promised arrives.
    async fn finish(&mut self) {
        self.crash().await;
        for (consumer, delivered) in self.consumers.iter().zip(&mut self.delivered) {
            loop {
                let got = consumer.fetch(100, Duration::ZERO).await.unwrap();
                if got.is_empty() {
                    break;
                }
                got.iter()
                    .for_each(|delivery| note(&mut self.seen, delivered, delivery));
                consumer
                    .ack(&got.iter().map(|d| d.seq).collect::<Vec<_>>())
                    .await
                    .unwrap();
            }
            for (id, seq) in &self.receipts {
                assert!(delivered.contains(id), "message {seq} was never delivered");
                assert_eq!(self.seen.get(seq), Some(id), "message {seq}");
            }
        }
        let (count, ids) = (self.seen.len(), self.seen.values().collect::<BTreeSet<_>>());
        assert_eq!(count, ids.len(), "an id has two places");
        let known = id(self.sent);
        assert!(
            ids.iter().all(|id| **id <= known),
            "a message that nobody sent"
        );
    }
}

fn note(seen: &mut BTreeMap<u64, BatchId>, to: &mut BTreeSet<BatchId>, delivery: &Delivery) {
    let known = *seen.entry(delivery.seq).or_insert(delivery.id);
    assert_eq!(known, delivery.id, "message {} has changed", delivery.seq);
    to.insert(delivery.id);
}

fn run(seed: u64) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let mut run = Run::new(seed).await;
        for _ in 0..STEPS {
            run.step().await;
        }
        run.finish().await;
    });
}

#[test]
fn what_was_acknowledged_is_delivered_after_any_crash() {
    if let Ok(seed) = std::env::var("AURORA_SEED") {
        return run(seed.parse().unwrap());
    }
    for seed in 0..SEEDS {
        let outcome = std::panic::catch_unwind(|| run(seed));
        assert!(outcome.is_ok(), "failed with AURORA_SEED={seed}");
    }
}
