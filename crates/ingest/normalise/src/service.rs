//! A worker on the raw shards.

use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{BusHandle, ConsumerOptions, Lanes, Shares};
use aurora_model::{SHARDS, Scope, Shard, Stream, Subject};
use aurora_parsers::Registry;
use aurora_records::Records;
use aurora_tasks::Shutdown;
use aurora_telemetry::Metrics;
use tokio::sync::Semaphore;

use crate::lane::{Lane, MESSAGES, Work};
use crate::{ByContent, Error};

/// Groups of messages in work at a time.
const ROOM: usize = 8;

/// How the normaliser works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub dedupe: aurora_dedupe::Options,
    /// Sources whose records are known by what they say.
    pub by_content: ByContent,
    /// How long the shards of a process that says nothing stay its own.
    pub lease: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            dedupe: aurora_dedupe::Options::default(),
            by_content: ByContent::default(),
            lease: Duration::from_secs(15),
        }
    }
}

/// A worker on the raw shards, alone or among others.
pub struct Normaliser {
    work: Arc<Work>,
    shares: Shares,
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
                by_content: options.by_content,
                scope,
                bus,
                records,
                registry,
                metrics,
                room: Arc::new(Semaphore::new(ROOM)),
            }),
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
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        let work = self.work;
        let lanes = Lanes::new(self.shares, move |shard, lease, stop| {
            let number = u16::try_from(shard).unwrap_or_default();
            let lane = Lane::run(work.clone(), Shard::numbered(number), lease.fence(), stop);
            Box::pin(lane)
        });
        lanes.run(shutdown).await
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
