//! Where implementations are chosen: each port's adapter, from the settings.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aurora_artifacts::Artifacts;
use aurora_artifacts_memory::MemoryArtifacts;
use aurora_bus::Bus;
use aurora_bus_memory::MemoryBus;
use aurora_clock::Clock;
use aurora_events::{Events, Projecting};
use aurora_events_clickhouse::{ClickHouseEvents, Endpoint, Options, Reserve};
use aurora_events_engine::{ChildOptions, Handle, Supervisor, SupervisorOptions, find_library};
use aurora_events_memory::MemoryEvents;
use aurora_records::Records;
use aurora_records_memory::MemoryRecords;
use aurora_secrets::Secret;
use aurora_tasks::Tasks;
use aurora_window_state::WindowStore;
use aurora_window_state_memory::MemoryWindows;
use aurora_window_state_rocksdb::RocksWindows;

use crate::{DataDir, Error, Role, SiteConfig};

/// What stands behind the ports of one site.
#[derive(Clone)]
pub struct Adapters {
    pub bus: Arc<dyn Bus>,
    pub records: Arc<dyn Records>,
    pub artifacts: Arc<dyn Artifacts>,
    pub events: Arc<dyn Events>,
    pub windows: Arc<dyn WindowStore>,
    pub engine: Engine,
}

/// What keeps the events, for status and doctor.
#[derive(Clone)]
pub enum Engine {
    Memory,
    /// A child of ours.
    Embedded(Handle),
    /// Somebody's ClickHouse server.
    Server(String),
}

impl Adapters {
    /// Everything in memory: for tests and simulations.
    pub fn memory(clock: &Arc<dyn Clock>) -> Self {
        Self {
            bus: Arc::new(MemoryBus::new(
                clock.clone(),
                aurora_bus_memory::Options::default(),
            )),
            records: Arc::new(MemoryRecords::new(clock.clone())),
            artifacts: Arc::new(MemoryArtifacts::new()),
            events: Arc::new(Projecting::new(Arc::new(MemoryEvents::new()))),
            windows: Arc::new(MemoryWindows::new()),
            engine: Engine::Memory,
        }
    }

    /// The embedded stores in the data directory; the engine's child runs within `tasks`.
    ///
    /// # Errors
    /// When a store cannot be opened, or the engine does not start.
    pub async fn embedded(
        config: &SiteConfig,
        data: &DataDir,
        program: &Program,
        clock: &Arc<dyn Clock>,
        tasks: &Tasks,
    ) -> Result<Self, Error> {
        let (events, engine) = events(config, data, program, tasks).await?;
        Ok(Self {
            bus: crate::bus::open(config, data, clock, tasks).await?,
            records: crate::records::open(config, data.root(), clock).await?,
            artifacts: crate::artifacts::open(config, data.root()).await?,
            windows: if config.bus.is_shared() {
                // Each part of them has a store of its own, in the process's seat.
                Arc::new(MemoryWindows::new())
            } else {
                windows(data).await?
            },
            events: Arc::new(Projecting::new(events)),
            engine,
        })
    }

    /// The stores of a site that another process runs, as these roles need them; what none of them needs
    /// is in memory, and empty. `root` is the site's data directory, `bus` the first role's.
    ///
    /// # Errors
    /// When a store cannot be opened, or is one that processes do not share.
    pub(crate) async fn beside(
        config: &SiteConfig,
        root: &Path,
        roles: &BTreeSet<Role>,
        bus: Arc<dyn Bus>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        let reads_events = roles.contains(&Role::Store) || roles.contains(&Role::Correlate);
        let (events, engine): (Arc<dyn Events>, Engine) = if reads_events {
            events_beside(config, root).await?
        } else {
            (Arc::new(MemoryEvents::new()), Engine::Memory)
        };
        Ok(Self {
            bus,
            records: crate::records::open(config, root, clock).await?,
            artifacts: crate::artifacts::open(config, root).await?,
            windows: Arc::new(MemoryWindows::new()),
            events: Arc::new(Projecting::new(events)),
            engine,
        })
    }
}

/// The program that runs the engine's child, and what stands before the child's arguments.
#[derive(Clone, Debug)]
pub struct Program {
    pub path: PathBuf,
    pub leading: Vec<std::ffi::OsString>,
}

const STORES: &str = "want `embedded`, `memory` or an address such as https://events.example:8443";

async fn windows(data: &DataDir) -> Result<Arc<dyn WindowStore>, Error> {
    let folder = data.join("windows/store");
    let options = aurora_window_state_rocksdb::Options::default();
    let opened = tokio::task::spawn_blocking(move || RocksWindows::open(&folder, options));
    let store = opened
        .await
        .map_err(aurora_window_state::Error::storage)
        .and_then(|store| store)?;
    Ok(Arc::new(store))
}

