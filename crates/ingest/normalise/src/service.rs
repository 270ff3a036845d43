use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aurora_bus::{BusHandle, Consumer, ConsumerOptions, Delivery, Fence, Message};
use aurora_dedupe::{Verdict, Window};
use aurora_model::envelope::RawPosition;
use aurora_model::ledger::RecordTerm;
use aurora_model::{Context, DeadLetter, DeadLetterReason, Header, RawBatch, Scope, Shard, Stream};
use aurora_parsers::{Processed, Registry};
use aurora_records::{Change, Records, SlotWrite, place};
use aurora_tasks::Shutdown;
use aurora_telemetry::{Metric, Metrics};
use tokio::sync::mpsc;
use tracing::{error, warn};

use crate::messages::{Origin, Pieces};
use crate::settle::{settle, take_pieces};
use crate::{Error, Settled};

const CONSUMER: &str = "normalise";
/// Raw messages parsed side by side and committed together.
const MESSAGES: usize = 4;
/// Leases are renewed well before they run out.
const LEASE: Duration = Duration::from_secs(30);

/// How the normaliser works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub dedupe: aurora_dedupe::Options,
}

/// Owner of the raw shards.
#[derive(Debug)]
pub struct Normaliser {
    options: Options,
    scope: Scope,
    bus: BusHandle,
    records: Arc<dyn Records>,
    registry: Arc<Registry>,
    metrics: Metrics,
}

/// A raw message, parsed.
struct Parsed {
    seq: u64,
    header: Header,
    shard: Shard,
    outcome: Outcome,
}

enum Outcome {
    /// The last record's arrival is the batch's time: the same in every replay.
    Records {
        processed: Processed,
        letters: Vec<DeadLetter>,
        pieces: Pieces,
        at: i64,
    },
    /// The message itself cannot be read; its records are given up with it.
    Damaged(DeadLetter),
}

/// A shard's place: its checkpoint and its dedupe window.
struct Lane {
    floor: u64,
    window: Window,
}

impl Normaliser {
    pub fn new(
        options: Options,
        scope: Scope,
        bus: BusHandle,
        records: Arc<dyn Records>,
        registry: Arc<Registry>,
        metrics: Metrics,
    ) -> Self {
        Self {
            options,
            scope,
            bus,
            records,
            registry,
            metrics,
        }
    }

    /// The durable consumer it reads through.
    pub fn consumer() -> ConsumerOptions {
        consumer_options()
    }

