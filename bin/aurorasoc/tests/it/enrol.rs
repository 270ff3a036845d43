//! A host enrols with a code, forwards by certificate, and is denied.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Place, Ran, number, wait_for};

struct Host {
    dir: TempDir,
    running: Option<Child>,
    lines: u64,
}

impl Host {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            running: None,
            lines: 0,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aurorasoc"));
        let home = std::env::var_os("HOME").unwrap_or_default();
        command.env_clear().env("HOME", home).stdin(Stdio::null());
        command.arg("--data-dir").arg(self.path("data"));
        command.args([
            "--set",
            "site.retry_seconds=1",
            "--set",
            "buffer.reserve_bytes=0",
        ]);
        command
    }

    fn enrol(&self, url: &str, code: &str, name: &str) -> Ran {
        std::fs::write(self.path("code"), code).unwrap();
        let mut command = self.command();
        command.args(["collect", "enrol", "--to", url, "--name", name]);
        command.arg("--code-file").arg(self.path("code"));
        Ran::of(command.arg("--json").output().unwrap())
    }

    fn start(&mut self) {
        let mut command = self.command();
        command.args(["collect", "--file"]).arg(self.path("*.log"));
        let said = std::fs::File::create(self.path("said")).unwrap();
        command.stdout(Stdio::null()).stderr(said);
        self.running = Some(command.spawn().unwrap());
    }

    fn write(&mut self, lines: u64) {
        let mut options = std::fs::File::options();
        let path = self.path("auth.log");
        let mut file = options.create(true).append(true).open(path).unwrap();
        for n in self.lines..self.lines + lines {
            let line = "<38>Nov 22 11:00:00 ws1 sshd[7]: Accepted password for eva from 10.0.0.1";
            writeln!(file, "{line} port {n} ssh2").unwrap();
        }
        self.lines += lines;
    }

    fn until(&self, right: impl Fn(&Value) -> bool) -> Value {
        wait_for(|| {
            let mut command = self.command();
            let ran = Ran::of(
                command
                    .args(["collect", "status", "--json"])
                    .output()
                    .unwrap(),
            );
            serde_json::from_str(&ran.out).ok().filter(&right)
        })
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!(
                "{}",
                std::fs::read_to_string(self.path("said")).unwrap_or_default()
            );
        }
        if let Some(mut running) = self.running.take() {
            running.kill().unwrap();
            running.wait().unwrap();
        }
    }
}

fn edge_address(place: &Place) -> String {
    format!("https://{}", place.address("edge"))
}

fn code(place: &Place, host: &str) -> String {
    let token = ["enrol", "token", "--host", host, "--source", "auto@branch7"];
    // Without a terminal it is the code and nothing else.
    place.ok(&token).trim_end().to_owned()
}

#[test]
fn a_host_enrols_forwards_and_is_denied() {
    let place = Place::with(&["events.store=memory", "storage.reserve_bytes=0"]);
    place.ok(&["up"]);
    let url = edge_address(&place);
    let code = code(&place, "ws-*");
    let mut host = Host::new();

    let other = host.enrol(&url, &code, "db-1");
    assert!(other.err.contains("not for the host `db-1`"), "{other:?}");
    let mut another = code.clone();
    another.replace_range(
        code.len() - 4..,
        if code.ends_with("0000") {
            "1111"
        } else {
            "0000"
        },
    );
    let stranger = host.enrol(&url, &another, "ws-1");
    assert_ne!(
        stranger.code, 0,
        "a site with another authority: {stranger:?}"
    );
    let enrolled = host.enrol(&url, &code, "ws-1");
    assert_eq!(enrolled.code, 0, "{enrolled:?}");
    let again = host.enrol(&url, &code, "ws-1");
    assert!(again.err.contains("has enrolled at"), "{again:?}");
    let used = Host::new().enrol(&url, &code, "ws-2");
    assert!(
        used.err.contains("unknown, used, revoked or too old"),
        "{used:?}"
    );

    host.write(500);
    host.start();
    let settled = |ledger: &Value| {
        number(&ledger["total"]["received"]) >= 500 && number(&ledger["total"]["in_flight"]) == 0
    };
    let ledger = place.until(&["ledger"], settled);
    assert_eq!(ledger["balances"], true, "{ledger}");
    let sources = ledger["sources"].to_string();
    assert!(sources.contains("@branch7"), "{sources}");
    let state = host.until(|state| number(&state["forwarded"]) == 500);
    assert_eq!(state["link"]["protocol"], "HTTP/2", "{state}");

    let listed = place.json(&["enrol", "list"]);
    let id = listed["edges"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(listed["edges"][0]["host"], "ws-1");
    place.ok(&["enrol", "revoke", &id[..8]]);
    host.write(100);
    let state = host.until(|state| state["link"]["state"] == "refused");
    let reason = state["link"]["reason"].as_str().unwrap();
    assert!(reason.contains("enrol the host again"), "{reason}");
    assert_eq!(number(&place.json(&["ledger"])["total"]["received"]), 500);

    // With a new code it goes on where it was, under a new id.
    drop(
        host.running
            .take()
            .map(|mut it| it.kill().and_then(|()| it.wait())),
    );
    std::fs::remove_file(host.path("data/keys/enrolment.json")).unwrap();
    let enrolled = host.enrol(&url, &self::code(&place, "*"), "ws-1");
    assert_eq!(enrolled.code, 0, "{enrolled:?}");
    host.start();
    let all = |ledger: &Value| number(&ledger["total"]["received"]) >= 600;
    let ledger = place.until(&["ledger"], all);
    assert_eq!(number(&ledger["total"]["received"]), 600, "{ledger}");
    let said = std::fs::read_to_string(place.data_dir().join("run/site.log")).unwrap();
    let token = code.split('_').nth(2).unwrap();
    assert!(!said.contains(token), "a token stands in the log");
    place.ok(&["down"]);
}
