//! A `nats-server` of our own: its configuration, written anew at each start, and its process.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use aurora_model::Stream;
use aurora_secrets::Secret;
use aurora_tasks::Shutdown;
use nkeys::{KeyPair, KeyPairType};
use serde::Deserialize;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::{Error, Permissions, Standing, permissions, wire};

/// How long a server may take until it says where it listens; a large store is read first.
const FIRST_WORD: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);
/// Before it is started again; twice as long each time that it does not start.
const AGAIN: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(10);

/// A user with the rights of a standing.
#[derive(Clone, Debug)]
pub struct User {
    pub standing: Standing,
    pub public: String,
    pub seed: Secret<String>,
}

impl User {
    /// The user whose key pair follows from `key`.
    ///
    /// # Errors
    /// [`Error::Key`], which no 32 bytes bring about.
    pub fn new(standing: Standing, key: &Secret<[u8; 32]>) -> Result<Self, Error> {
        let pair = KeyPair::new_from_raw(KeyPairType::User, *key.expose()).map_err(Error::Key)?;
        Ok(Self {
            standing,
            public: pair.public_key(),
            seed: Secret::new(pair.seed().map_err(Error::Key)?),
        })
    }
}

/// What a server of ours needs.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    pub program: PathBuf,
    /// Everything of it: configuration, log, store.
    pub dir: PathBuf,
    /// Most that one stream keeps, in bytes.
    pub max_bytes: u64,
    /// Port 0 takes any that is free.
    pub listen: SocketAddr,
    /// One account for each site, with its users.
    pub accounts: Vec<(String, Vec<User>)>,
}

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub struct NatsServer {
    child: Child,
    url: String,
}

/// `nats-server` among the tools that `./aurora setup` installs, or on the PATH.
pub fn find_server() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    let installed = cache.map(|cache| cache.join("aurorasoc/python/bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = installed.into_iter().chain(std::env::split_paths(&path));
    folders
        .map(|folder| folder.join("nats-server"))
        .find(|program| program.is_file())
}

/// The whole configuration. What is acknowledged is in a file: `sync_interval` is always `always`.
pub fn server_config(options: &ServerOptions) -> String {
    let port = match options.listen.port() {
        0 => -1,
        port => i32::from(port),
    };
    let mut text = format!(
        "# Written by aurorasoc at each start; changes are lost.\n\
         host: \"{}\"\nport: {port}\nports_file_dir: {}\npid_file: {}\nlog_file: {}\nmax_payload: {}\n\
         jetstream {{ store_dir: {}, sync_interval: always, max_file_store: {} }}\naccounts {{\n",
        options.listen.ip(),
        quoted(&options.dir),
        quoted(&pid(&options.dir)),
        quoted(&log(&options.dir)),
        wire::MAX_PAYLOAD,
        quoted(&options.dir.join("store")),
        // Every stream and as much again for leases and what stands around messages.
        options.max_bytes * (Stream::ALL.len() as u64 + 1) * options.accounts.len() as u64,
    );
    for (name, users) in &options.accounts {
        let users: String = users.iter().map(user).collect();
        let written = write!(
            text,
            "  \"{name}\" {{\n    jetstream: enabled\n    users: [\n{users}    ]\n  }}\n"
        );
        written.expect("a string takes everything");
    }
    text.push_str("}\n");
    text
}

fn user(user: &User) -> String {
    let Permissions { publish, subscribe } = permissions(user.standing);
    let list = |subjects: &[String]| serde_json::Value::from(subjects.to_vec()).to_string();
    format!(
        "      # {}\n      {{ nkey: {}, permissions: {{ publish: {{ allow: {} }}, subscribe: {{ allow: {} }} }} }}\n",
        user.standing.name(),
        user.public,
        list(&publish),
        list(&subscribe),
    )
}

fn quoted(path: &Path) -> String {
    serde_json::Value::from(path.display().to_string()).to_string()
}

fn log(dir: &Path) -> PathBuf {
    dir.join("nats-server.log")
}

fn pid(dir: &Path) -> PathBuf {
    dir.join("nats-server.pid")
}

/// Where the server writes on which ports it listens.
#[derive(Deserialize)]
struct Ports {
    nats: Vec<String>,
}

impl NatsServer {
    /// Starts a server and waits until it listens.
    ///
    /// # Errors
    /// When it does not start; its log says why.
    pub async fn start(options: &ServerOptions) -> Result<Self, Error> {
        let config = options.dir.join("nats-server.conf");
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| Error::File { path, source }
        };
        std::fs::create_dir_all(&options.dir).map_err(failed(&options.dir))?;
        end_orphan(&options.dir, &config).await;
        std::fs::write(&config, server_config(options)).map_err(failed(&config))?;
        let mut child = Command::new(&options.program)
            .arg("-c")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(failed(&options.program))?;
        let url = listens(&mut child, &options.dir).await?;
        Ok(Self { child, url })
    }

    /// Where clients connect.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Starts it again, on the same port, whenever it ends, and until it does start; ends it at
    /// shutdown.
    ///
    /// # Errors
    /// When the process cannot be waited for or ended.
    pub async fn supervise(
        mut self,
        mut options: ServerOptions,
        shutdown: Shutdown,
    ) -> Result<(), Error> {
        if let Ok(address) = self.url.trim_start_matches("nats://").parse() {
            options.listen = address;
        }
        loop {
            let ended = tokio::select! {
                () = shutdown.cancelled() => None,
                ended = self.child.wait() => Some(ended),
            };
            let program = |source| Error::File {
                path: options.program.clone(),
                source,
            };
            let Some(ended) = ended else {
                return self.stop().await.map_err(program);
            };
            let status = ended.map_err(program)?;
            tracing::warn!(%status, "nats-server ended; it is started again");
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                again = again(&options) => self = again,
            }
        }
    }

    /// Ends it. What it acknowledged is in files; it need not be asked kindly.
    ///
    /// # Errors
    /// When the process cannot be ended.
    pub async fn stop(mut self) -> std::io::Result<()> {
        self.child.kill().await
    }
}

