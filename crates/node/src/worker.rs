//! A process beside a site that shares its work.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aurora_api::HealthPages;
use aurora_bus::Bus;
use aurora_clock::{Clock, SystemClock};
use aurora_model::{Scope, SiteId};
use aurora_secrets::SiteIdentity;
use aurora_tasks::{Shutdown, Tasks};
use aurora_telemetry::{HealthBoard, Metrics};
use tracing::info;

use crate::indicators::IndicatorBook;
use crate::roles::{self, Decided, Parts, worker_name};
use crate::{Adapters, DataDir, Error, Role, SiteConfig, site};

/// Time to end what is in work.
const PATIENCE: Duration = Duration::from_secs(20);

/// Some roles in a process of their own, beside a site whose bus is NATS. The site's data directory is
/// also its own, but only the site owns it.
pub struct Worker {
    name: String,
    adapters: Adapters,
    buses: BTreeMap<&'static str, Arc<dyn Bus>>,
    tasks: Tasks,
    scope: Option<Scope>,
    metrics: Metrics,
    health: HealthBoard,
}

impl Worker {
    /// Joins the site that lives in `root`.
    ///
    /// # Errors
    /// When there is no such site, its bus is not one that processes share, or a role is the site's own.
    pub async fn start(
        config: &SiteConfig,
        root: &Path,
        roles: &BTreeSet<Role>,
    ) -> Result<Self, Error> {
        DataDir::beside(root)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let tasks = Tasks::new();
        let buses = buses(config, root, roles, &clock, &tasks).await?;
        let Some(first) = buses.values().next().cloned() else {
            return Err(Error::NoRole);
        };
        let mut worker = Self {
            name: worker_name("worker"),
            adapters: Adapters::beside(config, root, roles, first, &clock).await?,
            buses,
            tasks,
            scope: None,
            metrics: Metrics::new(),
            health: HealthBoard::default(),
        };
        let parts = worker.parts(config, root, roles, clock).await?;
        roles::take_part(&parts)?;
        worker.scope = Some(parts.scope.clone());
        let (name, site) = (&worker.name, &parts.scope.site);
        info!(worker = name, %site, ?roles, "sharing the work of the site");
        Ok(worker)
    }

    async fn parts(
        &self,
        config: &SiteConfig,
        root: &Path,
        roles: &BTreeSet<Role>,
        clock: Arc<dyn Clock>,
    ) -> Result<Parts, Error> {
        let identity = SiteIdentity::open(&root.join("keys"), clock.now())?;
        let (scope, adapters) = (Scope::of(SiteId(identity.id)), self.adapters.clone());
        let seat = site::seat(config, root)?;
        let decides = roles.contains(&Role::Detect) || roles.contains(&Role::Correlate);
        let decided = match decides {
            true => Some(Decided::read(adapters.records.as_ref(), &scope).await?),
            false => None,
        };
        let own = seat.as_ref().map(|seat| seat.join("indicators"));
        let indicators = IndicatorBook::open(
            scope.clone(),
            adapters.records.clone(),
            adapters.artifacts.clone(),
            own.unwrap_or_else(|| root.join("indicators")),
        );
        let parts = Parts {
            rules: site::rules(config, root)?,
            indicators: indicators.await.map_err(|e| Error::Indicators(e.into()))?,
            registry: Arc::new(site::parsers(&root.join("parsers"))?),
            notify: aurora_notify::Notify {
                scope: scope.clone(),
                site: config.site.name.clone(),
                channels: aurora_notify::Channels::new(&config.notify)?,
                records: adapters.records.clone(),
                clock: clock.clone(),
            },
            freshness: aurora_freshness::Handle::default(),
            federation: None,
            metrics: self.metrics.clone(),
            health: self.health.clone(),
            tasks: self.tasks.clone(),
            scratch: root.to_owned(),
            config: config.clone(),
            roles: roles.clone(),
            worker: self.name.clone(),
            buses: self.buses.clone(),
            seat,
            scope,
            adapters,
            clock,
        };
        if let Some(decided) = decided {
            roles::follow(&parts, decided);
        }
        Ok(parts)
    }

    /// Sends what this process tells of itself, and its metrics, as the settings say.
    ///
    /// # Errors
    /// When the settings cannot be used.
    pub fn export(
        &self,
        options: &aurora_otlp::Options,
        told: aurora_otlp::Source,
    ) -> Result<(), Error> {
        let Some(scope) = &self.scope else {
            return Ok(());
        };
        let metrics = self.metrics.clone();
        site::export(options, told, metrics, scope, &self.name, &self.tasks)
    }

    /// Tells machines that watch this process how its roles do; where, comes back.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub async fn watched_at(&self, address: SocketAddr) -> Result<SocketAddr, Error> {
        let (health, metrics) = (self.health.clone(), self.metrics.clone());
        let pages = HealthPages::bind(address, health, metrics).await?;
        let (address, shutdown) = (pages.address(), self.tasks.shutdown());
        self.tasks.spawn("health", async move {
            pages.run(shutdown).await;
            Ok::<_, Error>(())
        });
        info!(%address, "machines that watch are answered");
        Ok(address)
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
        for bus in self.buses.values() {
            bus.close().await?;
        }
        self.adapters.events.close().await?;
        self.adapters.records.close().await?;
        info!(worker = self.name, "the worker has stopped");
        Ok(ended?)
    }
}

/// One connection a role, with its rights and no more.
async fn buses(
    config: &SiteConfig,
    root: &Path,
    roles: &BTreeSet<Role>,
    clock: &Arc<dyn Clock>,
    tasks: &Tasks,
) -> Result<BTreeMap<&'static str, Arc<dyn Bus>>, Error> {
    let mut buses = BTreeMap::new();
    for user in roles.iter().filter_map(|role| role.user()) {
        let bus = crate::bus::beside(config, root, user, clock, tasks).await?;
        buses.insert(user, bus);
    }
    Ok(buses)
}
