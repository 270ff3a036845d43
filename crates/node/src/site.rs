use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aurora_api::{Feed, Service};
use aurora_clock::{Clock, SystemClock};
use aurora_listeners::SourceBook;
use aurora_messages::LinkCreated;
use aurora_model::{Actor, AuthStrength, Context, Scope, SiteId, TraceContext};
use aurora_parsers::Registry;
use aurora_people::{People, StepUp};
use aurora_permissions::Decide;
use aurora_permissions_cedar::Cedar;
use aurora_secrets::{Keyring, Purpose, SiteIdentity};
use aurora_tasks::{Shutdown, Tasks};
use aurora_telemetry::{HealthBoard, Metrics};
use tracing::{info, warn};

use crate::adapters::Program;
use crate::indicators::IndicatorBook;
use crate::roles::{self, Parts};
use crate::seat::Seat;
use crate::service::SiteService;
use crate::service::trust::Trust;
use crate::{Adapters, DataDir, Error, Role, RuleBook, SiteConfig, versions};

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
    /// Whether every parser is compiled at once; else each is when its first record comes.
    pub prepare: bool,
    /// What this process does of the site's work beside [`Role::Api`]. Workers do the rest, which needs a
    /// bus that processes share.
    pub roles: BTreeSet<Role>,
}

/// A running site. Two of them fit in one process.
pub struct Site {
    service: Arc<SiteService>,
    api: aurora_api::Handle,
    audit: aurora_audit_sequencer::Handle,
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
            prepare: true,
            roles: Role::all(),
        }
    }
}

