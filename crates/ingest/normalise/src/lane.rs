//! One raw shard, from its consumer to its checkpoint.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aurora_bus::{BusHandle, Consumer, Delivery, End, Fence, Message};
use aurora_dedupe::{Verdict, Window};
use aurora_model::envelope::RawPosition;
use aurora_model::ledger::RecordTerm;
use aurora_model::{Context, Scope, Shard};
use aurora_parsers::Registry;
use aurora_records::{Change, Records, SlotWrite, place};
use aurora_tasks::Shutdown;
use aurora_telemetry::{Metric, Metrics};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tracing::warn;

use crate::messages::{Origin, Pieces};
use crate::parse::{Outcome, Parsed, parse};
use crate::service::consumer;
use crate::settle::settle;
use crate::{Error, Settled};

/// Raw messages parsed side by side and committed together.
pub(crate) const MESSAGES: usize = 4;
/// How long one request for messages stands.
const IDLE: Duration = Duration::from_secs(30);

/// What every lane of a process works with.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) dedupe: aurora_dedupe::Options,
    pub(crate) scope: Scope,
    pub(crate) bus: BusHandle,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) metrics: Metrics,
    /// Groups of messages that are parsed or settled at a time, over all lanes.
    pub(crate) room: Arc<Semaphore>,
}

/// A shard's place: its checkpoint and its dedupe window.
pub(crate) struct Lane {
    work: Arc<Work>,
    shard: Shard,
    fence: Fence,
    consumer: Arc<dyn Consumer>,
    floor: u64,
    window: Window,
    out: Out,
}

/// Messages that were fetched and are not settled.
#[derive(Clone, Debug, Default)]
struct Out(Arc<Mutex<BTreeSet<u64>>>);

