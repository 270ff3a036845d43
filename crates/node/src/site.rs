use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aurora_api::{Feed, Service};
use aurora_clock::{Clock, SystemClock};
use aurora_listeners::SourceBook;
use aurora_messages::LinkCreated;
use aurora_model::{Actor, AuthStrength, Context, Scope, SiteId, TraceContext};
use aurora_parsers::Registry;
use aurora_secrets::{Keyring, Purpose, SiteIdentity};
use aurora_tasks::{Shutdown, Tasks};
use aurora_telemetry::{HealthBoard, Metrics};
use tracing::info;

use crate::adapters::Program;
use crate::roles::{self, Parts};
use crate::service::SiteService;
use crate::{Adapters, DataDir, Error, RuleBook, SiteConfig};

/// Time for everything to end; what is acknowledged is durable long before.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a site takes from outside its settings.
#[derive(Clone)]
pub struct Environment {
    pub data_dir: PathBuf,
    pub clock: Arc<dyn Clock>,
    /// The program that runs the engine's child, with what stands before the child's arguments.
    pub program: PathBuf,
    pub leading: Vec<std::ffi::OsString>,
    /// Instead of the stores that the settings choose; tests hand in what they can break.
    pub adapters: Option<Adapters>,
}

/// A running site. Two of them fit in one process.
pub struct Site {
    service: Arc<SiteService>,
    api: aurora_api::Handle,
    adapters: Adapters,
    scope: Scope,
    tasks: Tasks,
    /// Stores live longer than what writes to them.
    engine: Tasks,
    _data: DataDir,
}

impl Environment {
    /// This machine's clock, this program as the engine's child.
    pub fn new(data_dir: PathBuf) -> Self {
        Self {
            data_dir,
            clock: Arc::new(SystemClock::new()),
            program: std::env::current_exe().unwrap_or_else(|_| PathBuf::from("aurorasoc")),
            leading: vec!["engine".into()],
            adapters: None,
        }
    }
}

impl Site {
    /// Opens the data directory, the stores and the keys, starts every role, then listens.
    ///
    /// # Errors
    /// See [`Error`]; nothing runs after one.
    pub async fn start(config: SiteConfig, environment: Environment) -> Result<Self, Error> {
        let data = DataDir::open(&environment.data_dir)?;
        let clock = environment.clock.clone();
        let identity = SiteIdentity::open(&data.join("keys"), clock.now())?;
        let keyring = Keyring::open(&data.join("keys"))?;
        let scope = Scope::of(SiteId(identity.id));
        let (engine, tasks) = (Tasks::new(), Tasks::new());
        let adapters = match environment.adapters.clone() {
            Some(adapters) => adapters,
            None => {
                let path = environment.program.clone();
                let program = Program {
                    path,
                    leading: environment.leading.clone(),
                };
                Adapters::embedded(&config, &data, &program, &clock, &engine).await?
            }
        };
        let folders = config.rules.folders.clone();
        let rules = RuleBook::open(config.rules.shipped, folders, data.join("rules"))?;
        let parts = Parts {
            scope: scope.clone(),
            adapters: adapters.clone(),
            clock: clock.clone(),
            metrics: Metrics::new(),
            health: HealthBoard::default(),
            tasks: tasks.clone(),
            registry: Arc::new(Registry::new()?),
            rules,
            config: config.clone(),
        };
        let ledger = roles::start(&parts).await?;
        let hasher = Arc::new(keyring.tokens(Purpose::IngestToken));
        let sources = SourceBook::new(adapters.records.clone(), clock.clone(), hasher);
        let listeners = roles::listen(&parts, sources.clone()).await?;
        let options = api_options(&config);
        let feed = Feed::new(options.kept_events);
        let service = Arc::new(SiteService::new(
            parts.clone(),
            data.root().to_owned(),
            ledger,
            listeners,
            sources,
            feed.clone(),
        ));
        let api = Service::new(
            options,
            aurora_api::Parts {
                site: service.clone(),
                records: adapters.records.clone(),
                clock,
                scope: scope.clone(),
                site_name: config.site.name.clone(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                socket: DataDir::socket(data.root()),
                feed,
            },
        );
        let api = api.await?;
        let handle = api.handle();
        let shutdown = tasks.shutdown();
        tasks.spawn("console", async move {
            api.run(shutdown).await;
            Ok::<_, std::io::Error>(())
        });
        parts.ready("console");
        service.listens("console", handle.address());
        service.clone().watch();
        info!(site = %scope.site, data = %data.root().display(), "the site is up");
        Ok(Self {
            service,
            api: handle,
            adapters,
            scope,
            tasks,
            engine,
            _data: data,
        })
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// What the API serves; tests ask it directly.
    pub fn service(&self) -> Arc<dyn aurora_api::Site> {
        self.service.clone()
    }

    pub fn adapters(&self) -> &Adapters {
        &self.adapters
    }

    /// Where a listener listens, by its name in the status.
    pub fn address(&self, name: &str) -> Option<std::net::SocketAddr> {
        self.service.address(name)
    }

    /// The console's address for people.
    pub fn url(&self) -> String {
        self.api.url()
    }

    /// A one-time link into the console, when nobody has an account yet.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn first_link(&self) -> Result<Option<LinkCreated>, Error> {
        if self.api.has_administrator().await? {
            return Ok(None);
        }
        let context = Context {
            scope: self.scope.clone(),
            actor: Actor::Service("node".to_owned()),
            auth: AuthStrength::Internal,
            reason: "the first start makes the first administrator".to_owned(),
            trace: TraceContext::new(),
        };
        Ok(Some(self.api.link(&context).await?))
    }

    /// Cancelled when the site was told to stop, or a part of it failed.
    pub fn stopping(&self) -> Shutdown {
        self.tasks.shutdown()
    }

    /// Stops: listeners first, then the roles, then the stores.
    ///
    /// # Errors
    /// The first failure of any part.
    pub async fn stop(self) -> Result<(), Error> {
        let ended = self.tasks.stop(PATIENCE).await;
        self.adapters.bus.close().await?;
        self.adapters.events.close().await?;
        self.adapters.records.close().await?;
        self.engine.stop(PATIENCE).await?;
        info!(site = %self.scope.site, "the site has stopped");
        Ok(ended?)
    }
}

fn api_options(config: &SiteConfig) -> aurora_api::Options {
    aurora_api::Options {
        listen: config.console.listen,
        console_dir: config.console.assets.clone(),
        ..aurora_api::Options::default()
    }
}