async fn events(
    config: &SiteConfig,
    data: &DataDir,
    program: &Program,
    tasks: &Tasks,
) -> Result<(Arc<dyn Events>, Engine), Error> {
    match config.events.store.expose() {
        "memory" => Ok((Arc::new(MemoryEvents::new()), Engine::Memory)),
        "embedded" => embedded_events(config, data, program, tasks).await,
        _ => {
            let store = ClickHouseEvents::open(server(config)?).await?;
            let shown = config.events.store.shown();
            Ok((Arc::new(store), Engine::Server(shown)))
        }
    }
}

/// How long the engine may take to answer for the first time; opening a large store reads its parts.
const FIRST_ANSWER: Duration = Duration::from_secs(90);

/// The event store of a site that another process runs.
async fn events_beside(
    config: &SiteConfig,
    root: &Path,
) -> Result<(Arc<dyn Events>, Engine), Error> {
    match config.events.store.expose() {
        "memory" => Err(Error::Config {
            key: "events.store",
            value: "memory".to_owned(),
            reason: "only the site's own process has it; want `embedded` or an address".to_owned(),
        }),
        "embedded" => {
            let store = answering(|| engine(config, root)).await?;
            Ok((store, Engine::Server("embedded in the site".to_owned())))
        }
        _ => {
            let store = ClickHouseEvents::open(server(config)?).await?;
            Ok((Arc::new(store), Engine::Server(config.events.store.shown())))
        }
    }
}

/// Asks for the event store until it answers: the engine may be starting.
async fn answering(options: impl Fn() -> Options) -> Result<Arc<dyn Events>, Error> {
    let started = tokio::time::Instant::now();
    loop {
        match ClickHouseEvents::open(options()).await {
            Ok(store) => return Ok(Arc::new(store)),
            Err(error) if started.elapsed() > FIRST_ANSWER => return Err(error.into()),
            Err(error) => tracing::debug!(%error, "waiting for the event engine"),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// How to reach the engine's child of the site in `root`.
fn engine(config: &SiteConfig, root: &Path) -> Options {
    let mut options = Options::new(Endpoint::Unix(engine_socket(root)));
    options.reserve = Some(Reserve {
        path: root.join("events"),
        bytes: config.storage.reserve_bytes,
    });
    options
}

fn engine_socket(root: &Path) -> PathBuf {
    root.join("run/engine.sock")
}

async fn embedded_events(
    config: &SiteConfig,
    data: &DataDir,
    program: &Program,
    tasks: &Tasks,
) -> Result<(Arc<dyn Events>, Engine), Error> {
    let library = find_library(config.events.engine_library.as_deref())?;
    let socket = engine_socket(data.root());
    let child = ChildOptions::new(&socket, data.join("events"), library);
    let mut supervised = SupervisorOptions::new(&program.path, child);
    supervised.leading.clone_from(&program.leading);
    let (supervisor, handle) = Supervisor::new(supervised);
    tasks.spawn("engine", supervisor.run(tasks.shutdown()));
    handle.ready(FIRST_ANSWER).await?;
    // It may have ended meanwhile, and then it is started again.
    let store = answering(|| engine(config, data.root())).await?;
    Ok((store, Engine::Embedded(handle)))
}

/// The options of a ClickHouse server. Beyond this machine it is spoken to over TLS alone.
fn server(config: &SiteConfig) -> Result<Options, Error> {
    let bad = |reason: &str| Error::Config {
        key: "events.store",
        value: config.events.store.shown(),
        reason: reason.to_owned(),
    };
    let address = config.events.store.expose();
    let (secure, rest) = match (
        address.strip_prefix("https://"),
        address.strip_prefix("http://"),
    ) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return Err(bad(STORES)),
    };
    let (login, address) = rest.rsplit_once('@').unwrap_or(("default:", rest));
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let mut address = address.trim_end_matches('/').to_owned();
    let host = address
        .rsplit_once(':')
        .map_or(address.as_str(), |(host, _)| host);
    let local = host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback());
    if !secure && !local {
        return Err(bad("http is for this machine only; use https"));
    }
    if secure && !address.contains(':') {
        address.push_str(":8443");
    }
    let password = match config.events.password_file.as_deref() {
        Some(path) => secret_file("events.password_file", path)?,
        None => Secret::new(password.to_owned()),
    };
    let tls = secure.then(|| {
        aurora_tls::client(aurora_tls::Client {
            authorities: config.events.authorities.as_deref(),
            ..aurora_tls::Client::default()
        })
    });
    let tls = tls.transpose().map_err(|error| bad(&error.to_string()))?;
    let endpoint = Endpoint::Tcp {
        address,
        user: user.to_owned(),
        password,
        tls,
    };
    let mut options = Options::new(endpoint);
    options.cluster.clone_from(&config.events.cluster);
    Ok(options)
}

/// The one line of a file that a setting names, kept out of the settings.
pub(crate) fn secret_file(key: &'static str, path: &Path) -> Result<Secret<String>, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::Config {
        key,
        value: path.display().to_string(),
        reason: error.to_string(),
    })?;
    Ok(Secret::new(text.trim().to_owned()))
}
