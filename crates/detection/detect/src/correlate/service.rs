use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aurora_artifacts::Artifacts;
use aurora_bus::{BusHandle, Consumer, ConsumerOptions, Delivery, Lease};
use aurora_clock::Clock;
use aurora_correlation::Restore;
use aurora_events::Events;
use aurora_ids::Id128;
use aurora_model::{Context, SHARDS, Scope, Shard, Stream};
use aurora_records::{Change, Records, place};
use aurora_tasks::Shutdown;
use aurora_telemetry::{Health, HealthBoard, Metric, Metrics};
use aurora_window_state::WindowStore;
use tracing::info;

use super::handoff::{self, hand_on};
use super::judge::Judge;
use super::lane::{Lane, Lanes};
use super::outgoing::Outgoing;
use super::quiet::Sources;
use super::round::{Job, shard_of};
use super::snapshot::{HELD, Position, Snapshots};
use crate::queue::Queue;
use crate::rule_handle::InForce;
use crate::triage::State;
use crate::{Error, RuleHandle};
use aurora_rules::Program;

const CONSUMER: &str = "correlate";
const SOURCES: &str = "correlate/sources";
/// Messages of a round at most. When much waits, rounds are long: a group's state is then written once
/// for many of its events.
const MESSAGES: usize = 4_096;
/// No more is fetched for a round that has so many bytes of bodies.
const BYTES: usize = 16 << 20;
/// Messages fetched at a time.
const FETCHED: usize = 256;
/// How long a shard stays ours without word from us.
const LEASE: Duration = Duration::from_secs(30);

/// How correlations work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long after its last match an open alert still takes new ones.
    pub group_window: Duration,
    /// After so much silence nobody waits for a source.
    pub idle: Duration,
    /// Between two snapshots of all windows.
    pub snapshot_every: Duration,
    /// Where snapshots are made before they are handed to the artifact store.
    pub scratch: PathBuf,
    /// Threads that take part in a long round, each with some of the shards. Default: one for each
    /// core.
    pub threads: usize,
}

