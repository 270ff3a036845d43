//! Where implementations are chosen: each port's adapter, from the settings.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aurora_artifacts::Artifacts;
use aurora_artifacts_local::LocalArtifacts;
use aurora_artifacts_memory::MemoryArtifacts;
use aurora_bus::Bus;
use aurora_bus_memory::MemoryBus;
use aurora_clock::Clock;
use aurora_events::Events;
use aurora_events_clickhouse::{ClickHouseEvents, Endpoint, Options, Reserve};
use aurora_events_engine::{ChildOptions, Handle, Supervisor, SupervisorOptions, find_library};
use aurora_events_memory::MemoryEvents;
use aurora_records::Records;
use aurora_records_memory::MemoryRecords;
use aurora_records_sqlite::SqliteRecords;
use aurora_tasks::Tasks;
use aurora_window_state::WindowStore;
use aurora_window_state_memory::MemoryWindows;
use aurora_window_state_rocksdb::RocksWindows;

use crate::{DataDir, Error, SiteConfig};

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
            events: Arc::new(MemoryEvents::new()),
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
        let records = SqliteRecords::open(&data.join("records.sqlite"), clock.clone()).await?;
        let artifacts = LocalArtifacts::open(&data.join("artifacts"))?;
        Ok(Self {
            bus: crate::bus::open(config, data, clock, tasks).await?,
            records: Arc::new(records),
            artifacts: Arc::new(artifacts),
            windows: windows(data).await?,
            events,
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

const STORES: &str = "want `embedded`, `memory` or an address such as http://127.0.0.1:8123";

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
    match config.events.store.as_str() {
        "memory" => Ok((Arc::new(MemoryEvents::new()), Engine::Memory)),
        "embedded" => embedded_events(config, data, program, tasks).await,
        address => {
            let shown = address
                .rsplit_once('@')
                .map_or(address, |(_, host)| host)
                .to_owned();
            let store = ClickHouseEvents::open(server(address)?).await?;
            Ok((Arc::new(store), Engine::Server(shown)))
        }
    }
}

/// How long the engine may take to answer for the first time; opening a large store reads its parts.
const FIRST_ANSWER: Duration = Duration::from_secs(90);

async fn embedded_events(
    config: &SiteConfig,
    data: &DataDir,
    program: &Program,
    tasks: &Tasks,
) -> Result<(Arc<dyn Events>, Engine), Error> {
    let library = find_library(config.events.engine_library.as_deref())?;
    let socket = data.join("run/engine.sock");
    let child = ChildOptions::new(&socket, data.join("events"), library);
    let mut supervised = SupervisorOptions::new(&program.path, child);
    supervised.leading.clone_from(&program.leading);
    let (supervisor, handle) = Supervisor::new(supervised);
    tasks.spawn("engine", supervisor.run(tasks.shutdown()));
    let mut options = Options::new(Endpoint::Unix(socket));
    options.reserve = Some(Reserve {
        path: data.join("events"),
        bytes: config.storage.reserve_bytes,
    });
    handle.ready(FIRST_ANSWER).await?;
    let store = ClickHouseEvents::open(options).await?;
    Ok((Arc::new(store), Engine::Embedded(handle)))
}

fn server(address: &str) -> Result<Options, Error> {
    let bad = |reason: &str| Error::Config {
        key: "events.store",
        value: address.to_owned(),
        reason: reason.to_owned(),
    };
    let rest = address.strip_prefix("http://").ok_or_else(|| bad(STORES))?;
    let (login, address) = rest.rsplit_once('@').unwrap_or(("default:", rest));
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let endpoint = Endpoint::Tcp {
        address: address.trim_end_matches('/').to_owned(),
        user: user.to_owned(),
        password: password.to_owned(),
    };
    Ok(Options::new(endpoint))
}