/// A site without its bus waits for it, however long it takes.
async fn again(options: &ServerOptions) -> NatsServer {
    let mut wait = AGAIN;
    loop {
        sleep(wait).await;
        match NatsServer::start(options).await {
            Ok(server) => return server,
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "nats-server cannot be started again"
            ),
        }
        wait = (wait * 2).min(LONGEST);
    }
}

/// Ends a server of this folder that outlived a site which was killed: two cannot share a store.
async fn end_orphan(dir: &Path, config: &Path) {
    let known = std::fs::read_to_string(pid(dir)).ok();
    let Some(number) = known.and_then(|text| text.trim().parse::<i32>().ok()) else {
        return;
    };
    let proc = PathBuf::from(format!("/proc/{number}"));
    let ours = || {
        // A number is used again; a command line that names our configuration is not.
        let line = std::fs::read(proc.join("cmdline")).unwrap_or_default();
        let wanted = config.as_os_str().as_encoded_bytes();
        line.split(|byte| *byte == 0).any(|word| word == wanted)
    };
    if !ours() {
        return;
    }
    let process = rustix::process::Pid::from_raw(number);
    let ended = process.map(|p| rustix::process::kill_process(p, rustix::process::Signal::KILL));
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

async fn listens(child: &mut Child, dir: &Path) -> Result<String, Error> {
    let pid = child.id().unwrap_or_default();
    let until = Instant::now() + FIRST_WORD;
    let file = dir.join(format!("nats-server_{pid}.ports"));
    while Instant::now() < until {
        if let Ok(Some(status)) = child.try_wait() {
            return Err(Error::Ended {
                status: status.to_string(),
                log: log(dir),
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
        log: log(dir),
    })
}
