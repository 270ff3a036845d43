//! A witness that answers over HTTP, as a process: asked by a site, and killed between its writes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;

use aurora_audit::Signed;
use aurora_audit::witness::AddCheckpoint;
use aurora_audit_sequencer::{Keys, Log};
use aurora_clock::Timestamp;
use aurora_disk::RealDisk;
use aurora_model::{Action, Actor, AuthStrength, Decision, Scope, SiteId, TraceContext};
use aurora_secrets::Keyring;
use tempfile::TempDir;

use crate::support::{Place, wait_for};

const NAME: &str = "peer.example/w";

/// A witness with a folder of its own, started and killed at will.
struct Witness {
    place: Place,
    log: PathBuf,
    armed: PathBuf,
    running: Option<(Child, String)>,
    key: String,
}

impl Witness {
    fn of(log: PathBuf) -> Self {
        let place = Place::new();
        let armed = place.path().join("armed");
        let mut witness = Self {
            place,
            log,
            armed,
            running: None,
            key: String::new(),
        };
        witness.start();
        witness
    }

    fn start(&mut self) {
        let (state, log) = (self.place.path().join("state"), text(&self.log).to_owned());
        let asked = ["audit", "witness", "--listen", "127.0.0.1:0", "--log", &log];
        let asked = [&asked[..], &["--state", text(&state), "--name", NAME]].concat();
        let mut command = self.place.command(&asked);
        command.env(aurora_failpoint::ARMED, &self.armed);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut next = || {
            let line = lines.next().unwrap().unwrap();
            line.split_whitespace().last().unwrap().to_owned()
        };
        self.key = next();
        self.running = Some((child, next()));
    }

    fn url(&self) -> &str {
        &self.running.as_ref().unwrap().1
    }

    /// Status and body; none when the process ended before it answered.
    fn add(&self, request: &AddCheckpoint) -> Option<(u16, String)> {
        let address = self.url().trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).unwrap();
        let body = request.to_string();
        let head = format!(
            "POST /add-checkpoint HTTP/1.1\r\nhost: w\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
        let mut answer = String::new();
        drop(stream.read_to_string(&mut answer));
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Some((status, body.to_owned()))
    }

    /// Asks, and is ended at that place by SIGKILL; then it is started again.
    fn killed_at(&mut self, point: &str, request: &AddCheckpoint) {
        std::fs::write(&self.armed, point).unwrap();
        assert_eq!(self.add(request), None, "{point}: it answered");
        let (mut child, _) = self.running.take().unwrap();
        assert!(!child.wait().unwrap().success());
        std::fs::remove_file(&self.armed).unwrap();
        self.start();
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        if let Some((mut child, _)) = self.running.take() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A log with some entries that others share, and some of its own.
struct History {
    log: Log,
    dir: TempDir,
    own: &'static str,
}

impl History {
    fn new(keys: &Path, own: &'static str) -> Self {
        let scope = scope();
        let keys = Keys::of(&Keyring::open(keys).unwrap(), &scope);
        let dir = tempfile::tempdir().unwrap();
        let disk = RealDisk::new(dir.path()).unwrap();
        let log = Log::open(Arc::new(disk), keys).unwrap();
        Self { log, dir, own }
    }

    fn grow(&mut self, to: u64, reason: Option<&str>) -> Signed {
        let from = self.log.head().checkpoint.size + 1;
        let reason = reason.unwrap_or(self.own);
        let more: Vec<Decision> = (from..=to).map(|seq| decision(seq, reason)).collect();
        self.log.append(&more).unwrap().clone()
    }

    fn request(&self, old: u64, head: &Signed) -> AddCheckpoint {
        AddCheckpoint::of(self.log.folder(), old, head).unwrap()
    }
}

fn scope() -> Scope {
    Scope::of(SiteId("5f0c2e9a4b7d41c8a6e3d2f1b0c9a8e7".parse().unwrap()))
}

fn decision(seq: u64, reason: &str) -> Decision {
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    Decision {
        seq,
        at: Timestamp::from_millis(1_795_345_544_720),
        scope: scope(),
        actor: Actor::Person("eva".to_owned()),
        auth: AuthStrength::OneTimeLink,
        action: Action::on("alert.close", [format!("alert-{seq}")]),
        reason: reason.to_owned(),
        policy: None,
        trace: trace.parse::<TraceContext>().unwrap(),
        before: None,
        after: None,
    }
}

#[test]
fn a_witness_that_is_killed_never_signs_two_roots_of_one_size() {
    for point in ["witness.judged", "witness.kept", "witness.signed"] {
        let keys = tempfile::tempdir().unwrap();
        let keys = keys.path().join("keys");
        let (mut log, mut fork) = (History::new(&keys, "true"), History::new(&keys, "other"));
        let five = log.grow(5, Some("shared"));
        fork.grow(5, Some("shared"));
        let mut witness = Witness::of(log.dir.path().join("log.vkey"));
        assert_eq!(witness.add(&log.request(0, &five)).unwrap().0, 200);

        let (nine, other) = (log.grow(9, None), fork.grow(9, None));
        assert_ne!(nine.checkpoint.root, other.checkpoint.root);
        witness.killed_at(point, &log.request(5, &nine));
        let forked = witness.add(&fork.request(5, &other)).unwrap();
        let again = witness.add(&log.request(9, &nine)).unwrap();
        if point == "witness.judged" {
            // Nothing was kept, and nothing signed: what comes first counts.
            assert_eq!((forked.0, again.0), (200, 409), "{forked:?}, {again:?}");
        } else {
            assert_eq!(forked, (409, "9\n".to_owned()), "{point}");
            assert_eq!(again.0, 200, "{point}: {again:?}");
        }
    }
}

#[test]
fn a_site_asks_its_witness_and_verifies_by_it() {
    let mut place = Place::new();
    place.ok(&["up"]);
    let log = place.data_dir().join("audit/default/log.vkey");
    wait_for(|| log.is_file().then_some(()));
    place.ok(&["down"]);
    assert_eq!(place.run(&["audit", "verify"]).code, 3);

    let mut witness = Witness::of(log);
    let asked = format!(
        "audit.witnesses=[{{url=\"{}\", key=\"{}\"}}]",
        witness.url(),
        witness.key
    );
    place.set(&asked);
    place.set("audit.witness_seconds=1");
    place.ok(&["up"]);
    let report = place.until(&["audit", "verify"], |report| report["verdict"] == "ok");
    assert_eq!(report["witnesses"][0], NAME, "{report}");
    place.ok(&["sources", "token", "zeek"]);
    let before = report["witnessed"].as_u64();
    let more = |report: &serde_json::Value| {
        report["verdict"] == "ok" && report["witnessed"].as_u64() > before
    };
    place.until(&["audit", "verify"], more);
    let status = place.json(&["status"]);
    assert!(status.to_string().contains("\"witness\""), "{status}");
    // A witness that is away holds nothing up, and is told of.
    let (mut child, _) = witness.running.take().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    place.ok(&["sources", "token", "json"]);
    place.until(&["status"], |status| {
        status.to_string().contains("did not answer")
    });
    place.ok(&["down"]);
}
