use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aurora_events_clickhouse::{ClickHouseEvents, Endpoint, Options, Reserve};
use aurora_events_engine::{
    ChildOptions, Handle, Status, Supervisor, SupervisorOptions, find_library,
};
use aurora_tasks::Tasks;

pub const PATIENCE: Duration = Duration::from_secs(60);

/// An engine of its own in a directory of its own.
pub struct Site {
    pub store: Arc<ClickHouseEvents>,
    pub engine: Handle,
    tasks: Tasks,
    dir: tempfile::TempDir,
}

/// `None`, with a word about it, where the engine is not installed.
pub async fn site() -> Option<Site> {
    site_with(|_| {}).await
}

pub async fn site_with(change: impl FnOnce(&mut SupervisorOptions)) -> Option<Site> {
    let dir = tempfile::tempdir().unwrap();
    let options = options(dir.path(), change)?;
    let socket = options.child.socket.clone();
    let (supervisor, engine) = Supervisor::new(options);
    let tasks = Tasks::new();
    tasks.spawn("engine", supervisor.run(tasks.shutdown()));
    engine.ready(PATIENCE).await.unwrap();
    let store = ClickHouseEvents::open(Options::new(Endpoint::Unix(socket)))
        .await
        .unwrap();
    Some(Site {
        store: Arc::new(store),
        engine,
        tasks,
        dir,
    })
}

pub fn options(
    dir: &Path,
    change: impl FnOnce(&mut SupervisorOptions),
) -> Option<SupervisorOptions> {
    let library = match find_library(
        std::env::var_os("AURORASOC__EVENTS__ENGINE_LIBRARY")
            .as_deref()
            .map(Path::new),
    ) {
        Ok(library) => library,
        Err(error) => {
            eprintln!("skipped: {error}");
            return None;
        }
    };
    let child = ChildOptions::new(dir.join("engine.sock"), dir.join("events"), library);
    let mut options = SupervisorOptions::new(env!("CARGO_BIN_EXE_aurora-engine"), child);
    options.backoff = Duration::from_millis(10);
    options.ping_every = Duration::from_millis(200);
    options.ping_timeout = Duration::from_secs(3);
    change(&mut options);
    Some(options)
}

impl Site {
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Ends the child as a crash would and waits for the next one.
    pub async fn crash(&self) -> Status {
        let running = |status: &Status| status.pid.is_some();
        let before = self.engine.wait_for(PATIENCE, running).await.unwrap();
        kill(before.pid.unwrap(), rustix::process::Signal::KILL);
        self.restarted(before.restarts).await
    }

    pub async fn restarted(&self, before: u64) -> Status {
        let again = |status: &Status| {
            status.restarts > before && status.phase == aurora_events_engine::Phase::Ready
        };
        self.engine.wait_for(PATIENCE, again).await.unwrap()
    }

    /// Another view of the same store, as after a restart of the site.
    pub async fn reopened(&self, reserve: Option<Reserve>) -> ClickHouseEvents {
        let mut options = Options::new(Endpoint::Unix(self.path().join("engine.sock")));
        options.reserve = reserve;
        ClickHouseEvents::open(options).await.unwrap()
    }

    /// Stops the engine as a site does.
    pub async fn stop(self) -> Status {
        self.tasks.stop(PATIENCE).await.unwrap();
        self.engine.status()
    }
}

pub fn kill(pid: u32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}
