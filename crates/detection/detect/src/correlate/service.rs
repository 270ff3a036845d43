use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aurora_artifacts::Artifacts;
use aurora_bus::{BusHandle, Consumer, Delivery, Tracked};
use aurora_clock::Clock;
use aurora_correlation::Restore;
use aurora_events::Events;
use aurora_model::{Context, Scope, Shard, Stream};
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
use super::shared::{Board, Size, consumers};
use super::snapshot::{Position, Snapshots};
use crate::openings::Openings;
use crate::queue::Queue;
use crate::rule_handle::InForce;
use crate::sharing::{Hold, Part};
use crate::triage::State;
use crate::{Error, RuleHandle};
use aurora_rules::Program;

const SOURCES: &str = "correlate/sources";
/// Messages of a round at most. When much waits, rounds are long: a group's state is then written once
/// for many of its events.
const MESSAGES: usize = 4_096;
/// No more is fetched for a round that has so many bytes of bodies.
const BYTES: usize = 16 << 20;
/// Messages fetched at a time.
const FETCHED: usize = 256;
/// Between two reports of how large windows are.
const REPORT: Duration = Duration::from_secs(10);

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
    /// Whether a part whose snapshot is lost begins anew, with what the stream and the event store still
    /// have. Else nobody works on it until the snapshot is there again.
    pub rebuild_lost: bool,
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
            rebuild_lost: false,
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

/// The owner of a part's windows.
#[derive(Debug)]
pub(super) struct Owner {
    part: Part,
    options: Options,
    parts: Parts,
    queue: Queue,
    lanes: Lanes,
    sources: Sources,
    board: Arc<Board>,
    /// Of the store's shards.
    epoch: u64,
    /// The rules that the lanes were last told of.
    force: InForce,
    position: Position,
    reported: Duration,
}

/// The way into the queue of alerts.
pub(super) fn queue(parts: &Parts, group_window: Duration, hold: &Hold) -> Queue {
    Queue {
        scope: parts.scope.clone(),
        bus: parts.bus.clone(),
        records: parts.records.clone(),
        clock: parts.clock.clone(),
        metrics: parts.metrics.clone(),
        role: "correlate",
        state: State {
            window: group_window,
            ..State::default()
        },
        openings: Openings::default(),
        hold: hold.clone(),
    }
}

impl Owner {
    /// `parts.windows` is the store of this part, which nobody else writes to under this epoch.
    pub(super) fn new(
        part: Part,
        options: Options,
        parts: Parts,
        (hold, epoch): (&Hold, u64),
        board: Arc<Board>,
    ) -> Self {
        Self {
            queue: queue(&parts, options.group_window, hold),
            lanes: Lanes::new(),
            sources: Sources::default(),
            force: parts.rules.in_force(),
            position: Position::default(),
            reported: Duration::ZERO,
            part,
            options,
            parts,
            board,
            epoch,
        }
    }

    /// Works until shutdown.
    ///
    /// # Errors
    /// When the bus or a store fails, or another process took the part over.
    pub(super) async fn run(self, shutdown: &Shutdown) -> Result<(), Error> {
        let [working, holding] = consumers(self.part);
        let bus = &self.parts.bus;
        let working = Arc::new(Tracked::new(bus.consumer(working).await?));
        let holding = Arc::new(Tracked::new(bus.consumer(holding).await?));
        let worked = self.work_through(&working, &holding, shutdown).await;
        // Whoever owns the part next is given them at once.
        let given = working.give_back().await.and(holding.give_back().await);
        worked.and(given.map_err(Error::from))
    }

    async fn work_through(
        mut self,
        working: &Tracked,
        holding: &Arc<Tracked>,
        shutdown: &Shutdown,
    ) -> Result<(), Error> {
        let held = (self.part, &self.queue.hold);
        let position = self.position.clone();
        let opened = Snapshots::open(held, &self.options, &self.parts, position, holding.clone());
        let mut snapshots = opened.await?;
        if self.begin(&mut snapshots, shutdown).await? {
            self.work_with(snapshots, working, shutdown).await?;
        }
        Ok(())
    }