impl Site {
    /// Opens the data directory, the stores and the keys, starts every role, then listens.
    ///
    /// # Errors
    /// See [`Error`]; nothing runs after one.
    pub async fn start(config: SiteConfig, environment: Environment) -> Result<Self, Error> {
        if environment.roles != Role::all() && !config.bus.is_shared() {
            return Err(crate::bus::not_shared(&config));
        }
        let data = DataDir::open(&environment.data_dir)?;
        let (engine, tasks) = (Tasks::new(), Tasks::new());
        let adapters = match adapters(&config, &environment, &data, &engine).await {
            Ok(adapters) => adapters,
            Err(error) => {
                told(engine.stop(PATIENCE).await);
                return Err(error);
            }
        };
        let launched = launch(config, &environment, &data, &adapters, &tasks).await;
        let (service, api, audit) = match launched {
            Ok(launched) => launched,
            Err(error) => {
                told(close(&tasks, &adapters, &engine).await);
                return Err(error);
            }
        };
        let scope = service.scope().clone();
        info!(site = %scope.site, data = %data.root().display(), "the site is up");
        Ok(Self {
            service,
            api,
            audit,
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

    /// The audit log: its newest checkpoint, and when a decision is under one.
    pub fn audit(&self) -> &aurora_audit_sequencer::Handle {
        &self.audit
    }

    /// Sends what this process tells of itself, and the site's metrics, as the settings say.
    ///
    /// # Errors
    /// When the settings cannot be used.
    pub fn export(
        &self,
        options: &aurora_otlp::Options,
        told: aurora_otlp::Source,
    ) -> Result<(), Error> {
        let metrics = self.service.metrics();
        export(options, told, metrics, &self.scope, "site", &self.tasks)
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
            policy: None,
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
        close(&self.tasks, &self.adapters, &self.engine).await?;
        info!(site = %self.scope.site, "the site has stopped");
        Ok(())
    }
}

/// Sends what a process of the site tells until `tasks` end.
pub(crate) fn export(
    options: &aurora_otlp::Options,
    told: aurora_otlp::Source,
    metrics: Metrics,
    scope: &Scope,
    process: &str,
    tasks: &Tasks,
) -> Result<(), Error> {
    let site = scope.site.to_string();
    let exporter = aurora_otlp::Exporter::new(options, told, metrics, &site, process)?;
    let shutdown = tasks.shutdown();
    tasks.spawn("otlp", async move {
        exporter.run(shutdown).await;
        Ok::<_, Error>(())
    });
    Ok(())
}

/// The stores that were handed in, or those that the settings choose.
async fn adapters(
    config: &SiteConfig,
    environment: &Environment,
    data: &DataDir,
    engine: &Tasks,
) -> Result<Adapters, Error> {
    if let Some(adapters) = &environment.adapters {
        return Ok(adapters.clone());
    }
    let program = Program {
        path: environment.program.clone(),
        leading: environment.leading.clone(),
    };
    Adapters::embedded(config, data, &program, &environment.clock, engine).await
}

/// Compiles every parser now, beside everything else, or the first record of each source waits.
fn prepare(parts: &Parts) {
    let registry = parts.registry.clone();
    parts.tasks.spawn("parsers", async move {
        match tokio::task::spawn_blocking(move || registry.prepare()).await {
            Ok(prepared) => prepared,
            // Cut off by the end of the process.
            Err(_) => Ok(()),
        }
    });
}

/// What a site answers with.
type Launched = (
    Arc<SiteService>,
    aurora_api::Handle,
    aurora_audit_sequencer::Handle,
);

/// Everything of a site that stands on its stores.
async fn launch(
    config: SiteConfig,
    environment: &Environment,
    data: &DataDir,
    adapters: &Adapters,
    tasks: &Tasks,
) -> Result<Launched, Error> {
    let clock = environment.clock.clone();
    let identity = SiteIdentity::open(&data.join("keys"), clock.now())?;
    let keyring = Keyring::open(&data.join("keys"))?;
    let rules = rules(&config, data.root())?;
    let scope = Scope::of(SiteId(identity.id));
    let indicators = IndicatorBook::open(
        scope.clone(),
        adapters.records.clone(),
        adapters.artifacts.clone(),
        data.join("indicators"),
    );
    let indicators = indicators.await.map_err(|e| Error::Indicators(e.into()))?;
    let notify = aurora_notify::Notify {
        scope: scope.clone(),
        site: config.site.name.clone(),
        channels: aurora_notify::Channels::new(&config.notify)?,
        records: adapters.records.clone(),
        clock: clock.clone(),
    };
    let mut parts = Parts {
        scope,
        adapters: adapters.clone(),
        roles: environment.roles.clone(),
        worker: roles::worker_name("site"),
        buses: BTreeMap::new(),
        seat: seat(&config, data.root())?,
        scratch: data.root().to_owned(),
        clock: clock.clone(),
        metrics: Metrics::new(),
        health: HealthBoard::default(),
        tasks: tasks.clone(),
        registry: Arc::new(parsers(&data.join("parsers"))?),
        rules,
        indicators,
        notify,
        freshness: aurora_freshness::Handle::default(),
        federation: None,
        config,
    };
    if environment.prepare {
        prepare(&parts);
    }
    note_rules(&parts).await?;
    parts.notify.report_unknown_tests().await?;
    let ledger = roles::start(&parts).await?;
    let audit = roles::audit(&parts, &keyring)?;
    let hasher = Arc::new(keyring.tokens(Purpose::IngestToken));
    let sources = SourceBook::new(adapters.records.clone(), clock.clone(), hasher);
    let edges = roles::edges(&parts, &keyring, &identity).await?;
    parts.federation = roles::federate(&parts, &keyring, audit.clone()).await?;
    let decide: Arc<dyn Decide> = Arc::new(Cedar::new(parts.scope.site, &[])?);
    roles::describe_to_sites(&parts, audit.clone(), edges.clone(), decide.clone());
    let listeners = roles::listen(&parts, sources.clone(), &edges).await?;
    let trust = Trust {
        edges,
        edge: listeners.edge.clone(),
        audited: audit.clone(),
    };
    let feed = Feed::new(api_options(&parts.config).kept_events);
    let service = Arc::new(SiteService::new(
        parts.clone(),
        data.root().to_owned(),
        ledger,
        listeners,
        sources,
        trust,
        feed.clone(),
    ));
    let people = crate::people::open(&parts, &keyring).await?;
    let handle = console(&parts, data, service.clone(), (people, decide), feed).await?;
    service.listens("console", handle.address());
    if let Some(address) = federation_address(&parts) {
        service.listens("federation", address);
    }
    service.clone().watch();
    Ok((service, handle, audit))
}

/// Where other sites dial.
fn federation_address(parts: &Parts) -> Option<std::net::SocketAddr> {
    parts.federation.as_ref()?.status()?.here.listens
}

/// The rules that are in the files now.
pub(crate) fn rules(config: &SiteConfig, root: &Path) -> Result<RuleBook, Error> {
    let limits = aurora_detect::correlate::Limits {
        lateness: Duration::from_secs(config.detection.lateness_seconds),
        ..Default::default()
    };
    let folders = config.rules.folders.clone();
    RuleBook::open(config.rules.shipped, folders, root.join("rules"), limits)
}

/// Where the process keeps what only it works on; a site that is one process has its own folders for that.
pub(crate) fn seat(config: &SiteConfig, root: &Path) -> Result<Option<Arc<Seat>>, Error> {
    let seat = config.bus.is_shared().then(|| Seat::take(root));
    Ok(seat.transpose()?.map(Arc::new))
}

/// What changed in the rules since the last time they were read, as far as nobody else said so.
async fn note_rules(parts: &Parts) -> Result<(), Error> {
    let context = Context {
        scope: parts.scope.clone(),
        actor: Actor::Service("node".to_owned()),
        auth: AuthStrength::Internal,
        reason: "the site started with these rules".to_owned(),
        policy: None,
        trace: TraceContext::new(),
    };
    let after = aurora_engineering::versions::in_force(&parts.rules.handle().current());
    let records = parts.adapters.records.as_ref();
    let now = parts.clock.now();
    versions::note(records, &context, "rule.load", &after, true, now).await?;
    Ok(())
}

async fn console(
    parts: &Parts,
    data: &DataDir,
    site: Arc<SiteService>,
    (people, decide): (People, Arc<dyn Decide>),
    feed: Feed,
) -> Result<aurora_api::Handle, Error> {
    let api = Service::new(
        api_options(&parts.config),
        aurora_api::Parts {
            site,
            records: parts.adapters.records.clone(),
            people: people.clone(),
            decide,
            verifier: Arc::new(StepUp::of(people)),
            clock: parts.clock.clone(),
            scope: parts.scope.clone(),
            site_name: parts.config.site.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            socket: DataDir::socket(data.root()),
            feed,
        },
    );
    let api = api.await?;
    let handle = api.handle();
    let shutdown = parts.tasks.shutdown();
    parts.tasks.spawn("console", async move {
        api.run(shutdown).await;
        Ok::<_, std::io::Error>(())
    });
    parts.ready("console");
    Ok(handle)
}

/// Ends what writes, then the stores, then what the stores stand on.
async fn close(tasks: &Tasks, adapters: &Adapters, engine: &Tasks) -> Result<(), Error> {
    let ended = tasks.stop(PATIENCE).await;
    adapters.bus.close().await?;
    adapters.events.close().await?;
    adapters.records.close().await?;
    engine.stop(PATIENCE).await?;
    Ok(ended?)
}

/// After a start that failed, why it did is what counts.
fn told<E: std::error::Error>(ended: Result<(), E>) {
    if let Err(error) = ended {
        warn!(
            error = aurora_tasks::chain(&error),
            "a part did not end well"
        );
    }
}

fn api_options(config: &SiteConfig) -> aurora_api::Options {
    aurora_api::Options {
        listen: config.console.listen,
        hostnames: config.console.hostnames.clone(),
        behind_tls: config.console.behind_tls,
        console_dir: config.console.assets.clone(),
        ..aurora_api::Options::default()
    }
}

/// The shipped parsers, and the operator's own: every folder of the data directory's `parsers` with a `parser.vrl`.
pub(crate) fn parsers(folder: &Path) -> Result<Registry, Error> {
    let mut registry = Registry::new()?;
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(registry);
    };
    let mut own: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("parser.vrl").is_file())
        .collect();
    own.sort();
    for path in own {
        registry.add_folder(&path)?;
    }
    Ok(registry)
}
