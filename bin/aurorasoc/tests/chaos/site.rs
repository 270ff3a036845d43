//! A data directory whose site is started and killed.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use aurora_client::Client;
use aurora_node::DataDir;
use rustix::process::Signal;
use tempfile::TempDir;

use crate::processes::{children, is_bus, signal, wait_for};
use crate::records;

/// What a site's bus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bus {
    Local,
    /// A `nats-server` that the site starts.
    Nats,
}

/// Where a site lives, and its process when it runs.
pub struct Place {
    folder: TempDir,
    serving: Option<Child>,
    /// What other processes do of the site's work; a whole site where there are none.
    staff: &'static [&'static str],
    /// Those processes, by what they do.
    workers: Vec<(&'static str, Child)>,
    pub client: Client,
}

const CONFIG: &str = r#"
[console]
listen = "127.0.0.1:0"
[ingest.http]
listen = "127.0.0.1:0"
[edge]
enabled = false
[syslog]
enabled = false
[storage]
reserve_bytes = 0
[rules]
shipped = false
folders = ["RULES"]
[detection]
snapshot_seconds = 2
[bus]
nats_listen = "127.0.0.1:PORT"
lease_seconds = 2
"#;

impl Place {
    /// `None`, with a message, where the event engine is not installed: a store in memory does not
    /// outlive its process.
    pub fn new() -> Option<Self> {
        Self::on(Bus::Local)
    }

