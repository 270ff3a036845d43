//! A site in its namespace, and what one asks of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use aurora_client::Client;
use aurora_messages::{
    AlertQuery, ImportRequest, ImportState, InvitationRequest, JoinMesh, LinkState, VerifySite,
};
use aurora_node::DataDir;
use tempfile::TempDir;

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

impl Site {
    /// Starts it in its namespace; the first one is the primary and the hub.
    pub fn start(network: &Network, number: u8) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir(path("rules")).unwrap();
        std::fs::write(path("rules/encoded.yml"), RULE).unwrap();
        std::fs::write(path("site.toml"), settings(number, &path("rules"))).unwrap();
        let label = LABELS[usize::from(number) - 1];
        let log = std::fs::File::create(path("log")).unwrap();
        let mut command = network.within(&network.name(number), env!("CARGO_BIN_EXE_aurorasoc"));
        command
            .env("FEDERATION_ENABLED", "true")
            .env("FEDERATION_SITE_ID", label)
            .env("FEDERATION_SITE_NAME", label)
            .env(
                "FEDERATION_SITE_TIER",
                if number == 1 { "primary" } else { "secondary" },
            )
            .arg("--data-dir")
            .arg(path("data"))
            .arg("--config")
            .arg(path("site.toml"))
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        let client = Client::new(DataDir::socket(&path("data")));
        Self {
            number,
            client,
            process: command.spawn().unwrap(),
            folder,
            attacks: 0,
        }
    }

    pub fn label(&self) -> &'static str {
        LABELS[usize::from(self.number) - 1]
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
        let path = self.folder.path().join(format!("{host}.jsonl"));
        std::fs::write(&path, record(&host, self.attacks)).unwrap();
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
            self.alerts().await.contains_key(&host)
        })
        .await;
        host
    }

    /// How many alerts there are of each machine.
    pub async fn alerts(&self) -> BTreeMap<String, u32> {
        let Ok(page) = self.client.alerts(&AlertQuery::all()).await else {
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

fn record(host: &str, number: u32) -> String {
    format!(
        "{{\"EventID\":1,\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\
         \"Provider_Name\":\"Microsoft-Windows-Sysmon\",\"Computer\":\"{host}\",\
         \"EventRecordID\":{number},\"UtcTime\":\"2026-03-01 10:00:00.000\",\"ProcessId\":4242,\
         \"ParentProcessId\":7,\"Image\":\"C:\\\\Windows\\\\powershell.exe\",\
         \"CommandLine\":\"powershell -enc AAAA\",\"User\":\"LAB\\\\eva\",\
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
