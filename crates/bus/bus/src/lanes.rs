//! The work on the shards that a process owns, started and stopped as they come and go.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::time::Duration;

use aurora_tasks::Shutdown;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep, sleep_until};
use tracing::{info, warn};

use crate::{Changed, Error, Lease, Shares};

/// Before a shard is tried again whose work was somebody else's.
const AGAIN: Duration = Duration::from_millis(500);

/// How the work on a shard ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It was told to, and nothing is half done.
    Stopped,
    /// Somebody else works on the shard, or did: what was begun here counts for nothing.
    Moved,
}

/// One shard's work, until it is told to stop or the shard has moved.
pub type Lane<E> = Pin<Box<dyn Future<Output = Result<End, E>> + Send>>;

/// A worker on shards, alone or among others.
pub struct Lanes<E> {
    shares: Shares,
    start: Box<dyn Fn(usize, Lease, Shutdown) -> Lane<E> + Send + Sync>,
    running: JoinSet<(usize, Result<End, E>)>,
    stops: BTreeMap<usize, Shutdown>,
    /// Shards whose lanes are to end so that another worker can have them.
    giving: BTreeSet<usize>,
    /// The last look found no room to note a lease.
    is_full: bool,
}

impl<E: From<Error> + Send + 'static> Lanes<E> {
    /// `start` begins the work on a shard under a lease.
    pub fn new(
        shares: Shares,
        start: impl Fn(usize, Lease, Shutdown) -> Lane<E> + Send + Sync + 'static,
    ) -> Self {
        Self {
            shares,
            start: Box::new(start),
            running: JoinSet::new(),
            stops: BTreeMap::new(),
            giving: BTreeSet::new(),
            is_full: false,
        }
    }

    /// Works until shutdown; then everything is given back.
    ///
    /// # Errors
    /// When the bus or a lane fails; the other lanes have ended by then.
    pub async fn run(mut self, shutdown: Shutdown) -> Result<(), E> {
        let worked = self.work_until(&shutdown).await;
        self.stops.values().for_each(Shutdown::cancel);
        let mut ended = Ok(());
        while let Some(lane) = self.running.join_next().await {
            let (_, lane) = joined(lane);
            ended = ended.and(lane.map(drop));
        }
        match self.shares.leave().await {
            Ok(()) | Err(Error::Closed) => worked.and(ended),
            Err(error) => worked.and(ended).and(Err(error.into())),
        }
    }

    async fn work_until(&mut self, shutdown: &Shutdown) -> Result<(), E> {
        let mut next = Instant::now();
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                Some(ended) = self.running.join_next() => {
                    let (shard, ended) = joined(ended);
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
            taken,
            give,
            lost,
            no_room,
            ..
        } = changed;
        if no_room && !self.is_full {
            let shards = self.shares.name();
            warn!(
                shards,
                "the bus has no room to note who works on what; free some space on its device"
            );
        }
        self.is_full = no_room;
        if !(taken.is_empty() && give.is_empty() && lost.is_empty()) {
            let (taken, given, lost) = (taken.len(), give.len(), lost.len());
            let shards = self.shares.name();
            info!(shards, taken, given, lost, "shards change hands");
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
                self.begin(shard, Duration::ZERO);
            }
        }
    }

    fn begin(&mut self, shard: usize, after: Duration) {
        let Some(lease) = self.shares.lease(shard).cloned() else {
            return;
        };
        let stop = Shutdown::new();
        self.stops.insert(shard, stop.clone());
        let lane = (self.start)(shard, lease, stop);
        self.running.spawn(async move {
            sleep(after).await;
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
            End::Moved => {
                let shards = self.shares.name();
                warn!(shards, shard, "the work on a shard was somebody else's");
                AGAIN
            }
        };
        // One that is still, or again, its own.
        self.begin(shard, after);
        Ok(())
    }
}

/// Lanes are not aborted, so that what cut one off is a panic: the worker's own.
fn joined<T>(lane: Result<T, JoinError>) -> T {
    lane.unwrap_or_else(|cut_off| std::panic::resume_unwind(cut_off.into_panic()))
}
