//! One raw shard, from its consumer to its checkpoint.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aurora_bus::{BusHandle, Consumer, Delivery, End, Fence, Message};
use aurora_clock::Timestamp;
use aurora_dedupe::{Verdict, Window};
use aurora_model::envelope::RawPosition;
use aurora_model::ledger::RecordTerm;
use aurora_model::{Context, DeadLetter, Scope, Shard, SourceName};
use aurora_parsers::{Processed, Registry};
use aurora_records::{Change, Records, SlotWrite, place};
use aurora_tasks::Shutdown;
use aurora_telemetry::{Metric, Metrics};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tracing::warn;

use crate::messages::{Origin, Pieces};
use crate::parse::{Outcome, Parsed, parse};
use crate::service::consumer;
use crate::settle::{settle, uids};
use crate::waiting::{Closed, Over, Waiting};
use crate::{ByContent, Error, Settled};

/// Raw messages parsed side by side and committed together.
pub(crate) const MESSAGES: usize = 4;
/// How long one request for messages stands.
const IDLE: Duration = Duration::from_secs(30);

/// What every lane of a process works with.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) dedupe: aurora_dedupe::Options,
    pub(crate) by_content: ByContent,
    pub(crate) scope: Scope,
    pub(crate) bus: BusHandle,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) metrics: Metrics,
    /// Groups of messages that are parsed or settled at a time, over all lanes.
    pub(crate) room: Arc<Semaphore>,
}

/// How long records wait for others of their event after the last message.
const SILENCE: Duration = Duration::from_secs(2);