    /// Works until shutdown.
    ///
    /// # Errors
    /// When the bus or the records store fails, or another process took the shards over.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        let consumer = self.bus.consumer(Self::consumer()).await?;
        let (sender, mut parsed) = mpsc::channel(1);
        let parsing = self.parse_all(consumer.as_ref(), sender, &shutdown);
        let settling = async {
            let mut lanes = HashMap::new();
            let mut lease = Lease::default();
            while let Some(batch) = parsed.recv().await {
                let fence = lease.keep(&self.bus, &shutdown).await?;
                let Some(fence) = fence else { return Ok(()) };
                let settled =
                    self.settle_all(consumer.as_ref(), &mut lanes, &fence, batch, &shutdown);
                // What was staged but not committed must not be followed by a commit.
                if !settled.await? {
                    return Ok(());
                }
            }
            Ok(())
        };
        tokio::try_join!(parsing, settling).map(|_| ())
    }

    /// Fetches and parses, a few messages ahead of the settling.
    async fn parse_all(
        &self,
        consumer: &dyn Consumer,
        sender: mpsc::Sender<Vec<Parsed>>,
        shutdown: &Shutdown,
    ) -> Result<(), Error> {
        while !shutdown.is_cancelled() {
            let messages = tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                messages = consumer.fetch(MESSAGES, Duration::from_millis(500)) => messages?,
            };
            if messages.is_empty() {
                continue;
            }
            let started = Instant::now();
            let count = u32::try_from(messages.len()).unwrap_or(1);
            let mut parsed = Vec::with_capacity(messages.len());
            let jobs: Vec<_> = messages
                .into_iter()
                .map(|message| {
                    let (registry, scope) = (self.registry.clone(), self.scope.clone());
                    tokio::task::spawn_blocking(move || parse(&registry, &scope, &message))
                })
                .collect();
            for job in jobs {
                parsed.push(job.await.map_err(Error::Parse)?);
            }
            self.metrics
                .observe(Metric::NormaliseSeconds, started.elapsed() / count);
            if sender.send(parsed).await.is_err() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Publishes, commits and acknowledges what a group of raw messages became. `false` when
    /// shutdown came first.
    async fn settle_all(
        &self,
        consumer: &dyn Consumer,
        lanes: &mut HashMap<Shard, Lane>,
        fence: &Fence,
        batch: Vec<Parsed>,
        shutdown: &Shutdown,
    ) -> Result<bool, Error> {
        let seqs: Vec<u64> = batch.iter().map(|parsed| parsed.seq).collect();
        let mut messages = Vec::new();
        let mut change = Change::progress();
        let mut before: HashMap<Shard, u64> = HashMap::new();
        for parsed in batch {
            let lane = self.lane(lanes, parsed.shard).await?;
            if parsed.seq <= lane.floor {
                continue;
            }
            before.entry(parsed.shard).or_insert(lane.floor);
            lane.floor = parsed.seq;
            let source = parsed.header.source.clone();
            let (fresh, deduplicated) = become_messages(parsed, lane, fence);
            messages.extend(fresh);
            change = change.count(RecordTerm::Deduplicated.counter(&source), deduplicated);
        }
        if !self.publish(messages, shutdown).await? {
            return Ok(false);
        }
        if !before.is_empty() {
            self.commit(lanes, &before, change).await?;
        }
        consumer.ack(&seqs).await?;
        Ok(true)
    }

    /// `false` when shutdown came while the site was full: nothing was committed.
    async fn publish(&self, messages: Vec<Message>, shutdown: &Shutdown) -> Result<bool, Error> {
        if messages.is_empty() {
            return Ok(true);
        }
        loop {
            match self.bus.publish(messages.clone()).await {
                Ok(_) => return Ok(true),
                Err(aurora_bus::Error::Full { stream, .. }) => {
                    self.metrics.add(Metric::BusFull, &[stream.name()], 1);
                }
                Err(error) => return Err(error.into()),
            }
            tokio::select! {
                () = shutdown.cancelled() => return Ok(false),
                () = tokio::time::sleep(Duration::from_millis(200)) => {}
            }
        }
    }

    async fn commit(
        &self,
        lanes: &mut HashMap<Shard, Lane>,
        before: &HashMap<Shard, u64>,
        mut change: Change,
    ) -> Result<(), Error> {
        for (shard, floor) in before {
            let Some(lane) = lanes.get(shard) else {
                continue;
            };
            let delta = lane.window.delta();
            if delta.evicted.keys > 0 {
                let keys = delta.evicted.keys;
                warn!(
                    shard = shard.number(),
                    keys, "the dedupe window is full and forgot keys early"
                );
            }
            change
                .slots
                .extend(delta.slots.into_iter().map(|(key, value)| SlotWrite {
                    key,
                    expected: None,
                    value,
                }));
            change = change.move_place(&slot(*shard), *floor, lane.floor);
        }
        let context = Context::service(self.scope.clone(), "normalise", "records settled");
        self.records.commit(&context, change).await?;
        for shard in before.keys() {
            if let Some(lane) = lanes.get_mut(shard) {
                lane.window.committed();
            }
        }
        Ok(())
    }

    /// A shard's lane, restored from its checkpoint the first time.
    async fn lane<'a>(
        &self,
        lanes: &'a mut HashMap<Shard, Lane>,
        shard: Shard,
    ) -> Result<&'a mut Lane, Error> {
        use std::collections::hash_map::Entry;
        match lanes.entry(shard) {
            Entry::Occupied(lane) => Ok(lane.into_mut()),
            Entry::Vacant(vacant) => {
                let records = self.records.as_ref();
                let floor = place::read(records, &self.scope, &slot(shard)).await?;
                let prefix = aurora_dedupe::slot_prefix(shard);
                let slots = self.records.slots(&self.scope, &prefix).await?;
                let window = Window::restore(shard, self.options.dedupe, slots)?;
                Ok(vacant.insert(Lane { floor, window }))
            }
        }
    }
}

