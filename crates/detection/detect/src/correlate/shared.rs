//! Correlations shared by processes: each owns the windows of some parts, one [`Owner`] a part.
//!
//! A part's windows are in a store of their own, where its owner works. They move with the part: the
//! next owner takes the newest snapshot and repeats what came after it, unless his own store is the one
//! that was written last, as after a restart.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aurora_bus::{ConsumerOptions, End, Lanes, Lease};
use aurora_codes::Code;
use aurora_model::{Context, Stream, Subject};
use aurora_tasks::Shutdown;
use aurora_telemetry::{Metric, Metrics};
use aurora_window_state::WindowStore;
use tracing::{error, info};

use super::service::{Options, Owner, Parts, blocking};
use super::snapshot::{HELD, Snapshots};
use crate::Error;
use crate::sharing::{Hold, Part, Sharing, ended};

const CONSUMER: &str = "correlate";
/// Who owns a part, and where its windows were written last.
const OWNER: &str = "correlate/owner";
/// Before there were parts, every shard of windows had a lease of its own; the epochs of parts are later
/// than theirs.
const PARTS: u64 = 1 << 32;

/// Where one process keeps the windows of each part.
pub trait WindowStores: Send + Sync + fmt::Debug {
    /// Opens the store of a part, or gives out the one that is open. It blocks.
    ///
    /// # Errors
    /// When storage fails.
    fn open(&self, part: Part) -> Result<Kept, aurora_window_state::Error>;
}

/// A part's store.
#[derive(Clone, Debug)]
pub struct Kept {
    pub store: Arc<dyn WindowStore>,
    /// What this place is called; no other is, and it keeps its name over restarts.
    pub place: String,
}

/// The one store of a process that works alone.
#[derive(Debug)]
struct Only(Arc<dyn WindowStore>);

impl WindowStores for Only {
    fn open(&self, _: Part) -> Result<Kept, aurora_window_state::Error> {
        Ok(Kept {
            store: self.0.clone(),
            place: "site".to_owned(),
        })
    }
}

/// How large the windows of a part are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    pub(super) groups: usize,
    pub(super) bytes: usize,
    pub(super) late: u64,
}

/// What a process's parts come to together.
#[derive(Debug, Default)]
pub(super) struct Board(Mutex<BTreeMap<Part, Size>>);

impl Board {
    pub(super) fn report(&self, part: Part, size: Size, metrics: &Metrics) {
        self.change(metrics, |sizes| sizes.extend([(part, size)]));
    }

    fn left(&self, part: Part, metrics: &Metrics) {
        self.change(metrics, |sizes| sizes.retain(|known, _| *known != part));
    }

    fn change(&self, metrics: &Metrics, change: impl FnOnce(&mut BTreeMap<Part, Size>)) {
        let mut sizes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut sizes);
        let mut all = Size::default();
        for size in sizes.values() {
            all.groups += size.groups;
            all.bytes += size.bytes;
            all.late += size.late;
        }
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        metrics.set(Metric::WindowGroups, &[], number(all.groups));
        metrics.set(Metric::WindowBytes, &[], number(all.bytes));
        let late = i64::try_from(all.late).unwrap_or(i64::MAX);
        metrics.set(Metric::LateMatches, &[], late);
    }
}

/// A worker on the windows of correlations, alone or among others.
#[derive(Debug)]
pub struct Correlate {
    work: Work,
    sharing: Sharing,
}

#[derive(Debug)]
pub(super) struct Work {
    pub(super) options: Options,
    pub(super) parts: Parts,
    pub(super) stores: Arc<dyn WindowStores>,
    pub(super) board: Arc<Board>,
}

/// A part that is ours, with its store and its folder.
pub(super) struct Taken {
    pub(super) hold: Hold,
    pub(super) options: Options,
    pub(super) parts: Parts,
}

impl Correlate {
    /// The owner of all windows, in the one store of `parts`.
    pub fn new(options: Options, parts: Parts) -> Self {
        let work = Work {
            options,
            stores: Arc::new(Only(parts.windows.clone())),
            parts,
            board: Arc::default(),
        };
        Self {
            work,
            sharing: Sharing::alone(),
        }
    }

    /// Owns a share of the windows, each part in a store of its own.
    #[must_use]
    pub fn shared(mut self, sharing: Sharing, stores: Arc<dyn WindowStores>) -> Self {
        (self.work.stores, self.sharing) = (stores, sharing);
        self
    }

    /// The durable consumers that a worker alone reads through: the one that works, and the one that
    /// holds what a snapshot does not cover yet.
    pub fn consumers() -> [ConsumerOptions; 2] {
        consumers(Part::WHOLE)
    }