/// A shard's place: its checkpoint, its dedupe window and the records that wait for others.
pub(crate) struct Lane {
    work: Arc<Work>,
    shard: Shard,
    fence: Fence,
    consumer: Arc<dyn Consumer>,
    floor: u64,
    window: Window,
    waiting: Waiting,
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
            waiting: Waiting::restore(shard, records, scope).await?,
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
            // What was staged but not committed must not be followed by a commit.
            let mut goes_on = !self.waiting.is_over() || self.end_wait(stop).await?;
            while goes_on {
                goes_on = match self.next(&mut groups).await {
                    Next::Group(group) => self.settle(group.parsed, stop).await?,
                    Next::Silence => self.end_wait(stop).await?,
                    Next::End => false,
                };
            }
            Ok(())
        };
        tokio::try_join!(fetching, settling).map(|_| ())
    }

    async fn next(&self, groups: &mut mpsc::Receiver<Group>) -> Next {
        loop {
            let silence = async {
                match self.waiting.is_empty() {
                    true => std::future::pending().await,
                    false => tokio::time::sleep(SILENCE).await,
                }
            };
            tokio::select! {
                biased;
                group = groups.recv() => return group.map_or(Next::End, Next::Group),
                () = silence => {}
            }
            // A message that is being parsed may bring what is waited for.
            if self.out.change(|out| out.is_empty()) {
                return Next::Silence;
            }
        }
    }

    /// Publishes, commits and acknowledges what a group of raw messages became. `false` when the end
    /// came first.
    async fn settle(&mut self, group: Vec<Parsed>, stop: &Shutdown) -> Result<bool, Error> {
        let seqs: Vec<u64> = group.iter().map(|parsed| parsed.seq).collect();
        let (before, mut messages, mut change) = (self.floor, Vec::new(), Change::progress());
        let (mut joined, mut over) = (Vec::new(), Vec::new());
        for mut parsed in group {
            if parsed.seq <= self.floor {
                continue;
            }
            self.floor = parsed.seq;
            over.push(match &mut parsed.outcome {
                Outcome::Records {
                    opened, feed, at, ..
                } => self.waiting.join(feed, opened, *at),
                Outcome::Damaged(_) => Over::default(),
            });
            joined.push(parsed);
        }
        for (parsed, closed) in joined.into_iter().zip(close_all(&self.work, over).await?) {
            let source = parsed.header.source.clone();
            if let Outcome::Records { dropped, .. } = &parsed.outcome {
                change = change.count(RecordTerm::Dropped.counter(&source), *dropped);
            }
            for (source, made) in self.become_messages(parsed, closed) {
                messages.extend(made.messages);
                change = change.count(RecordTerm::Deduplicated.counter(&source), made.deduplicated);
            }
        }
        if !self.publish(messages, stop).await? {
            return Ok(false);
        }
        if self.floor > before {
            let turns = self.waiting.turns();
            self.commit(before, turns, change).await?;
        }
        self.consumer.ack(&seqs).await?;
        self.out.change(|out| out.retain(|seq| !seqs.contains(seq)));
        Ok(true)
    }

    /// Makes events of what waits, as nothing more of them came. `false` when the end came first: it is done when the
    /// shard is worked on again.
    async fn end_wait(&mut self, stop: &Shutdown) -> Result<bool, Error> {
        if !self.waiting.is_over() {
            let mut change =
                Change::progress().move_place(&slot(self.shard), self.floor, self.floor);
            change.slots.push(self.waiting.end());
            self.work.records.commit(&self.context(), change).await?;
        }
        let (feeds, turn) = self.waiting.take();
        let others = Over {
            own: Vec::new(),
            others: feeds,
        };
        let raw = RawPosition::of_turn(self.shard.number(), turn);
        let (mut messages, mut change) = (Vec::new(), Change::progress());
        for closed in close_all(&self.work, vec![others])
            .await?
            .into_iter()
            .flatten()
        {
            let at = closed.at;
            let source = closed.header.source.clone();
            let made = self.made_apart(closed, raw, at);
            messages.extend(made.messages);
            change = change.count(RecordTerm::Deduplicated.counter(&source), made.deduplicated);
        }
        if !self.publish(messages, stop).await? {
            return Ok(false);
        }
        self.commit(self.floor, turn, change).await?;
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

    fn context(&self) -> Context {
        Context::service(self.work.scope.clone(), "normalise", "records settled")
    }

    async fn commit(&mut self, before: u64, turns: u64, mut change: Change) -> Result<(), Error> {
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
        change.slots.extend(self.waiting.slots(turns));
        change = change.move_place(&slot(self.shard), before, self.floor);
        self.work.records.commit(&self.context(), change).await?;
        let metrics = &self.work.metrics;
        metrics.add(Metric::DedupeKeysEvicted, &[], evicted);
        self.window.committed();
        self.waiting.committed(turns);
        Ok(())
    }

    /// What a raw message became, by source: its own records and those of others whose wait it ended.
    fn become_messages(
        &mut self,
        parsed: Parsed,
        mut closed: Vec<Closed>,
    ) -> Vec<(SourceName, Made)> {
        let raw = RawPosition {
            shard: self.shard.number(),
            seq: parsed.seq,
        };
        let origin = Origin {
            header: &parsed.header,
            raw,
            fence: Some(self.fence.clone()),
            apart: false,
        };
        let source = parsed.header.source.clone();
        match parsed.outcome {
            Outcome::Damaged(letter) => {
                let pieces = Pieces {
                    letters: 1,
                    records: parsed.header.records,
                };
                let messages = origin.dead(vec![letter], pieces);
                vec![(
                    source,
                    Made {
                        messages,
                        deduplicated: 0,
                    },
                )]
            }
            Outcome::Records {
                opened,
                letters,
                pieces,
                at,
                feed,
                ..
            } => {
                let now = Timestamp::from_millis(at);
                let is_own = |closed: &mut Closed| {
                    closed.header.source == feed.source && closed.header.range.origin == feed.origin
                };
                let own = closed.extract_if(.., is_own).flat_map(|own| own.ended);
                let processed = opened.with(own.collect::<Vec<_>>());
                let made = self.made(&origin, processed, (letters, pieces), now);
                let mut all = vec![(source, made)];
                for other in closed {
                    let source = other.header.source.clone();
                    all.push((source, self.made_apart(other, raw, now)));
                }
                all
            }
        }
    }

    fn made_apart(&mut self, closed: Closed, raw: RawPosition, now: Timestamp) -> Made {
        let origin = Origin {
            header: &closed.header,
            raw,
            fence: Some(self.fence.clone()),
            apart: true,
        };
        let outcomes = closed.ended.into_iter().flat_map(|ended| ended.outcomes);
        let processed = Processed {
            outcomes: outcomes.collect(),
        };
        let no_pieces = Pieces {
            letters: 0,
            records: 0,
        };
        self.made(&origin, processed, (Vec::new(), no_pieces), now)
    }

    fn made(
        &mut self,
        origin: &Origin<'_>,
        processed: Processed,
        (mut letters, pieces): (Vec<DeadLetter>, Pieces),
        now: Timestamp,
    ) -> Made {
        self.window.touch(&uids(&processed));
        let Settled {
            events,
            dead,
            deduplicated,
        } = settle(processed, &mut |item, index| {
            let mut fresh = |uid| self.window.check_and_insert(uid, now) == Verdict::Fresh;
            let content = self.work.by_content.key(&origin.header.source, item, index);
            let new = fresh(item.uid);
            content.is_none_or(fresh) && new
        });
        letters.extend(dead);
        let mut messages = origin.events(events);
        messages.extend(origin.dead(letters, pieces));
        Made {
            messages,
            deduplicated,
        }
    }
}

/// What records became: messages, and how many were duplicates.
struct Made {
    messages: Vec<Message>,
    deduplicated: u64,
}

/// What a lane does next.
enum Next {
    Group(Group),
    /// Nothing came for a while, and there are records that wait.
    Silence,
    End,
}

/// Parses the events that are over, on a thread of its own.
async fn close_all(work: &Work, over: Vec<Over>) -> Result<Vec<Vec<Closed>>, Error> {
    if over
        .iter()
        .all(|over| over.own.is_empty() && over.others.is_empty())
    {
        return Ok(over.iter().map(|_| Vec::new()).collect());
    }
    let registry = work.registry.clone();
    let close = move |over: Over| {
        let own = (!over.own.is_empty()).then_some(over.own);
        let feeds = own.into_iter().chain(over.others);
        feeds.map(|feed| Closed::of(&registry, &feed)).collect()
    };
    tokio::task::spawn_blocking(move || over.into_iter().map(close).collect())
        .await
        .map_err(Error::Parse)
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
