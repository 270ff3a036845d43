//! A collector in this process: the feeds of a site, a buffer instead of its stores.

mod config;
mod normalise;
mod programs;
mod refining;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{Bus, BusHandle, Capability};
use aurora_clock::{Clock, SystemClock};
use aurora_collector::{Collector as Forwarding, Enrolment, Refine, Snapshot, Status, Stores};
use aurora_follow::Outlet;
use aurora_listeners::{Acceptor, syslog};
use aurora_model::{Scope, SiteId, SourceName};
use aurora_records::Records;
use aurora_records_sqlite::SqliteRecords;
use aurora_secrets::{Secret, SiteIdentity};
use aurora_tasks::{Shutdown, Tasks};
use aurora_telemetry::Metrics;
use tokio::io::AsyncReadExt as _;
use tracing::info;

pub use config::CollectorConfig;

use crate::{DataDir, Error};
use refining::Refining;

/// Time to end what is in work.
const PATIENCE: Duration = Duration::from_secs(15);
/// The buffer is freed in steps of this size at most.
const SEGMENT_BYTES: u64 = 16 << 20;

/// A running collector.
pub struct Collector {
    buffer: Arc<dyn Bus>,
    records: Arc<dyn Records>,
    tasks: Tasks,
    status: Status,
    syslog: Option<std::net::SocketAddr>,
    _data: DataDir,
}

impl Collector {
    /// Starts it on what an earlier one left in `root`.
    ///
    /// # Errors
    /// When the settings cannot be used, another process owns `root`, or a listener cannot be bound.
    pub async fn start(config: CollectorConfig, root: &Path) -> Result<Self, Error> {
        let data = DataDir::open(root)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        // Every collector has an identity, from which nothing at a site is derived but names.
        let identity = SiteIdentity::open(&data.join("keys"), clock.now())?;
        let scope = Scope::of(SiteId(identity.id));
        let refine = Refining::of(&config)?;
        let inner = buffer(&config, &data, &clock).await?;
        let records = SqliteRecords::open(&data.join("records.sqlite"), clock.clone()).await?;
        let records: Arc<dyn Records> = Arc::new(records);
        let stores = Stores {
            buffer: inner.clone(),
            records: records.clone(),
        };
        let options = aurora_collector::Options {
            site: config.site.clone(),
            buffer: config.buffer.clone(),
            enrolment: Self::enrolment(root),
        };
        let refine = refine.map(|refining| Arc::new(refining) as Arc<dyn Refine>);
        let host = aurora_follow::this_host();
        let opened = Forwarding::open(options, scope.clone(), stores, &host, clock.clone(), refine);
        let collector = opened.await?;
        let mut started = Self {
            buffer: inner,
            records,
            tasks: Tasks::new(),
            status: collector.status(),
            syslog: None,
            _data: data,
        };
        started.feed(&config, &collector, scope, clock).await?;
        let (socket, shutdown) = (Self::socket(root), started.tasks.shutdown());
        started.tasks.spawn("forward", async move {
            collector.run(Some(&socket), shutdown).await
        });
        info!(to = config.site.url, "a collector forwards");
        Ok(started)
    }

    /// The same feeds that a site has, on the buffer.
    async fn feed(
        &mut self,
        config: &CollectorConfig,
        collector: &Forwarding,
        scope: Scope,
        clock: Arc<dyn Clock>,
    ) -> Result<(), Error> {
        // What a record is, the site tells: it has the parsers.
        let auto = Arc::new(|_: &[u8]| SourceName::new(SourceName::AUTO));
        let handle = BusHandle::new(collector.buffer(), Capability::of("listen")?);
        let acceptor = Acceptor::new(handle, scope.clone(), clock, Metrics::new(), auto);
        let shutdown = self.tasks.shutdown();
        if config.syslog.enabled {
            let service = syslog::Service::bind(config.syslog.clone(), acceptor.clone()).await?;
            self.syslog = service.address();
            if let Some(address) = self.syslog {
                info!(%address, "syslog is heard");
            }
            self.tasks.spawn("syslog", service.run(shutdown.clone()));
        }
        let outlet = Outlet::new(acceptor, self.records.clone(), scope, shutdown.clone());
        let service = aurora_follow::Service::new(config.follow.clone(), outlet);
        self.tasks.spawn("follow", service.run(shutdown));
        Ok(())
    }

    /// Where a collector keeps what its site gave it.
    fn enrolment(root: &Path) -> PathBuf {
        root.join("keys/enrolment.json")
    }

    /// Enrols this host at the site whose listener for hosts is at `url`, with the code that an operator
    /// made there.
    ///
    /// # Errors
    /// When a collector runs in `root`, the host has enrolled already, or the site refuses.
    pub async fn enrol(
        root: &Path,
        url: &str,
        code: &Secret<String>,
        host: Option<&str>,
    ) -> Result<Enrolment, Error> {
        let data = DataDir::open(root)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        // The folder for keys is its owner's alone from the start.
        SiteIdentity::open(&data.join("keys"), clock.now())?;
        let name = aurora_follow::this_host();
        let (host, path) = (host.unwrap_or(&name), Self::enrolment(root));
        let tasks = Tasks::new();
        let enrolled = Enrolment::enrol(url, code, host, &path, clock, &tasks).await;
        drop(tasks.stop(PATIENCE).await);
        Ok(enrolled?)
    }

    /// The socket at which the collector of this data directory tells how it goes.
    pub fn socket(root: &Path) -> PathBuf {
        root.join("run/collector.sock")
    }

    /// What a running collector tells. `None` when none runs there.
    ///
    /// # Errors
    /// When it does not answer as one.
    pub async fn ask(root: &Path) -> Result<Option<Snapshot>, Error> {
        let path = Self::socket(root);
        let failed = |source| Error::DataDir {
            path: path.clone(),
            source,
        };
        let mut stream = match tokio::net::UnixStream::connect(&path).await {
            Ok(stream) => stream,
            Err(error) if absent(&error) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let mut line = Vec::new();
        stream.read_to_end(&mut line).await.map_err(failed)?;
        let snapshot = serde_json::from_slice(&line);
        Ok(Some(snapshot.map_err(|e| failed(e.into()))?))
    }

    /// `aurorasoc/collector` in the user's state directory.
    pub fn default_root() -> PathBuf {
        DataDir::default_root().with_file_name("collector")
    }

    pub fn status(&self) -> Snapshot {
        self.status.snapshot()
    }

    /// Where syslog is heard, if it is.
    pub fn syslog_address(&self) -> Option<std::net::SocketAddr> {
        self.syslog
    }

    /// Cancelled when a part of it failed.
    pub fn stopping(&self) -> Shutdown {
        self.tasks.shutdown()
    }

    /// What is in the buffer stays there.
    ///
    /// # Errors
    /// The first failure of any part.
    pub async fn stop(self) -> Result<(), Error> {
        let worked = self.tasks.stop(PATIENCE).await;
        self.buffer.close().await?;
        self.records.close().await?;
        Ok(worked?)
    }
}

async fn buffer(
    config: &CollectorConfig,
    data: &DataDir,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<dyn Bus>, Error> {
    let options = aurora_bus_local::Options {
        max_bytes: config.buffer.max_bytes,
        reserve_bytes: config.buffer.reserve_bytes,
        segment_bytes: SEGMENT_BYTES.min(config.buffer.max_bytes / 16),
        ..aurora_bus_local::Options::default()
    };
    crate::bus::embedded(data.join("bus"), clock, options).await
}

fn absent(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionRefused, NotFound};
    matches!(error.kind(), NotFound | ConnectionRefused)
}