    /// Makes the windows what they were; `false` when the end came first.
    async fn begin(
        &mut self,
        snapshots: &mut Snapshots,
        shutdown: &Shutdown,
    ) -> Result<bool, Error> {
        snapshots.restore().await?;
        self.start().await?;
        while !shutdown.is_cancelled() {
            let missed = snapshots.missed().await?;
            if missed.is_empty() {
                return Ok(true);
            }
            let (taken, ahead) = tokio::join!(self.take(missed), snapshots.look_ahead());
            taken.and(ahead)?;
        }
        Ok(false)
    }

    async fn work_with(
        self,
        snapshots: Snapshots,
        working: &Tracked,
        shutdown: &Shutdown,
    ) -> Result<(), Error> {
        let shutdown = shutdown.child_token();
        let hold = self.queue.hold.clone();
        let queue = queue(&self.parts, self.options.group_window, &hold);
        let judge = Judge::new(self.part, self.parts.clone(), queue);
        let told = self.parts.rules.swapped();
        let (worked, judged, kept) = tokio::join!(
            stopping(self.work(working, shutdown.clone()), &shutdown),
            stopping(judge.run(told, shutdown.clone()), &shutdown),
            stopping(snapshots.run(shutdown.clone()), &shutdown),
        );
        worked.and(judged).and(kept)
    }

    async fn work(mut self, consumer: &Tracked, shutdown: Shutdown) -> Result<(), Error> {
        loop {
            let messages = tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                messages = gather(consumer) => messages?,
            };
            self.report_now_and_then();
            let waits = messages.len() >= FETCHED;
            let seqs: Vec<u64> = messages.iter().map(|message| message.seq).collect();
            self.take(messages).await?;
            consumer.ack(&seqs).await?;
            if !waits && self.part.is_first() {
                self.say_who_is_quiet().await?;
            }
        }
    }

    /// Opens every shard that has state, and hands on what an earlier process left in outboxes.
    async fn start(&mut self) -> Result<(), Error> {
        let now = self.parts.clock.elapsed();
        let kept = self.parts.records.slot(&self.parts.scope, SOURCES).await?;
        self.sources = Sources::restore(kept, now);
        let (store, shards) = (self.parts.windows.clone(), self.part.shards());
        let known = blocking(move || {
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

    /// Takes shards over, as the store has them.
    async fn open(&mut self, shards: &BTreeSet<Shard>) -> Result<(), Error> {
        let new = shards
            .iter()
            .filter(|shard| !self.lanes.contains_key(shard));
        let new: Vec<Shard> = new.copied().collect();
        let mut claims = Vec::with_capacity(new.len());
        for shard in new {
            claims.push((shard, self.epoch, self.handed(shard).await?));
        }
        let shares = claims.len().div_ceil(self.options.threads.max(1)).max(1);
        let share = |claims: &[(Shard, u64, u64)]| {
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
        let wanted = messages.iter().filter_map(shard_of);
        let wanted: BTreeSet<Shard> = wanted.filter(|shard| self.part.has(*shard)).collect();
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
            let change = self.queue.hold.on(Change::progress().slot(SOURCES, names));
            self.parts.records.commit(&context, change).await?;
        }
        Ok(())
    }

    fn report_now_and_then(&mut self) {
        let now = self.parts.clock.elapsed();
        if now.saturating_sub(self.reported) >= REPORT {
            self.reported = now;
            self.report();
        }
    }

    fn report(&self) {
        let mut size = Size::default();
        for stats in self.lanes.values().map(|lane| lane.windows.stats()) {
            size.groups += stats.groups;
            size.bytes += stats.bytes;
            size.late += stats.late;
        }
        self.board.report(self.part, size, &self.parts.metrics);
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
    (shard, epoch, handed): (Shard, u64, u64),
) -> Result<Lane, Error> {
    let head = store.open(shard, epoch)?;
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
    let mut lane = Lane::new(shard, head, windows);
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