impl Out {
    fn change<T>(&self, change: impl FnOnce(&mut BTreeSet<u64>) -> T) -> T {
        // Nothing under this lock panics half way through a change.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A group of messages, parsed, and its place among those in work.
struct Group {
    parsed: Vec<Parsed>,
    _room: OwnedSemaphorePermit,
}

impl Lane {
    /// Works on a shard until `stop`, or until it has moved.
    ///
    /// # Errors
    /// When the bus or the records store fails.
    pub(crate) async fn run(
        work: Arc<Work>,
        shard: Shard,
        fence: Fence,
        stop: Shutdown,
    ) -> Result<End, Error> {
        let mut lane = match Self::restore(work, shard, fence).await {
            Ok(lane) => lane,
            Err(error) => return ended(Err(error)),
        };
        let worked = lane.work_until(&stop).await;
        // Whoever works on it next is given them at once.
        let out: Vec<u64> = lane.out.change(std::mem::take).into_iter().collect();
        match (ended(worked)?, lane.consumer.nak(&out).await) {
            (end, Ok(()) | Err(aurora_bus::Error::Closed)) => Ok(end),
            (_, Err(error)) => Err(error.into()),
        }
    }

    async fn restore(work: Arc<Work>, shard: Shard, fence: Fence) -> Result<Self, Error> {
        let (records, scope) = (work.records.as_ref(), &work.scope);
        let floor = place::read(records, scope, &slot(shard)).await?;
        let prefix = aurora_dedupe::slot_prefix(shard);
        let slots = records.slots(scope, &prefix).await?;
        Ok(Self {
            consumer: work.bus.consumer(consumer(shard)).await?.into(),
            window: Window::restore(shard, work.dedupe, slots)?,
            work,
            shard,
            fence,
            floor,
            out: Out::default(),
        })
    }

    async fn work_until(&mut self, stop: &Shutdown) -> Result<(), Error> {
        let (sender, mut groups) = mpsc::channel(1);
        // The fetching side has what it needs by itself, as the settling side changes the lane.
        let (work, consumer, out) = (self.work.clone(), self.consumer.clone(), self.out.clone());
        let fetching = async {
            // With the sender the settling ends, after what was fetched.
            let sender = sender;
            fetch_all(&work, consumer.as_ref(), &out, &sender, stop).await
        };
        let settling = async {
            while let Some(group) = groups.recv().await {
                // What was staged but not committed must not be followed by a commit.
                if !self.settle(group.parsed, stop).await? {
                    break;
                }
            }
            Ok(())
        };
        tokio::try_join!(fetching, settling).map(|_| ())
    }

    /// Publishes, commits and acknowledges what a group of raw messages became. `false` when the end
    /// came first.
    async fn settle(&mut self, group: Vec<Parsed>, stop: &Shutdown) -> Result<bool, Error> {
        let seqs: Vec<u64> = group.iter().map(|parsed| parsed.seq).collect();
        let (before, mut messages, mut change) = (self.floor, Vec::new(), Change::progress());
        for parsed in group {
            if parsed.seq <= self.floor {
                continue;
            }
            self.floor = parsed.seq;
            let source = parsed.header.source.clone();
            if let Outcome::Records { dropped, .. } = &parsed.outcome {
                change = change.count(RecordTerm::Dropped.counter(&source), *dropped);
            }
            let (fresh, deduplicated) = self.become_messages(parsed);
            messages.extend(fresh);
            change = change.count(RecordTerm::Deduplicated.counter(&source), deduplicated);
        }
        if !self.publish(messages, stop).await? {
            return Ok(false);
        }
        if self.floor > before {
            self.commit(before, change).await?;
        }
        self.consumer.ack(&seqs).await?;
        self.out.change(|out| out.retain(|seq| !seqs.contains(seq)));
        Ok(true)
    }

    /// `false` when the end came while the site was full: nothing was committed.
    async fn publish(&self, messages: Vec<Message>, stop: &Shutdown) -> Result<bool, Error> {
        if messages.is_empty() {
            return Ok(true);
        }
        loop {
            match self.work.bus.publish(messages.clone()).await {
                Ok(_) => return Ok(true),
                Err(aurora_bus::Error::Full { stream, .. }) => {
                    self.work.metrics.add(Metric::BusFull, &[stream.name()], 1);
                }
                Err(error) => return Err(error.into()),
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(false),
                () = tokio::time::sleep(Duration::from_millis(200)) => {}
            }
        }
    }

    async fn commit(&mut self, before: u64, mut change: Change) -> Result<(), Error> {
        let (shard, delta) = (self.shard.number(), self.window.delta());
        let evicted = delta.evicted.keys;
        if evicted > 0 {
            warn!(
                shard,
                keys = evicted,
                "the dedupe window is full and forgot keys early"
            );
        }
        let slots = delta.slots.into_iter().map(|(key, value)| SlotWrite {
            key,
            expected: None,
            value,
        });
        change.slots.extend(slots);
        change = change.move_place(&slot(self.shard), before, self.floor);
        let context = Context::service(self.work.scope.clone(), "normalise", "records settled");
        self.work.records.commit(&context, change).await?;
        let metrics = &self.work.metrics;
        metrics.add(Metric::DedupeKeysEvicted, &[], evicted);
        self.window.committed();
        Ok(())
    }

    /// The messages that say what a raw message became, and how many records were duplicates.
    fn become_messages(&mut self, parsed: Parsed) -> (Vec<Message>, u64) {
        let raw = RawPosition {
            shard: self.shard.number(),
            seq: parsed.seq,
        };
        let origin = Origin {
            header: &parsed.header,
            raw,
            fence: Some(self.fence.clone()),
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
                ..
            } => {
                let now = aurora_clock::Timestamp::from_millis(at);
                let Settled {
                    events,
                    dead,
                    deduplicated,
                } = settle(processed, &mut |uid| {
                    self.window.check_and_insert(uid, now) == Verdict::Fresh
                });
                letters.extend(dead);
                let mut messages = origin.events(events);
                messages.extend(origin.dead(letters, pieces));
                (messages, deduplicated)
            }
        }
    }
}

/// Fetches and parses, a group ahead of the settling.
async fn fetch_all(
    work: &Work,
    consumer: &dyn Consumer,
    out: &Out,
    sender: &mpsc::Sender<Group>,
    stop: &Shutdown,
) -> Result<(), Error> {
    loop {
        let messages = tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(()),
            messages = consumer.fetch(MESSAGES, IDLE) => messages?,
        };
        if messages.is_empty() {
            continue;
        }
        out.change(|out| out.extend(messages.iter().map(|message| message.seq)));
        let room = work.room.clone().acquire_owned();
        let room = room.await.expect("the semaphore is never closed");
        let group = Group {
            parsed: parse_all(work, messages).await?,
            _room: room,
        };
        if sender.send(group).await.is_err() {
            return Ok(());
        }
    }
}

async fn parse_all(work: &Work, messages: Vec<Delivery>) -> Result<Vec<Parsed>, Error> {
    let started = Instant::now();
    let count = u32::try_from(messages.len()).unwrap_or(1).max(1);
    let jobs: Vec<_> = messages
        .into_iter()
        .map(|message| {
            let (registry, scope) = (work.registry.clone(), work.scope.clone());
            tokio::task::spawn_blocking(move || parse(&registry, &scope, &message))
        })
        .collect();
    let mut parsed = Vec::with_capacity(jobs.len());
    for job in jobs {
        parsed.push(job.await.map_err(Error::Parse)?);
    }
    work.metrics
        .observe(Metric::NormaliseSeconds, started.elapsed() / count);
    Ok(parsed)
}

/// Work that somebody else's made void is no failure.
fn ended(worked: Result<(), Error>) -> Result<End, Error> {
    match worked {
        Ok(()) => Ok(End::Stopped),
        Err(
            Error::Bus(aurora_bus::Error::Fenced { .. })
            | Error::Records(aurora_records::Error::CheckpointMoved { .. }),
        ) => Ok(End::Moved),
        Err(error) => Err(error),
    }
}

fn slot(shard: Shard) -> String {
    format!("normalise/{}", shard.number())
}