    /// The one whose acknowledgements say how far correlations have come.
    pub fn consumer() -> ConsumerOptions {
        let [working, _] = Self::consumers();
        working
    }

    /// Those of each part.
    pub fn consumers_of(parts: u16) -> impl Iterator<Item = [ConsumerOptions; 2]> {
        Part::all(parts).map(consumers)
    }

    /// Those of all windows, as sites had them before windows could be shared. They hold back what the
    /// others have settled, until they are deleted.
    pub fn former_consumers() -> [(Stream, &'static str); 2] {
        [CONSUMER, Snapshots::CONSUMER].map(|name| (Stream::Matches, name))
    }

    /// Works until shutdown.
    ///
    /// # Errors
    /// When the bus or a store fails.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        let (count, work) = (self.sharing.parts, Arc::new(self.work));
        let shares = self.sharing.shares(&work.parts.bus, "windows");
        let lanes = Lanes::new(shares, move |number, lease, stop| {
            let (work, part) = (work.clone(), Part::numbered(number, count));
            Box::pin(async move { work.own(part, &lease, &stop).await })
        });
        lanes.run(shutdown).await
    }
}

impl Work {
    async fn own(&self, part: Part, lease: &Lease, stop: &Shutdown) -> Result<End, Error> {
        let worked = match self.take_over(part, lease).await {
            Ok(owner) => owner.run(stop).await,
            Err(error) => Err(error),
        };
        self.board.left(part, &self.parts.metrics);
        match worked {
            Err(error @ Error::Unrestorable { .. }) => {
                self.wait_for_snapshot(part, &error, stop).await;
                Ok(End::Stopped)
            }
            worked => ended(worked),
        }
    }

    /// The other parts go on. An operator brings the snapshot back, or has the part do without.
    async fn wait_for_snapshot(&self, part: Part, error: &Error, stop: &Shutdown) {
        let (part, reason) = (part.number(), aurora_tasks::chain(error));
        error!(
            code = %Code::WindowsLost, part, reason,
            "nobody works on a part of the windows; tried again"
        );
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(self.options.snapshot_every) => {}
        }
    }

    async fn take_over(&self, part: Part, lease: &Lease) -> Result<Owner, Error> {
        let Taken {
            hold,
            options,
            parts,
        } = self.claim(part, lease).await?;
        let held = (&hold, PARTS + lease.epoch);
        Ok(Owner::new(part, options, parts, held, self.board.clone()))
    }

    /// What stands in this process's store counts only if nobody has written the part elsewhere since.
    pub(super) async fn claim(&self, part: Part, lease: &Lease) -> Result<Taken, Error> {
        let (records, scope) = (self.parts.records.as_ref(), &self.parts.scope);
        let stores = self.stores.clone();
        let Kept { store, place } = blocking(move || stores.open(part)).await??;
        let slot = part.slot(OWNER);
        let last = Hold::last(records, scope, &slot).await?;
        let elsewhere = last
            .as_ref()
            .is_some_and(|last| last.note() != place.as_bytes());
        if elsewhere {
            let (store, shards) = (store.clone(), part.shards().collect::<Vec<_>>());
            blocking(move || store.forget(&shards)).await??;
            info!(part = part.number(), "windows move here");
        }
        let context = Context::service(
            scope.clone(),
            "correlate",
            "a part of the windows taken over",
        );
        let place = place.into_bytes();
        let hold = Hold::take(records, &context, &slot, last.as_ref(), lease, place).await?;
        let scratch = self.options.scratch.join(part.consumer("part"));
        let options = Options {
            scratch: if part.is_whole() {
                self.options.scratch.clone()
            } else {
                scratch
            },
            ..self.options.clone()
        };
        let parts = Parts {
            windows: store,
            ..self.parts.clone()
        };
        Ok(Taken {
            hold,
            options,
            parts,
        })
    }
}

pub(super) fn consumers(part: Part) -> [ConsumerOptions; 2] {
    let of_shards = part.shards().map(Subject::matches_of);
    let filters: Vec<String> = if part.is_whole() {
        Vec::new()
    } else {
        let all = of_shards.chain([Subject::matches_progress()]);
        all.map(|subject| subject.to_string()).collect()
    };
    let named = |name, max_in_flight| ConsumerOptions {
        name: part.consumer(name),
        stream: Stream::Matches,
        filters: filters.clone(),
        max_in_flight,
        ack_wait: Duration::from_secs(600),
    };
    [named(CONSUMER, 100_000), named(Snapshots::CONSUMER, HELD)]
}
