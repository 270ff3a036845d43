use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use aurora_tasks::Shutdown;
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::{Error, Launch};

/// How long a server may take until it says where it listens; a large store is read first.
const FIRST_WORD: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);
/// Before it is started again; twice as long each time that it does not start.
const AGAIN: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(2);

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    url: String,
}

/// How a server is that is kept running.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It was not started yet.
    #[default]
    Starting,
    /// It runs; clients connect at this URL, which stays the same.
    Runs(String),
    /// It does not start, and why; it is tried again.
    Failing(String),
}

/// Where the server writes on which ports it listens.
#[derive(Deserialize)]
struct Ports {
    nats: Vec<String>,
}

impl Server {
    /// Starts a server and waits until it listens. `body` is its configuration but for what
    /// [`Launch`] says; the file can be read by its owner alone.
    ///
    /// # Errors
    /// When it does not start; its log says why.
    pub async fn start(launch: &Launch, body: &str) -> Result<Self, Error> {
        std::fs::create_dir_all(&launch.dir).map_err(Error::file(&launch.dir))?;
        end_orphan(launch).await;
        write(&launch.file(), &launch.config(body))?;
        let mut child = Command::new(&launch.program)
            .arg("-c")
            .arg(launch.file())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(Error::file(&launch.program))?;
        let url = listens(&mut child, launch).await?;
        Ok(Self { child, url })
    }

    /// Where clients connect: `nats://`, or `tls://` when it takes nothing else, address and port.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Starts it again, on the same port, whenever it ends or `body` changes, and until it does start;
    /// ends it at shutdown.
    ///
    /// # Errors
    /// When the process cannot be waited for or ended.
    pub async fn supervise(
        self,
        launch: Launch,
        body: watch::Receiver<String>,
        shutdown: Shutdown,
    ) -> Result<(), Error> {
        let (_, never) = watch::channel(0);
        self.supervise_renewing(launch, body, never, shutdown).await
    }

    /// The same; whenever `renewed` changes, the server also reads its certificates again, under open
    /// connections.
    ///
    /// # Errors
    /// As [`Server::supervise`].
    pub async fn supervise_renewing(
        self,
        launch: Launch,
        body: watch::Receiver<String>,
        renewed: watch::Receiver<u64>,
        shutdown: Shutdown,
    ) -> Result<(), Error> {
        let told = watch::Sender::default();
        self.keep(launch, body, renewed, &told, shutdown).await
    }

    /// Starts a server and supervises it, as [`Server::supervise`] does; one that does not start is tried
    /// again from the first time on. `told` says how it is.
    ///
    /// # Errors
    /// As [`Server::supervise`].
    pub async fn run(
        launch: Launch,
        mut body: watch::Receiver<String>,
        told: watch::Sender<Standing>,
        shutdown: Shutdown,
    ) -> Result<(), Error> {
        let server = tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            server = begun(&launch, &mut body, Duration::ZERO, &told) => server,
        };
        let (_, never) = watch::channel(0);
        server.keep(launch, body, never, &told, shutdown).await
    }

    async fn keep(
        mut self,
        mut launch: Launch,
        mut body: watch::Receiver<String>,
        mut renewed: watch::Receiver<u64>,
        told: &watch::Sender<Standing>,
        shutdown: Shutdown,
    ) -> Result<(), Error> {
        // The port alone: of the address of all interfaces the server tells one of them.
        let port = self
            .url
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok());
        if let Some(port) = port {
            launch.listen.set_port(port);
        }
        let program = || Error::file(&launch.program);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return self.stop().await.map_err(program()),
                ended = self.child.wait() => said(ended.map_err(program())?),
                () = changed(&mut body) => self.end().await.map_err(program())?,
                () = changed(&mut renewed) => {
                    self.read_again();
                    continue;
                }
            }
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                again = begun(&launch, &mut body, AGAIN, told) => self = again,
            }
        }
    }

    /// Ends it. What it acknowledged is in files; it need not be asked kindly.
    ///
    /// # Errors
    /// When the process cannot be ended.
    pub async fn stop(mut self) -> std::io::Result<()> {
        self.end().await
    }

    async fn end(&mut self) -> std::io::Result<()> {
        self.child.kill().await
    }

    /// One that has ended reads everything when it is started again.
    fn read_again(&self) {
        let process = self.pid().and_then(|pid| Pid::from_raw(pid.cast_signed()));
        let told = process.map(|process| kill_process(process, Signal::HUP));
        tracing::debug!(?told, "nats-server was told to read its files again");
    }
}

