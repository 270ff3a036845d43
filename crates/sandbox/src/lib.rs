//! Whole sites in one process, for tests: free ports, temporary directories, injected clock and
//! stores.
//!
//! What it is: [`Sandbox`], a running site with what a test asks of one. What it is not: a mock; it
//! is the node with other adapters. Start reading at [`Sandbox::start`].

mod shared;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aurora_clock::{Clock, SystemClock};
use aurora_messages::{AlertPage, AlertQuery, ImportJob, ImportRequest, LedgerReport};
use aurora_model::{Actor, AuthStrength, Context, Scope, SourceName, TraceContext};
use aurora_node::{Adapters, Environment, Error, Site, SiteConfig};
use tempfile::TempDir;

pub use shared::shared;

/// Longer than anything takes that does not hang.
const PATIENCE: Duration = Duration::from_secs(120);

/// What keeps the sandbox's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stores {
    /// Everything in memory.
    Memory,
    /// Files in a temporary directory; events in memory.
    Files,
}

/// A running site with a data directory of its own.
pub struct Sandbox {
    site: Option<Site>,
    config: SiteConfig,
    environment: Environment,
    dir: TempDir,
}

impl Sandbox {
    /// A site with the rules in `rules`, or the shipped ones, on free ports of loopback.
    ///
    /// # Errors
    /// When the site does not start.
    pub async fn start(stores: Stores, rules: Option<&Path>) -> Result<Self, Error> {
        let mut config = config();
        if let Some(folder) = rules {
            config.rules.shipped = false;
            config.rules.folders = vec![folder.to_owned()];
        }
        Self::start_with(config, stores).await
    }

    /// A site with these settings; ports stay as they are.
    ///
    /// # Errors
    /// When the site does not start.
    pub async fn start_with(config: SiteConfig, stores: Stores) -> Result<Self, Error> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let adapters = (stores == Stores::Memory).then(|| Adapters::memory(&clock));
        Self::launch(config, adapters, clock).await
    }

    /// A site on stores that the test made, and can break.
    ///
    /// # Errors
    /// When the site does not start.
    pub async fn start_on(config: SiteConfig, adapters: Adapters) -> Result<Self, Error> {
        Self::launch(config, Some(adapters), Arc::new(SystemClock::new())).await
    }

    async fn launch(
        config: SiteConfig,
        adapters: Option<Adapters>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        let dir = tempfile::tempdir().map_err(|source| Error::DataDir {
            path: std::env::temp_dir(),
            source,
        })?;
        let mut environment = Environment::new(dir.path().to_owned());
        (environment.clock, environment.adapters) = (clock, adapters);
        // Most tests meet one parser or two, and compiling all of them takes seconds.
        environment.prepare = false;
        let site = Site::start(config.clone(), environment.clone()).await?;
        Ok(Self {
            site: Some(site),
            config,
            environment,
            dir,
        })
    }

    /// Stops the site and starts it again on what it left.
    ///
    /// # Errors
    /// When it does not stop or start.
    pub async fn restart(&mut self) -> Result<(), Error> {
        self.restart_with(self.config.clone()).await
    }

    /// The same with other settings.
    ///
    /// # Errors
    /// When it does not stop or start.
    pub async fn restart_with(&mut self, config: SiteConfig) -> Result<(), Error> {
        self.config = config;
        if let Some(site) = self.site.take() {
            site.stop().await?;
        }
        self.site = Some(Site::start(self.config.clone(), self.environment.clone()).await?);
        Ok(())
    }

    /// # Errors
    /// The first failure of any part of the site.
    pub async fn stop(mut self) -> Result<(), Error> {
        match self.site.take() {
            Some(site) => site.stop().await,
            None => Ok(()),
        }
    }

    pub fn site(&self) -> &Site {
        self.site
            .as_ref()
            .expect("a site runs between start and stop")
    }

    pub fn api(&self) -> Arc<dyn aurora_api::Site> {
        self.site().service()
    }

    pub fn scope(&self) -> &Scope {
        self.site().scope()
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn config(&self) -> &SiteConfig {
        &self.config
    }

    /// Where a listener listens, by its name in the status.
    pub fn address(&self, name: &str) -> SocketAddr {
        let address = self.site().address(name);
        address.expect("the listener is up")
    }

    /// An operator who says why.
    pub fn operator(&self, reason: &str) -> Context {
        Context {
            scope: self.scope().clone(),
            actor: Actor::LocalOperator("tester".to_owned()),
            auth: AuthStrength::PeerCredential,
            reason: reason.to_owned(),
            policy: None,
            trace: TraceContext::new(),
        }
    }

    /// Imports a file and waits until every record of it is settled.
    ///
    /// # Errors
    /// When the import does not start.
    pub async fn import(
        &self,
        path: &Path,
        source: Option<&str>,
    ) -> Result<ImportJob, aurora_api::site::Error> {
        let request = ImportRequest {
            path: path.display().to_string(),
            source: source.map(SourceName::new),
            restart: false,
        };
        let started = self
            .api()
            .start_import(&self.operator("test"), &request)
            .await?;
        let job = self
            .poll(|| async {
                let job = self.api().import(self.scope(), &started.id).await.ok()?;
                job.state.finished().then_some(job)
            })
            .await;
        self.settled().await;
        Ok(job)
    }

    /// Waits until nothing is in flight or left to be done, and returns the ledger then.
    pub async fn settled(&self) -> LedgerReport {
        self.settled_after(0).await
    }

    /// The same, once `received` records have come: for senders that are not told when they have.
    pub async fn settled_after(&self, received: u64) -> LedgerReport {
        self.poll(|| async {
            let report = self.api().ledger(self.scope()).await.ok()?;
            (report.settled() && report.total.received >= received).then_some(report)
        })
        .await
    }

    /// # Errors
    /// When the store fails.
    pub async fn alerts(&self, query: AlertQuery) -> Result<AlertPage, aurora_api::site::Error> {
        let reader = Actor::LocalOperator("tester".to_owned());
        self.api().alerts(self.scope(), &reader, &query).await
    }

    /// Asks again, as soon as others have had their turn, until there is an answer.
    pub async fn poll<T, F: Future<Output = Option<T>>>(&self, mut ask: impl FnMut() -> F) -> T {
        let asking = async {
            loop {
                if let Some(answer) = ask().await {
                    return answer;
                }
                // A pause between two looks at a condition; what is waited for is the condition.
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let answer = tokio::time::timeout(PATIENCE, asking).await;
        answer.expect("what the test waits for comes within two minutes")
    }
}

/// Free ports, no disk reserve, no rules of other people.
pub fn config() -> SiteConfig {
    let mut config = SiteConfig::default();
    config.console.listen.set_port(0);
    config.ingest.http.listen.set_port(0);
    config.edge.listen.set_port(0);
    config.syslog.listen.set_port(0);
    config.syslog.tls_listen.set_port(0);
    config.bus.nats_listen.set_port(0);
    config.storage.reserve_bytes = 0;
    config.events.store = "memory".into();
    config
}

/// A file of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}
