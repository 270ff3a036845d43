//! A process beside a site that shares its work.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{Bus, BusHandle, Capability};
use aurora_clock::{Clock, SystemClock};
use aurora_model::{Scope, SiteId};
use aurora_normalise::Normaliser;
use aurora_parsers::Registry;
use aurora_records::Records;
use aurora_records_sqlite::SqliteRecords;
use aurora_secrets::SiteIdentity;
use aurora_tasks::{Shutdown, Tasks};
use aurora_telemetry::Metrics;
use tracing::info;

use crate::roles::{normalise_options, worker_name};
use crate::{DataDir, Error, SiteConfig};

/// Time to end what is in work.
const PATIENCE: Duration = Duration::from_secs(20);

/// The ingest role in a process of its own: a share of the raw shards of a site whose bus is NATS. The
/// site's data directory is also its own, but only the site owns it.
pub struct Worker {
    name: String,
    bus: Arc<dyn Bus>,
    records: Arc<dyn Records>,
    tasks: Tasks,
}

impl Worker {
    /// Joins the site that lives in `root`.
    ///
    /// # Errors
    /// When there is no such site, or its bus is not one that processes share.
    pub async fn ingest(config: &SiteConfig, root: &Path) -> Result<Self, Error> {
        DataDir::beside(root)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let identity = SiteIdentity::open(&root.join("keys"), clock.now())?;
        let bus = crate::bus::beside(config, root, "normalise").await?;
        let records = SqliteRecords::open(&root.join("records.sqlite"), clock).await?;
        let worker = Self {
            name: worker_name("worker"),
            bus,
            records: Arc::new(records),
            tasks: Tasks::new(),
        };
        let normaliser = Normaliser::new(
            normalise_options(config),
            worker.name.clone(),
            Scope::of(SiteId(identity.id)),
            BusHandle::new(worker.bus.clone(), Capability::of("normalise")?),
            worker.records.clone(),
            Arc::new(Registry::new()?),
            Metrics::new(),
        );
        let shutdown = worker.tasks.shutdown();
        worker.tasks.spawn("normalise", normaliser.run(shutdown));
        info!(worker = worker.name, site = %identity.id, "sharing the site's raw shards");
        Ok(worker)
    }

    /// Cancelled when the worker was told to stop, or its work failed.
    pub fn stopping(&self) -> Shutdown {
        self.tasks.shutdown()
    }

    /// Ends its work and gives its shards to the others.
    ///
    /// # Errors
    /// The failure of its work, or of a store.
    pub async fn stop(self) -> Result<(), Error> {
        let ended = self.tasks.stop(PATIENCE).await;
        self.bus.close().await?;
        self.records.close().await?;
        info!(worker = self.name, "the worker has stopped");
        Ok(ended?)
    }
}