impl Options {
    pub fn new(scratch: PathBuf) -> Self {
        Self {
            group_window: Duration::from_secs(3600),
            idle: Duration::from_secs(30),
            snapshot_every: Duration::from_secs(60),
            scratch,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// What the service works with.
#[derive(Clone, Debug)]
pub struct Parts {
    pub scope: Scope,
    pub bus: BusHandle,
    pub records: Arc<dyn Records>,
    pub events: Arc<dyn Events>,
    pub artifacts: Arc<dyn Artifacts>,
    pub windows: Arc<dyn WindowStore>,
    pub rules: RuleHandle,
    pub clock: Arc<dyn Clock>,
    pub metrics: Metrics,
    pub health: HealthBoard,
}

/// The owner of every shard of windows.
#[derive(Debug)]
pub struct Correlate {
    options: Options,
    parts: Parts,
    queue: Queue,
    lanes: Lanes,
    sources: Sources,
    holder: String,
    /// The rules that the lanes were last told of.
    force: InForce,
    position: Position,
    renewed: Duration,
}

impl Correlate {
    pub fn new(options: Options, parts: Parts) -> Self {
        let state = State {
            window: options.group_window,
            ..State::default()
        };
        let queue = Queue {
            scope: parts.scope.clone(),
            bus: parts.bus.clone(),
            records: parts.records.clone(),
            clock: parts.clock.clone(),
            metrics: parts.metrics.clone(),
            role: "correlate",
            state,
        };
        Self {
            queue,
            lanes: Lanes::new(),
            sources: Sources::default(),
            holder: Id128::random().to_string(),
            force: parts.rules.in_force(),
            position: Position::default(),
            renewed: Duration::ZERO,
            options,
            parts,
        }
    }

    /// The durable consumers it reads through: the one that works, and the one that holds what a
    /// snapshot does not cover yet.
    pub fn consumers() -> [ConsumerOptions; 2] {
        let named = |name: &str, max_in_flight| ConsumerOptions {
            name: name.to_owned(),
            stream: Stream::Matches,
            filters: Vec::new(),
            max_in_flight,
            ack_wait: Duration::from_secs(600),
        };
        [named(CONSUMER, 100_000), named(Snapshots::CONSUMER, HELD)]
    }

    /// The consumer whose acknowledgements say how far correlations have come.
    pub fn consumer() -> ConsumerOptions {
        let [working, _] = Self::consumers();
        working
    }

    /// Works until shutdown.
    ///
    /// # Errors
    /// When the bus or a store fails, or another process took a shard over.
    pub async fn run(mut self, shutdown: Shutdown) -> Result<(), Error> {
        let mut snapshots =
            Snapshots::open(&self.options, &self.parts, self.position.clone()).await?;
        snapshots.restore().await?;
        self.start().await?;
        loop {
            let missed = snapshots.missed().await?;
            if missed.is_empty() {
                break;
            }
            self.renew().await?;
            let (taken, ahead) = tokio::join!(self.take(missed), snapshots.look_ahead());
            taken.and(ahead)?;
        }
        let shutdown = shutdown.child_token();
        let judge = Judge::new(self.parts.clone(), self.options.group_window);
        let told = self.parts.rules.swapped();
        let (worked, judged, kept) = tokio::join!(
            stopping(self.work(shutdown.clone()), &shutdown),
            stopping(judge.run(told, shutdown.clone()), &shutdown),
            stopping(snapshots.run(shutdown.clone()), &shutdown),
        );
        worked.and(judged).and(kept)
    }

    async fn work(mut self, shutdown: Shutdown) -> Result<(), Error> {
        let consumer = self.parts.bus.consumer(Self::consumer()).await?;
        while !shutdown.is_cancelled() {
            let messages = tokio::select! {
                () = shutdown.cancelled() => break,
                messages = gather(consumer.as_ref()) => messages?,
            };
            self.renew().await?;
            let waits = messages.len() >= FETCHED;
            let seqs: Vec<u64> = messages.iter().map(|message| message.seq).collect();
            self.take(messages).await?;
            consumer.ack(&seqs).await?;
            if !waits {
                self.say_who_is_quiet().await?;
            }
        }
        self.release().await
    }

    /// Whoever comes next need not wait until the leases run out.
    async fn release(&self) -> Result<(), Error> {
        for lane in self.lanes.values() {
            match self.parts.bus.release(&lane.lease).await {
                Ok(()) | Err(aurora_bus::Error::Fenced { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Opens every shard that has state, and hands on what an earlier process left in outboxes.
    async fn start(&mut self) -> Result<(), Error> {
        let now = self.parts.clock.elapsed();
        let kept = self.parts.records.slot(&self.parts.scope, SOURCES).await?;
        self.sources = Sources::restore(kept, now);
        let store = self.parts.windows.clone();
        let known = blocking(move || {
            let shards = (0..SHARDS).map(Shard::numbered);
            let known = shards.map(|shard| Ok((shard, store.head(shard)?)));
            known.collect::<Result<Vec<_>, aurora_window_state::Error>>()
        });
        let known = known.await??;
        let known = known.into_iter().filter(|(_, head)| head.is_some());
        let shards: BTreeSet<Shard> = known.map(|(shard, _)| shard).collect();
        self.open(&shards).await?;
        self.hand_on_what_is_left().await?;
        self.position
            .reach(self.lanes.values().map(|lane| lane.head.offset).max());
        self.report();
        Ok(())
    }

    /// Takes shards over: the lease, then what the store has.
    async fn open(&mut self, shards: &BTreeSet<Shard>) -> Result<(), Error> {
        let new = shards
            .iter()
            .filter(|shard| !self.lanes.contains_key(shard));
        let new: Vec<Shard> = new.copied().collect();
        let mut claims = Vec::with_capacity(new.len());
        for shard in new {
            let lease = self.acquire(shard).await?;
            claims.push((shard, lease, self.handed(shard).await?));
        }
        let shares = claims.len().div_ceil(self.options.threads.max(1)).max(1);
        let share = |claims: &[(Shard, Lease, u64)]| {
            let (store, force, claims) = (
                self.parts.windows.clone(),
                self.force.clone(),
                claims.to_vec(),
            );
            tokio::task::spawn_blocking(move || {
                let claims = claims.into_iter();
                let lanes = claims.map(|claim| load(store.as_ref(), &force.program, claim));
                lanes.collect::<Result<Vec<Lane>, Error>>()
            })
        };
        let loading: Vec<_> = claims.chunks(shares).map(share).collect();
        for lanes in loading {
            let lanes = lanes.await.map_err(Error::Evaluation)??;
            self.lanes
                .extend(lanes.into_iter().map(|lane| (lane.shard, lane)));
        }
        Ok(())
    }

    async fn acquire(&self, shard: Shard) -> Result<Lease, Error> {
        let name = shard.number().to_string();
        loop {
            let lease = self.parts.bus.acquire(&name, &self.holder, LEASE).await?;
            match lease {
                Some(lease) => return Ok(lease),
                None => tokio::time::sleep(Duration::from_secs(1)).await,
            }
        }
    }

    async fn handed(&self, shard: Shard) -> Result<u64, Error> {
        let (records, scope) = (self.parts.records.as_ref(), &self.parts.scope);
        Ok(place::read(records, scope, &handoff::slot(shard)).await?)
    }

    async fn hand_on_what_is_left(&mut self) -> Result<(), Error> {
        let (store, lanes) = (self.parts.windows.clone(), &self.lanes);
        let from: Vec<(Shard, u64)> = lanes.values().map(|it| (it.shard, it.handed)).collect();
        let left = blocking(move || {
            let mut left = Vec::new();
            for (shard, handed) in from {
                for out in store.outbox(shard, handed, usize::MAX)? {
                    left.push((shard, out.seq, out.bytes));
                }
            }
            Ok::<_, aurora_window_state::Error>(left)
        });
        let mut outgoing = Vec::new();
        for (shard, seq, bytes) in left.await?? {
            let out: Outgoing =
                serde_json::from_slice(&bytes).map_err(|source| Error::Damaged {
                    id: format!("outgoing message {seq} of shard {}", shard.number()),
                    source,
                })?;
            outgoing.push((shard, seq, out));
        }
        self.hand_on(outgoing).await
    }

    /// Correlates messages: windows, one commit, then what leaves them. Durable afterwards.
    async fn take(&mut self, messages: Vec<Delivery>) -> Result<(), Error> {
        let Some(last) = messages.last().map(|message| message.seq) else {
            return Ok(());
        };
        let force = self.parts.rules.in_force();
        let has_new_rules = !Arc::ptr_eq(&force.program, &self.force.program);
        self.force = force;
        let wanted: BTreeSet<Shard> = messages.iter().filter_map(shard_of).collect();
        self.open(&wanted).await?;
        let job = Job {
            program: self.force.program.clone(),
            store: self.parts.windows.clone(),
            messages: Arc::new(messages),
            has_new_rules,
        };
        let started = Instant::now();
        let lanes = std::mem::take(&mut self.lanes);
        let (round, lanes) = job.run(lanes, self.options.threads).await?;
        self.lanes = lanes;
        let metrics = &self.parts.metrics;
        metrics.observe(Metric::CorrelateSeconds, started.elapsed());
        metrics.add(Metric::CorrelatedMatches, &[], round.matches);
        self.sources.told(round.sources, self.parts.clock.elapsed());
        self.hand_on(round.outgoing).await?;
        self.position.reach(Some(last));
        Ok(())
    }

    async fn hand_on(&mut self, outgoing: Vec<(Shard, u64, Outgoing)>) -> Result<(), Error> {
        let is_new = |(shard, seq, _): &(Shard, u64, Outgoing)| {
            self.lanes.get(shard).is_none_or(|lane| *seq > lane.handed)
        };
        let outgoing: Vec<_> = outgoing.into_iter().filter(is_new).collect();
        if outgoing.is_empty() {
            return Ok(());
        }
        let handed = self.lanes.values().map(|lane| (lane.shard, lane.handed));
        let handed: BTreeMap<Shard, u64> = handed.collect();
        let fired = outgoing.iter().filter_map(|(_, _, out)| match out {
            Outgoing::Fired { alert } => Some(&alert.rule.id),
            _ => None,
        });
        self.parts.rules.count(fired);
        let last = hand_on(&mut self.queue, &handed, &outgoing).await?;
        for (shard, seq) in last {
            if let Some(lane) = self.lanes.get_mut(&shard) {
                lane.handed = seq;
            }
        }
        Ok(())
    }

    /// Only when nothing waits: a source whose messages are still to be read is not quiet.
    async fn say_who_is_quiet(&mut self) -> Result<(), Error> {
        let (now, at) = (self.parts.clock.elapsed(), self.parts.clock.now());
        let scope = &self.parts.scope;
        let messages = self.sources.quiet(scope, self.options.idle, now, at);
        self.queue.publish(Stream::Matches, messages).await?;
        if let Some(names) = self.sources.changed() {
            let context = Context::service(scope.clone(), "correlate", "sources heard of");
            let change = Change::progress().slot(SOURCES, names);
            self.parts.records.commit(&context, change).await?;
        }
        Ok(())
    }

    /// Keeps the leases.
    async fn renew(&mut self) -> Result<(), Error> {
        let now = self.parts.clock.elapsed();
        if now.saturating_sub(self.renewed) < LEASE / 3 {
            return Ok(());
        }
        self.renewed = now;
        self.report();
        for lane in self.lanes.values() {
            let name = lane.shard.number().to_string();
            let lease = self.parts.bus.acquire(&name, &self.holder, LEASE).await?;
            if lease.is_none_or(|lease| lease.epoch != lane.lease.epoch) {
                return Err(Error::ShardLost(lane.shard));
            }
        }
        Ok(())
    }

    fn report(&self) {
        let metrics = &self.parts.metrics;
        let stats = self.lanes.values().map(|lane| lane.windows.stats());
        let (mut groups, mut bytes, mut late) = (0, 0, 0);
        for stats in stats {
            groups += stats.groups;
            bytes += stats.bytes;
            late += stats.late;
        }
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        metrics.set(Metric::WindowGroups, &[], number(groups));
        metrics.set(Metric::WindowBytes, &[], number(bytes));
        metrics.set(
            Metric::LateMatches,
            &[],
            i64::try_from(late).unwrap_or(i64::MAX),
        );
        self.parts.health.set("correlate", Health::Ready);
    }
}

/// What waits, as much of it as a round takes.
async fn gather(consumer: &dyn Consumer) -> Result<Vec<Delivery>, Error> {
    let mut messages = consumer.fetch(FETCHED, Duration::from_millis(500)).await?;
    let mut more = messages.len();
    let mut bytes: usize = messages.iter().map(|it| it.body.len()).sum();
    while more == FETCHED && bytes < BYTES && messages.len() < MESSAGES {
        let some = consumer.fetch(FETCHED, Duration::ZERO).await?;
        more = some.len();
        bytes += some.iter().map(|it| it.body.len()).sum::<usize>();
        messages.extend(some);
    }
    Ok(messages)
}

fn load(
    store: &dyn WindowStore,
    program: &Program,
    (shard, lease, handed): (Shard, Lease, u64),
) -> Result<Lane, Error> {
    let head = store.open(shard, lease.epoch)?;
    let (mut restore, mut count) = (Restore::new(program.plan()), 0_u64);
    let mut read = Ok(());
    store.load(shard, &mut |key, value| {
        count += 1;
        if read.is_ok() {
            read = restore.put(key, value);
        }
    })?;
    let windows = read.and_then(|()| restore.finish());
    let windows = windows.map_err(Error::Windows)?;
    if count > 0 {
        info!(
            shard = shard.number(),
            keys = count,
            offset = head.offset,
            "windows are back"
        );
    }
    let mut lane = Lane::new(lease, shard, head, windows);
    lane.handed = lane.handed.max(handed);
    lane.retain(program);
    Ok(lane)
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::Evaluation)
}

/// One part's end is the others' end.
async fn stopping(
    part: impl Future<Output = Result<(), Error>>,
    shutdown: &Shutdown,
) -> Result<(), Error> {
    let ended = part.await;
    shutdown.cancel();
    ended
}
