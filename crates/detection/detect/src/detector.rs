use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{BusHandle, ConsumerOptions, Lanes, Shares};
use aurora_clock::Clock;
use aurora_indicators::IndicatorHandle;
use aurora_model::{Scope, Stream};
use aurora_records::Records;
use aurora_tasks::Shutdown;
use aurora_telemetry::Metrics;
use tokio::sync::Semaphore;

use crate::lane::{Lane, Work};
use crate::sharing::{Part, Sharing};
use crate::{Error, Options, RuleHandle};

const CONSUMER: &str = "detect";

/// Evaluates every event against every rule that concerns it, alone or among others.
#[derive(Debug)]
pub struct Detector {
    work: Work,
    sharing: Sharing,
}

impl Detector {
    pub fn new(
        options: Options,
        scope: Scope,
        bus: BusHandle,
        records: Arc<dyn Records>,
        rules: RuleHandle,
        clock: Arc<dyn Clock>,
        metrics: Metrics,
    ) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let work = Work {
            options,
            scope,
            bus,
            records,
            rules,
            indicators: IndicatorHandle::default(),
            clock,
            metrics,
            room: Arc::new(Semaphore::new(cores)),
        };
        Self {
            work,
            sharing: Sharing::alone(),
        }
    }

    /// Looks for these indicators in every event as well.
    #[must_use]
    pub fn with_indicators(mut self, indicators: IndicatorHandle) -> Self {
        self.work.indicators = indicators;
        self
    }

    /// Works on a share of the events.
    #[must_use]
    pub fn shared(mut self, sharing: Sharing) -> Self {
        self.sharing = sharing;
        self
    }

    /// The durable consumer that a worker alone reads through.
    pub fn consumer() -> ConsumerOptions {
        consumer(Part::WHOLE)
    }

    /// That of each part.
    pub fn consumers_of(parts: u16) -> impl Iterator<Item = ConsumerOptions> {
        Part::all(parts).map(consumer)
    }

    /// The one consumer of all events, as sites had it before events could be shared. It holds back what
    /// the others have settled, until it is deleted.
    pub fn former_consumer() -> (Stream, &'static str) {
        (Stream::Events, CONSUMER)
    }

    /// Works until shutdown.
    ///
    /// # Errors
    /// When the bus or the records store fails.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        let (parts, work) = (self.sharing.parts, Arc::new(self.work));
        let shares: Shares = self.sharing.shares(&work.bus, "events");
        let lanes = Lanes::new(shares, move |number, lease, stop| {
            let part = Part::numbered(number, parts);
            Box::pin(Lane::run(work.clone(), part, lease, stop))
        });
        lanes.run(shutdown).await
    }
}

/// The durable consumer of one part. Its first one also reads what was published before the subjects of
/// events named their shard.
pub(crate) fn consumer(part: Part) -> ConsumerOptions {
    let of_shards = part
        .shards()
        .map(|shard| format!("aurora.events.*.*.{}", shard.number()));
    let former = part.is_first().then(|| "aurora.events.*.*".to_owned());
    let filters = if part.is_whole() {
        Vec::new()
    } else {
        former.into_iter().chain(of_shards).collect()
    };
    ConsumerOptions {
        name: part.consumer(CONSUMER),
        stream: Stream::Events,
        filters,
        max_in_flight: 256,
        ack_wait: Duration::from_secs(600),
    }
}