    /// The same with a bus of one's choice, where there is one.
    pub fn on(bus: Bus) -> Option<Self> {
        if bus == Bus::Nats && aurora_bus_nats::find_server().is_none() {
            eprintln!("skipped: `nats-server` is not installed; run `./aurora setup`");
            return None;
        }
        if let Err(error) = aurora_events_engine::find_library(None) {
            eprintln!("skipped: {error}");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let rules = folder.path().join("rules");
        records::write_rules(&rules);
        let store = match bus {
            Bus::Local => "local",
            Bus::Nats => "nats",
        };
        let config = CONFIG.replace("RULES", &rules.display().to_string());
        let config = config.replace("PORT", &free_port().to_string());
        let config = format!("{config}store = \"{store}\"\n");
        std::fs::write(folder.path().join("site.toml"), config).unwrap();
        let client = Client::new(DataDir::socket(&folder.path().join("data")));
        Some(Self {
            folder,
            serving: None,
            staff: &[],
            workers: Vec::new(),
            client,
        })
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self) -> Command {
        // A long run is not to notice that somebody builds meanwhile.
        let kept = std::env::var_os("AURORA_CHAOS_PROGRAM");
        let mut command = Command::new(kept.unwrap_or(env!("CARGO_BIN_EXE_aurorasoc").into()));
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.path("log"))
            .unwrap();
        command
            .env_clear()
            .env("HOME", std::env::var_os("HOME").unwrap_or_default())
            .envs(std::env::var_os("XDG_CACHE_HOME").map(|cache| ("XDG_CACHE_HOME", cache)))
            .arg("--data-dir")
            .arg(self.path("data"))
            .arg("--config")
            .arg(self.path("site.toml"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        command
    }

    /// Starts a site; it answers when this returns.
    pub async fn start(&mut self) {
        let mut command = self.command();
        command.arg("serve");
        if !self.staff.is_empty() {
            command.args(["--roles", "api"]);
        }
        self.serving = Some(command.spawn().unwrap());
        let site = self.serving().unwrap();
        // One that ends by itself is known by that; its number is taken as long as nobody waits for it.
        let serving = RefCell::new(self.serving.as_mut().unwrap());
        let ended = wait_for("the site to answer", || async {
            match self.client.status().await {
                Ok(status) if status.pid == site => Some(None),
                _ => serving.borrow_mut().try_wait().unwrap().map(Some),
            }
        })
        .await;
        assert!(ended.is_none(), "the site ended: {ended:?}: {}", self.log());
        self.staff();
    }

    /// Leaves work to processes beside the site, one for each of these lists of roles. They run as soon as
    /// the site does.
    pub fn employ(&mut self, staff: &'static [&'static str]) {
        self.staff = staff;
    }

    /// Sees to it that everybody who is employed is at work.
    pub fn staff(&mut self) {
        for (name, worker) in &mut self.workers {
            if let Some(status) = worker.try_wait().unwrap() {
                let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap();
                let because = log.lines().rev().find(|line| line.contains("because: "));
                eprintln!(
                    "`{name}` ended by itself: {status}{}",
                    because.unwrap_or_default()
                );
            }
        }
        self.workers
            .retain_mut(|(_, worker)| worker.try_wait().unwrap().is_none());
        for name in self.staff {
            if self.workers.iter().all(|(known, _)| known != name) {
                let worker = self.command().args(["serve", "--roles", name]).spawn();
                self.workers.push((name, worker.unwrap()));
            }
        }
    }

    /// SIGKILL for the worker that does this.
    pub fn kill_worker(&mut self, name: &str) {
        if let Some(at) = self.workers.iter().position(|(known, _)| *known == name) {
            end(self.workers.remove(at).1, false);
        }
    }

    /// SIGKILL for every worker.
    pub fn kill_workers(&mut self) {
        for (_, worker) in &self.workers {
            signal(worker.id(), Signal::KILL);
        }
        self.workers
            .drain(..)
            .for_each(|(_, worker)| end(worker, false));
    }

    /// The process of the site, when one was started.
    pub fn serving(&self) -> Option<u32> {
        self.serving.as_ref().map(Child::id)
    }

    /// An import of `file`, into the site or into one of its own.
    pub fn import(&self, file: &Path) -> Child {
        self.command().arg("import").arg(file).spawn().unwrap()
    }

    /// Imports to the end.
    pub fn import_whole(&self, file: &Path) {
        let status = self.import(file).wait().unwrap();
        assert!(status.success(), "{status}: {}", self.log());
    }

    pub async fn http(&self) -> Option<SocketAddr> {
        let status = self.client.status().await.ok()?;
        let listener = status
            .listeners
            .iter()
            .find(|listener| listener.name == "http ingest")?;
        listener.address.parse().ok()
    }

    /// SIGKILL for the site, and for its engine as well when `engine` says so.
    pub fn kill(&mut self, engine: bool) {
        if let Some(site) = self.serving.take() {
            end(site, engine);
        }
    }

    /// Asks the workers and then the site to stop, and waits until they have.
    pub fn stop(&mut self) {
        for (_, worker) in &self.workers {
            signal(worker.id(), Signal::TERM);
        }
        for (name, mut worker) in std::mem::take(&mut self.workers) {
            let status = worker.wait().unwrap();
            assert!(status.success(), "{name}: {status}: {}", self.log());
        }
        if let Some(mut site) = self.serving.take() {
            signal(site.id(), Signal::TERM);
            let status = site.wait().unwrap();
            assert!(status.success(), "{status}: {}", self.log());
        }
    }

    /// What the processes have said last, and of what went before why some ended.
    pub fn log(&self) -> String {
        let text = std::fs::read_to_string(self.path("log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let (earlier, last) = lines.split_at(lines.len().saturating_sub(40));
        let ends = |line: &&&str| line.starts_with("error: ") || line.contains("because: ");
        let ends = earlier.iter().filter(ends);
        ends.chain(last).copied().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.log());
        }
        self.kill_workers();
        self.kill(true);
        // One that a killed site left, and that no later start has ended.
        let known = std::fs::read_to_string(self.path("data/nats/nats-server.pid"));
        if let Some(pid) = known.ok().and_then(|text| text.trim().parse().ok())
            && is_bus(pid)
        {
            signal(pid, Signal::KILL);
        }
    }
}

/// A port that is free now. A server that is started again has to be where its clients know it.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// SIGKILL for a process, and first for its children when `children_too` says so.
pub fn end(mut process: Child, children_too: bool) {
    let kept = if children_too {
        children(process.id())
    } else {
        Vec::new()
    };
    signal(process.id(), Signal::KILL);
    kept.into_iter()
        .for_each(|child| signal(child, Signal::KILL));
    drop(process.wait());
}
