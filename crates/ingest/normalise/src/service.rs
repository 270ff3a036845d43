//! The lanes of the shards that this process owns, started and stopped as they come and go.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{BusHandle, Changed, ConsumerOptions, Lease, Shares};
use aurora_model::{SHARDS, Scope, Shard, Stream, Subject};
use aurora_parsers::Registry;
use aurora_records::Records;
use aurora_tasks::Shutdown;
use aurora_telemetry::Metrics;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use tracing::info;

use crate::Error;
use crate::lane::{End, Lane, MESSAGES, Work};

/// Groups of messages in work at a time.
const ROOM: usize = 8;
/// Before a shard is tried again whose work was somebody else's.
const AGAIN: Duration = Duration::from_millis(500);

/// How the normaliser works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    pub dedupe: aurora_dedupe::Options,
    /// How long the shards of a process that says nothing stay its own.
    pub lease: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            dedupe: aurora_dedupe::Options::default(),
            lease: Duration::from_secs(15),
        }
    }
}

/// A worker on the raw shards, alone or among others.
#[derive(Debug)]
pub struct Normaliser {
    work: Arc<Work>,
    shares: Shares,
    lanes: JoinSet<(usize, Result<End, Error>)>,
    stops: BTreeMap<usize, Shutdown>,
    /// Shards whose lanes are to end so that another worker can have them.
    giving: BTreeSet<usize>,
}

impl Normaliser {
    /// A worker called `worker`, a name that no other has.
    pub fn new(
        options: Options,
        worker: String,
        scope: Scope,
        bus: BusHandle,
        records: Arc<dyn Records>,
        registry: Arc<Registry>,
        metrics: Metrics,
    ) -> Self {
        let count = usize::from(SHARDS);
        Self {
            shares: Shares::new(bus.clone(), "raw", count, worker, options.lease),
            work: Arc::new(Work {
                dedupe: options.dedupe,
                scope,
                bus,
                records,
                registry,
                metrics,
                room: Arc::new(Semaphore::new(ROOM)),
            }),
            lanes: JoinSet::new(),
            stops: BTreeMap::new(),
            giving: BTreeSet::new(),
        }
    }

    /// The durable consumers it reads through, one for each shard.
    pub fn consumers() -> impl Iterator<Item = ConsumerOptions> {
        (0..SHARDS).map(Shard::numbered).map(consumer)
    }

    /// The one consumer of all shards, as sites had it before shards could be shared. It holds back
    /// what the others have settled, until it is deleted.
    pub fn former_consumer() -> (Stream, &'static str) {
        (Stream::Raw, "normalise")
    }

    /// Works until shutdown.
    ///
    /// # Errors
    /// When the bus or the records store fails.
    pub async fn run(mut self, shutdown: Shutdown) -> Result<(), Error> {
        let worked = self.work_until(&shutdown).await;
        self.stops.values().for_each(Shutdown::cancel);
        let mut ended = Ok(());
        while let Some(lane) = self.lanes.join_next().await {
            let (_, lane) = lane.map_err(Error::Lane)?;
            ended = ended.and(lane.map(drop));
        }
        match self.shares.leave().await {
            Ok(()) | Err(aurora_bus::Error::Closed) => worked.and(ended),
            Err(error) => worked.and(ended).and(Err(error.into())),
        }
    }

    async fn work_until(&mut self, shutdown: &Shutdown) -> Result<(), Error> {
        let mut next = Instant::now();
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                Some(ended) = self.lanes.join_next() => {
                    let (shard, ended) = ended.map_err(Error::Lane)?;
                    self.ended(shard, ended?).await?;
                }
                () = sleep_until(next) => {
                    let changed = tokio::select! {
                        () = shutdown.cancelled() => return Ok(()),
                        changed = self.shares.look() => changed?,
                    };
                    next = Instant::now() + self.shares.next(&changed);
                    self.heed(changed);
                }
            }
        }
    }

    fn heed(&mut self, changed: Changed) {
        let Changed {
            taken, give, lost, ..
        } = changed;
        if !(taken.is_empty() && give.is_empty() && lost.is_empty()) {
            let (taken, given, lost) = (taken.len(), give.len(), lost.len());
            info!(taken, given, lost, "raw shards change hands");
        }
        for shard in give.iter().chain(&lost) {
            if let Some(stop) = self.stops.get(shard) {
                stop.cancel();
            }
        }
        self.giving.extend(give);
        for shard in taken {
            // One that was lost and is back begins when its old lane has ended.
            if !self.stops.contains_key(&shard) {
                self.start(shard, Duration::ZERO);
            }
        }
    }

    fn start(&mut self, shard: usize, after: Duration) {
        let Some(fence) = self.shares.lease(shard).map(Lease::fence) else {
            return;
        };
        let (work, stop) = (self.work.clone(), Shutdown::new());
        self.stops.insert(shard, stop.clone());
        let number = u16::try_from(shard).unwrap_or_default();
        self.lanes.spawn(async move {
            sleep(after).await;
            let lane = Lane::run(work, Shard::numbered(number), fence, stop);
            (shard, lane.await)
        });
    }

    async fn ended(&mut self, shard: usize, end: End) -> Result<(), Error> {
        self.stops.remove(&shard);
        if self.giving.remove(&shard) {
            self.shares.give(shard).await?;
        }
        let after = match end {
            End::Stopped => Duration::ZERO,
            End::Moved => AGAIN,
        };
        // One that is still, or again, its own.
        self.start(shard, after);
        Ok(())
    }
}

/// The durable consumer of one shard.
pub(crate) fn consumer(shard: Shard) -> ConsumerOptions {
    ConsumerOptions {
        name: format!("normalise-{}", shard.number()),
        stream: Stream::Raw,
        filters: vec![Subject::raw(shard).to_string()],
        max_in_flight: MESSAGES * 4,
        ack_wait: Duration::from_secs(600),
    }
}
