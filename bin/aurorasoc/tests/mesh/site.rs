//! A site in its namespace, and what one asks of it.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aurora_client::Client;
use aurora_messages::{
    AlertQuery, ImportRequest, ImportState, InvitationRequest, JoinMesh, LinkState, VerifySite,
};
use aurora_node::DataDir;
use tempfile::TempDir;

use crate::clocks;
use crate::network::{Network, address};

const PATIENCE: Duration = Duration::from_secs(90);
const LOOK: Duration = Duration::from_millis(50);
const LABELS: [&str; 3] = ["site-a", "site-b", "site-c"];

const RULE: &str = "title: Encoded PowerShell\nid: 9d0f0a54-2e0a-4a86-9a52-0c7c63c0aa11\nstatus: test\n\
    author: AuroraSOC\nlogsource:\n    category: process_creation\n    product: windows\ndetection:\n    \
    selection:\n        CommandLine|contains: ' -enc '\n    condition: selection\nlevel: high\n";

pub struct Site {
    pub number: u8,
    pub client: Client,
    folder: TempDir,
    process: Child,
    attacks: u32,
}

/// What a burst took.
pub struct Spent {
    pub wall: Duration,
    pub cpu: Duration,
}

impl Site {
    /// Starts it in its namespace; the first one is the primary and the hub.
    pub fn start(network: &Network, number: u8) -> Self {
        Self::start_as(network, number, true)
    }

    /// The same, which does not federate.
    pub fn start_alone(network: &Network, number: u8) -> Self {
        Self::start_as(network, number, false)
    }

    fn start_as(network: &Network, number: u8, federates: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir(path("rules")).unwrap();
        std::fs::write(path("rules/encoded.yml"), RULE).unwrap();
        std::fs::write(path("site.toml"), settings(number, &path("rules"))).unwrap();
        Self {
            number,
            client: Client::new(DataDir::socket(&path("data"))),
            process: command(network, number, folder.path(), federates)
                .spawn()
                .unwrap(),
            folder,
            attacks: 0,
        }
    }

    /// Kills it and starts it again with another floor: alerts from that severity on are shared.
    pub fn start_with_floor(&mut self, network: &Network, floor: &str) {
        drop(self.process.kill());
        drop(self.process.wait());
        let mut command = command(network, self.number, self.folder.path(), true);
        command.env("FEDERATION_FEDERATE_MIN_SEVERITY", floor);
        self.process = command.spawn().unwrap();
    }

    /// Kills it and starts it with a clock that is so many seconds ahead, in a process of this test.
    pub fn start_at(&mut self, network: &Network, ahead: i64) {
        drop(self.process.kill());
        drop(self.process.wait());
        let mut command = within(network, self.number, &std::env::current_exe().unwrap());
        command
            .args(["--exact", clocks::SITE, "--nocapture"])
            .env(clocks::FOLDER, self.folder.path())
            .env(clocks::AHEAD, ahead.to_string())
            .stderr(log(self.folder.path()));
        self.process = command.spawn().unwrap();
    }