/// The right to the shards, renewed when a third of it is used up.
#[derive(Default)]
struct Lease {
    held: Option<(Fence, Instant)>,
}

impl Lease {
    /// `None` when shutdown came before the lease did.
    async fn keep(&mut self, bus: &BusHandle, shutdown: &Shutdown) -> Result<Option<Fence>, Error> {
        loop {
            if let Some((fence, since)) = &self.held
                && since.elapsed() < LEASE / 3
            {
                return Ok(Some(fence.clone()));
            }
            match bus.acquire("raw", "node", LEASE).await? {
                Some(lease) => self.held = Some((lease.fence(), Instant::now())),
                None => tokio::select! {
                    () = shutdown.cancelled() => return Ok(None),
                    () = tokio::time::sleep(LEASE / 30) => {}
                },
            }
        }
    }
}

fn parse(registry: &Registry, scope: &Scope, message: &Delivery) -> Parsed {
    let shard = message
        .subject
        .as_str()
        .rsplit('.')
        .next()
        .and_then(|n| n.parse().ok());
    let shard = shard.map_or_else(|| Shard::of("", ""), Shard::numbered);
    let read = Header::from_bytes(&message.header)
        .and_then(|header| RawBatch::decode(&header, &message.body).map(|batch| (header, batch)));
    let (header, mut batch) = match read {
        Ok(read) => read,
        Err(error) => {
            error!(seq = message.seq, %error, "a raw batch cannot be read");
            return damaged(scope, message, shard, &error.to_string());
        }
    };
    let at = batch
        .records
        .last()
        .map_or(0, |record| record.received_at.as_millis());
    let (letters, records) = take_pieces(&mut batch);
    let pieces = Pieces {
        letters: letters.len(),
        records,
    };
    let processed = registry.process(&batch.scope, &batch);
    Parsed {
        seq: message.seq,
        header,
        shard,
        outcome: Outcome::Records {
            processed,
            letters,
            pieces,
            at,
        },
    }
}

/// A message that nobody can read still has a fate: its bytes go to the dead letter.
fn damaged(scope: &Scope, message: &Delivery, shard: Shard, detail: &str) -> Parsed {
    let header = Header::from_bytes(&message.header)
        .unwrap_or_else(|_| crate::messages::unknown_header(scope.clone()));
    let letter = DeadLetter {
        reason: DeadLetterReason::Damaged,
        detail: detail.to_owned(),
        source: header.source.clone(),
        origin: header.range.origin,
        seq: header.range.first,
        host: String::new(),
        received_at: aurora_clock::Timestamp::default(),
        parser: String::new(),
        raw: message.body.to_vec(),
    };
    Parsed {
        seq: message.seq,
        header,
        shard,
        outcome: Outcome::Damaged(letter),
    }
}

/// The messages that say what a raw message became, and how many records were duplicates.
fn become_messages(parsed: Parsed, lane: &mut Lane, fence: &Fence) -> (Vec<Message>, u64) {
    let raw = RawPosition {
        shard: parsed.shard.number(),
        seq: parsed.seq,
    };
    let origin = Origin {
        header: &parsed.header,
        raw,
        fence: Some(fence.clone()),
    };
    match parsed.outcome {
        Outcome::Damaged(letter) => {
            let pieces = Pieces {
                letters: 1,
                records: parsed.header.records,
            };
            (origin.dead(vec![letter], pieces), 0)
        }
        Outcome::Records {
            processed,
            mut letters,
            pieces,
            at,
        } => {
            let now = aurora_clock::Timestamp::from_millis(at);
            let Settled {
                events,
                dead,
                deduplicated,
            } = settle(processed, &mut |uid| {
                lane.window.check_and_insert(uid, now) == Verdict::Fresh
            });
            letters.extend(dead);
            let mut messages = origin.events(events);
            messages.extend(origin.dead(letters, pieces));
            (messages, deduplicated)
        }
    }
}

fn slot(shard: Shard) -> String {
    format!("normalise/{}", shard.number())
}

fn consumer_options() -> ConsumerOptions {
    ConsumerOptions {
        name: CONSUMER.to_owned(),
        stream: Stream::Raw,
        filters: Vec::new(),
        max_in_flight: MESSAGES * 8,
        ack_wait: Duration::from_secs(600),
    }
}