fn said(status: ExitStatus) {
    tracing::warn!(%status, "nats-server ended; it is started again");
}

/// Never, when nobody can change it any more.
async fn changed<T>(told: &mut watch::Receiver<T>) {
    if told.changed().await.is_err() {
        std::future::pending().await
    }
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let written = options.open(path);
    let written = written.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(Error::file(path))
}

/// Whoever needs the server waits for it, however long it takes. With another `body` it is tried at once.
async fn begun(
    launch: &Launch,
    body: &mut watch::Receiver<String>,
    mut wait: Duration,
    told: &watch::Sender<Standing>,
) -> Server {
    loop {
        tokio::select! {
            () = sleep(wait) => {}
            () = changed(body) => {}
        }
        let text = body.borrow_and_update().clone();
        match Server::start(launch, &text).await {
            Ok(server) => {
                told.send_replace(Standing::Runs(server.url.clone()));
                return server;
            }
            Err(error) => {
                let reason = aurora_tasks::chain(&error);
                // Once for each reason: it is tried again and again.
                let known = told.send_replace(Standing::Failing(reason.clone()));
                if known != Standing::Failing(reason.clone()) {
                    tracing::error!(reason, "nats-server does not start; it is tried again");
                }
            }
        }
        wait = (wait * 2).clamp(AGAIN, LONGEST);
    }
}

/// Ends a server of this folder that outlived us when we were killed: two cannot share a store.
async fn end_orphan(launch: &Launch) {
    let known = std::fs::read_to_string(launch.pid()).ok();
    let Some(number) = known.and_then(|text| text.trim().parse::<i32>().ok()) else {
        return;
    };
    let (proc, config) = (PathBuf::from(format!("/proc/{number}")), launch.file());
    let ours = || {
        // A number is used again; a command line that names our configuration is not.
        let line = std::fs::read(proc.join("cmdline")).unwrap_or_default();
        let wanted = config.as_os_str().as_encoded_bytes();
        line.split(|byte| *byte == 0).any(|word| word == wanted)
    };
    if !ours() {
        return;
    }
    let ended = Pid::from_raw(number).map(|process| kill_process(process, Signal::KILL));
    tracing::warn!(
        pid = number,
        ended = ended.is_some(),
        "ended the nats-server of a site that was killed"
    );
    let until = Instant::now() + FIRST_WORD;
    while ours() && Instant::now() < until {
        sleep(LOOK).await;
    }
}

async fn listens(child: &mut Child, launch: &Launch) -> Result<String, Error> {
    let pid = child.id().unwrap_or_default();
    let until = Instant::now() + FIRST_WORD;
    let file = launch.dir.join(format!("nats-server_{pid}.ports"));
    while Instant::now() < until {
        if let Ok(Some(status)) = child.try_wait() {
            return Err(Error::Ended {
                status: status.to_string(),
                log: launch.log(),
            });
        }
        let told = std::fs::read(&file).ok();
        let ports = told.and_then(|text| serde_json::from_slice::<Ports>(&text).ok());
        if let Some(url) = ports.and_then(|ports| ports.nats.into_iter().next()) {
            // Said once is enough; a later process may get the same number.
            drop(std::fs::remove_file(&file));
            return Ok(url);
        }
        sleep(LOOK).await;
    }
    Err(Error::Silent {
        seconds: FIRST_WORD.as_secs(),
        log: launch.log(),
    })
}
