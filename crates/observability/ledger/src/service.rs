use std::sync::Arc;

use aurora_bus::{BusHandle, ConsumerOptions};
use aurora_clock::Clock;
use aurora_model::{Scope, Stream};
use aurora_records::Records;
use aurora_tasks::Shutdown;
use aurora_telemetry::Metrics;

use crate::count::{self, Count};
use crate::pin::Pin;
use crate::{Error, Handle, Options};

/// Counts what is received, keeps on the bus what a report needs to see, and sets the metrics.
#[derive(Debug)]
pub struct Ledger {
    handle: Handle,
    metrics: Metrics,
}

impl Ledger {
    /// `scope` is the one in which the site's services keep their checkpoints and counters.
    pub fn new(
        options: Options,
        scope: Scope,
        bus: BusHandle,
        records: Arc<dyn Records>,
        clock: Arc<dyn Clock>,
        metrics: Metrics,
    ) -> Self {
        let handle = Handle::new(options, scope, bus, records, clock);
        Self { handle, metrics }
    }

    /// Its places on the bus: every message is kept until the ledger has seen to it. Open them
    /// before anything else consumes RAW, EVENTS or DEADLETTER for the first time.
    pub fn consumers() -> [ConsumerOptions; 3] {
        [Stream::Raw, Stream::Events, Stream::DeadLetter].map(count::consumer_options)
    }

    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Works until shutdown.
    ///
    /// # Errors
    /// When the bus or the records store fails, or another ledger counts the same stream.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        let Self { handle, metrics } = self;
        let count = Count::open(&handle).await?;
        let events = Pin::open(&handle.bus, Stream::Events).await?;
        let dead_letters = Pin::open(&handle.bus, Stream::DeadLetter).await?;
        tokio::select! {
            // Stopping between a commit and its acknowledgement is harmless: what is delivered
            // again is not counted again.
            () = shutdown.cancelled() => Ok(()),
            stopped = count.run() => stopped,
            stopped = events.run(&handle) => stopped,
            stopped = dead_letters.run(&handle) => stopped,
            stopped = handle.show_for_ever(&metrics) => stopped,
        }
    }
}