    pub fn label(&self) -> &'static str {
        label(self.number)
    }

    pub async fn ready(&self) {
        until(&format!("{} answers", self.label()), async || {
            self.client
                .status()
                .await
                .is_ok_and(|status| status.ready())
        })
        .await;
    }

    /// Joins the mesh of the primary; one person sits at both.
    pub async fn join(&self, primary: &Self) {
        let request = InvitationRequest {
            label: self.label().to_owned(),
            minutes: 15,
        };
        let invited = primary.client.invite_site(&request).await.unwrap();
        let join = JoinMesh { code: invited.code };
        let asked = self.client.join_mesh(&join).await.unwrap();
        let code = VerifySite {
            code: asked.compare,
        };
        self.client.verify_site(&code).await.unwrap();
        until("the primary lets it in", async || {
            primary.client.verify_site(&code).await.is_ok()
        })
        .await;
    }

    /// The state of links, by the other site's name.
    pub async fn links(&self) -> BTreeMap<String, LinkState> {
        let Ok(topology) = self.client.topology().await else {
            return BTreeMap::new();
        };
        let label = |site| {
            let node = topology.now.nodes.iter().find(|node| node.id == site);
            node.map(|node| node.label.clone()).unwrap_or_default()
        };
        let links = topology.now.links.iter();
        links.map(|link| (label(link.to), link.state)).collect()
    }

    /// Records that it keeps aside.
    pub async fn aside(&self) -> u64 {
        let status = self.client.federation().await.unwrap();
        status.counts.quarantined
    }

    /// Carriers that reach a site.
    pub async fn carriers(&self, label: &str) -> Vec<String> {
        let Ok(topology) = self.client.topology().await else {
            return Vec::new();
        };
        let nodes = &topology.now.nodes;
        let Some(node) = nodes.iter().find(|node| node.label == label) else {
            return Vec::new();
        };
        let link = topology.now.links.iter().find(|link| link.to == node.id);
        let carriers = link.into_iter().flat_map(|link| &link.carriers);
        let connected = carriers.filter(|carrier| carrier.connected);
        connected.map(|carrier| carrier.name.clone()).collect()
    }

    /// An alert here, of a machine that nobody else has. Gives its name.
    pub async fn attack(&mut self) -> String {
        self.attacks += 1;
        let host = format!("ws-{}-{}", self.number, self.attacks);
        self.import(&host, &record(&host, self.attacks, true)).await;
        host
    }

    /// So many records, of which one in a hundred is an attack of its own; the last one is.
    pub async fn burst(&mut self, records: usize) -> Spent {
        let mut text = String::new();
        for left in (0..records).rev() {
            self.attacks += 1;
            let host = format!("ws-{}-{}", self.number, self.attacks);
            text.push_str(&record(&host, self.attacks, left % 100 == 0));
        }
        let host = format!("ws-{}-{}", self.number, self.attacks);
        let (begun, before) = (Instant::now(), self.cpu());
        self.import(&host, &text).await;
        Spent {
            wall: begun.elapsed(),
            cpu: self.cpu() - before,
        }
    }

    /// What its process has used of all processors.
    fn cpu(&self) -> Duration {
        let usage = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        let rest = usage.rsplit_once(')').unwrap().1;
        let ticks = rest.split_whitespace().skip(11).take(2);
        let ticks: u64 = ticks.map(|it| it.parse::<u64>().unwrap()).sum();
        // The kernel's USER_HZ is 100 on every platform that we build for.
        Duration::from_millis(ticks * 10)
    }

    /// Waits until the machine's attack is seen.
    async fn import(&self, host: &str, text: &str) {
        let path = self.folder.path().join(format!("{host}.jsonl"));
        std::fs::write(&path, text).unwrap();
        let request = ImportRequest {
            path: path.display().to_string(),
            source: None,
            restart: false,
        };
        let job = self.client.start_import(&request).await.unwrap();
        until("the import ends", async || {
            let job = self.client.import(&job.id).await;
            job.is_ok_and(|job| job.state == ImportState::Done)
        })
        .await;
        until("the attack is seen at home", async || {
            let query = AlertQuery {
                text: Some(host.to_owned()),
                ..AlertQuery::all()
            };
            let found = self.client.alerts(&query).await;
            found.is_ok_and(|page| !page.alerts.is_empty())
        })
        .await;
    }

    /// How many alerts there are of each machine.
    pub async fn alerts(&self) -> BTreeMap<String, u32> {
        let all = AlertQuery {
            limit: Some(10_000),
            ..AlertQuery::all()
        };
        let Ok(page) = self.client.alerts(&all).await else {
            return BTreeMap::new();
        };
        let mut found = BTreeMap::new();
        for row in page.alerts {
            let host = row.entity.map(|entity| entity.value).unwrap_or_default();
            *found.entry(host).or_default() += 1;
        }
        found
    }

    /// SIGKILL for its server of the mesh; the site starts another.
    pub fn kill_server(&self) {
        let path: PathBuf = self.folder.path().join("data/mesh/nats-server.pid");
        let pid = std::fs::read_to_string(path).unwrap();
        let killed = std::process::Command::new("kill")
            .args(["-9", pid.trim()])
            .status();
        assert!(killed.unwrap().success());
    }

    pub fn log(&self) -> String {
        let text = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}: {}", self.label(), self.log());
        }
        drop(self.process.kill());
        drop(self.process.wait());
        // It outlives a site that is killed.
        let pid = self.folder.path().join("data/mesh/nats-server.pid");
        if let Ok(pid) = std::fs::read_to_string(pid) {
            let kill = std::process::Command::new("kill")
                .args(["-9", pid.trim()])
                .status();
            drop(kill);
        }
    }
}

fn label(number: u8) -> &'static str {
    LABELS[usize::from(number) - 1]
}

/// A program in the site's namespace, told what the site is in the mesh.
fn within(network: &Network, number: u8, program: &Path) -> Command {
    let mut command = network.within(&network.name(number), program);
    let tier = if number == 1 { "primary" } else { "secondary" };
    command
        .env("FEDERATION_ENABLED", "true")
        .env("FEDERATION_SITE_ID", label(number))
        .env("FEDERATION_SITE_NAME", label(number))
        .env("FEDERATION_SITE_TIER", tier)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

fn command(network: &Network, number: u8, folder: &Path, federates: bool) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_aurorasoc"));
    let mut command = within(network, number, program);
    command
        .arg("--data-dir")
        .arg(folder.join("data"))
        .arg("--config")
        .arg(folder.join("site.toml"))
        .arg("serve")
        .env("FEDERATION_ENABLED", federates.to_string())
        .stderr(log(folder));
    command
}

fn log(folder: &Path) -> File {
    let mut options = File::options();
    let path = folder.join("log");
    options.append(true).create(true).open(path).unwrap()
}

fn settings(number: u8, rules: &std::path::Path) -> String {
    let at = address(number);
    let leafnodes = match number {
        1 => format!("listen = \"{at}:7422\""),
        _ => format!("hubs = [\"site-a={}:7422\"]", address(1)),
    };
    format!(
        "[console]\nlisten = \"127.0.0.1:0\"\n[ingest.http]\nlisten = \"127.0.0.1:0\"\n[edge]\n\
         enabled = false\n[syslog]\nenabled = false\n[storage]\nreserve_bytes = 0\n[events]\n\
         store = \"memory\"\n[rules]\nshipped = false\nfolders = [\"{}\"]\n[federation.direct]\n\
         listen = \"{at}:7423\"\n[federation.leafnodes]\n{leafnodes}\n",
        rules.display()
    )
}

fn record(host: &str, number: u32, is_attack: bool) -> String {
    let line = if is_attack {
        "-enc AAAA"
    } else {
        "-File a.ps1"
    };
    format!(
        "{{\"EventID\":1,\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\
         \"Provider_Name\":\"Microsoft-Windows-Sysmon\",\"Computer\":\"{host}\",\
         \"EventRecordID\":{number},\"UtcTime\":\"2026-03-01 10:00:00.000\",\"ProcessId\":4242,\
         \"ParentProcessId\":7,\"Image\":\"C:\\\\Windows\\\\powershell.exe\",\
         \"CommandLine\":\"powershell {line}\",\"User\":\"LAB\\\\eva\",\
         \"ParentImage\":\"C:\\\\Windows\\\\explorer.exe\",\"ParentCommandLine\":\"explorer.exe\"}}\n"
    )
}

/// Looks until it holds; gives how long that took.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) -> Duration {
    let started = Instant::now();
    while !holds().await {
        assert!(started.elapsed() < PATIENCE, "waited too long: {what}");
        tokio::time::sleep(LOOK).await;
    }
    started.elapsed()
}
