//! A collector as a process, and a site as another. `AURORA_CHAOS_ROUNDS` kills both more often; `just chaos-collector` does
//! so thirty times in the release profile.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Place, Ran, number, wait_for};

/// A site whose HTTP listener stays where it is over restarts, with a certificate.
struct Site {
    place: Place,
    folder: TempDir,
    url: String,
    running: Option<Child>,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let issued = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let (certificate, key) = (
            folder.path().join("site.crt"),
            folder.path().join("site.key"),
        );
        std::fs::write(&certificate, issued.cert.pem()).unwrap();
        std::fs::write(&key, issued.signing_key.serialize_pem()).unwrap();
        let port = std::net::TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let place = Place::with(&[
            "events.store=memory",
            "storage.reserve_bytes=0",
            &format!("ingest.http.listen=127.0.0.1:{port}"),
            &format!("ingest.http.tls.certificate={}", certificate.display()),
            &format!("ingest.http.tls.key={}", key.display()),
        ]);
        let mut site = Self {
            place,
            folder,
            url: format!("https://localhost:{port}"),
            running: None,
        };
        site.start();
        site
    }

    fn start(&mut self) {
        self.running = Some(self.place.start(&["serve", "--log", "warn"]));
        self.place.until(&["status"], |_| true);
    }

    fn kill(&mut self) {
        kill(self.running.take().unwrap());
    }

    /// What goes into a file is the token and nothing else.
    fn token(&self, source: &str) -> String {
        let token = ["sources", "token", source, "--label", "collector"];
        let said = self.place.ok(&token);
        assert_eq!(said.lines().count(), 1, "{said}");
        said
    }

    /// The ledger, once it has this many records and has settled all of them.
    fn ledger(&self, received: u64) -> Value {
        let settled = |ledger: &Value| {
            number(&ledger["total"]["received"]) >= received
                && number(&ledger["total"]["in_flight"]) == 0
        };
        let ledger = self.place.until(&["ledger"], settled);
        assert_eq!(ledger["balances"], true, "{ledger}");
        assert_eq!(number(&ledger["total"]["received"]), received, "{ledger}");
        ledger
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if self.running.is_some() {
            self.kill();
        }
    }
}

fn kill(mut process: Child) {
    kill_process(Pid::from_child(&process), Signal::KILL).unwrap();
    process.wait().unwrap();
}

/// A host with files and a collector.
struct Host {
    dir: TempDir,
    arguments: Vec<String>,
    running: Option<Child>,
    written: u64,
}

impl Host {
    fn new(site: &Site, token: &str, more: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("token"), token).unwrap();
        let path = |name: &str| dir.path().join(name).display().to_string();
        let authorities = site.folder.path().join("site.crt").display().to_string();
        let mut arguments: Vec<String> = [
            "--set",
            "site.retry_seconds=1",
            "--set",
            "buffer.reserve_bytes=0",
            "collect",
            "--to",
            &site.url,
            "--authorities",
            &authorities,
            "--token-file",
            &path("token"),
            "--file",
            &path("*.log"),
        ]
        .map(str::to_owned)
        .to_vec();
        arguments.extend(more.iter().map(|text| (*text).to_owned()));
        Self {
            dir,
            arguments,
            running: None,
            written: 0,
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
        command
    }

    fn start(&mut self) {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.path("said"))
            .unwrap();
        let mut command = self.command();
        command
            .args(&self.arguments)
            .stdout(Stdio::null())
            .stderr(log);
        self.running = Some(command.spawn().unwrap());
    }

    fn kill(&mut self) {
        kill(self.running.take().unwrap());
    }

    /// Lines of sshd, each of its own.
    fn write(&mut self, lines: u64) {
        let mut options = std::fs::File::options();
        options.create(true).append(true);
        let file = options.open(self.path("auth.log")).unwrap();
        let mut file = std::io::BufWriter::new(file);
        for n in self.written..self.written + lines {
            let line = format!(
                "<38>Nov 22 11:00:00 ws1 sshd[7]: Accepted password for eva from 10.0.0.{} port {n} ssh2",
                n % 250
            );
            writeln!(file, "{line}").unwrap();
        }
        file.flush().unwrap();
        self.written += lines;
    }

    fn ask(&self) -> Ran {
        let mut command = self.command();
        Ran::of(
            command
                .args(["collect", "status", "--json"])
                .output()
                .unwrap(),
        )
    }

    /// What the collector tells, once it is right.
    fn until(&self, right: impl Fn(&Value) -> bool) -> Value {
        wait_for(|| serde_json::from_str(&self.ask().out).ok().filter(&right))
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let said = std::fs::read_to_string(self.path("said")).unwrap_or_default();
            println!("{said}");
        }
        if self.running.is_some() {
            self.kill();
        }
    }
}

#[test]
fn nothing_is_lost_or_doubled_when_both_are_killed_in_turn() {
    killed_in_turn(&[], 3);
}

/// With events that the host makes, which are the site's own: each line is stored once, whoever made its event.
#[test]
fn events_of_the_host_are_there_once_when_both_are_killed_in_turn() {
    let state = killed_in_turn(&["--normalise"], 1);
    assert_eq!(state["normalised"]["events"], "used", "{state}");
    assert!(number(&state["normalised"]["records"]) > 0, "{state}");
}

/// What the last collector tells.
fn killed_in_turn(more: &[&str], rounds: u64) -> Value {
    let mut site = Site::new();
    let mut host = Host::new(&site, &site.token("auto@branch7"), more);
    host.start();
    host.write(2000);
    let state = host.until(|state| number(&state["forwarded"]) > 0);
    assert_eq!(state["link"]["protocol"], "HTTP/2", "{state}");
    let asked = std::env::var("AURORA_CHAOS_ROUNDS").map(|rounds| rounds.parse().unwrap());
    for round in 0..asked.unwrap_or(rounds) {
        // The moments are the test's choice, not something that is waited for.
        let moment = |step: u64| std::thread::sleep(Duration::from_millis(round * step % 250));
        host.write(3000);
        moment(37);
        host.kill();
        host.write(500);
        host.start();
        host.write(3000);
        moment(61);
        site.kill();
        host.write(500);
        site.start();
    }
    // A long time without the site, and a collector that starts in it.
    site.kill();
    host.write(5000);
    host.until(|state| state["link"]["state"] == "waiting");
    host.kill();
    host.start();
    host.until(|state| number(&state["buffer"]["batches"]) > 0);
    site.start();
    let ledger = site.ledger(host.written);
    assert_eq!(number(&ledger["total"]["dropped"]), 0);
    let sources = ledger["sources"].as_array().unwrap();
    let of_hosts = sources
        .iter()
        .find(|source| source["source"] == "syslog@branch7")
        .unwrap_or_else(|| panic!("{ledger}"));
    assert_eq!(number(&of_hosts["records"]["received"]), host.written);
    host.until(|state| number(&state["buffer"]["batches"]) == 0)
}

#[test]
fn programs_redact_and_leave_out_and_the_ledger_knows() {
    let site = Site::new();
    let program = site.folder.path().join("redact.vrl");
    let text = "if contains(string!(.message), \"port 7 \") { abort }\n\
                .message = replace(string!(.message), \"eva\", \"[redacted]\")\n\
                .branch = \"seven\"\n";
    std::fs::write(&program, text).unwrap();
    let program = program.display().to_string();
    let mut host = Host::new(&site, &site.token("auto"), &["--program", &program]);
    host.write(20);
    host.start();
    let ledger = site.ledger(20);
    assert_eq!(number(&ledger["total"]["dropped"]), 1, "{ledger}");
    let found = site.place.until(
        &["hunt", "raw_data:*redacted*", "--since", "36500d"],
        |answer| {
            answer["rows"]
                .as_array()
                .is_some_and(|rows| rows.len() == 19)
        },
    );
    let text = found.to_string();
    assert!(!text.contains("eva") && text.contains("seven"), "{text}");
    let state = host.until(|state| number(&state["left_out"]) == 1);
    assert_eq!(number(&state["forwarded"]), 19);
}

/// The golden records of a source that are one line.
fn golden(source: &Path) -> String {
    let mut inputs: Vec<_> = std::fs::read_dir(source.join("golden"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "in"))
        .collect();
    inputs.sort();
    let texts = inputs
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap());
    let text: String = texts.collect();
    let lines = text.lines().filter(|line| line.starts_with(['{', '<']));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Events of records in an order of their own, without what differs from site to site.
fn without_ids(answer: &Value) -> Vec<String> {
    let columns = answer["columns"].as_array().unwrap();
    let at = columns.iter().position(|column| column["name"] == "event");
    let rows = answer["rows"].as_array().unwrap();
    let mut texts: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let mut event = row[at.unwrap()].clone();
            let metadata = event["metadata"].as_object_mut().unwrap();
            assert!(metadata.remove("uid").is_some());
            // The site's own findings were logged nowhere.
            metadata.remove("logged_time")?;
            event.sort_all_objects();
            Some(event.to_string())
        })
        .collect();
    texts.sort();
    texts
}

/// Golden records of several sources, from a host that makes events and from one that does not, to a site each: what is
/// stored is the same but for its id, which is the site's.
#[test]
fn what_is_stored_is_the_same_wherever_it_was_made() {
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/parsers");
    let mut stored = Vec::new();
    let mut counts = Vec::new();
    for more in [&[][..], &["--normalise"]] {
        let site = Site::new();
        let mut host = Host::new(&site, &site.token("auto@branch7"), more);
        let mut written = 0;
        for source in [
            "windows",
            "zeek",
            "suricata",
            "cloudtrail",
            "syslog",
            "okta",
        ] {
            let text = golden(&content.join(source));
            written += text.lines().count() as u64;
            std::fs::write(host.path(&format!("{source}.log")), text).unwrap();
        }
        host.start();
        let ledger = site.ledger(written);
        assert_eq!(number(&ledger["total"]["dropped"]), 0, "{ledger}");
        let query = [
            "hunt",
            "class_uid:>0",
            "--since",
            "36500d",
            "--limit",
            "1000",
        ];
        let found = site.place.json(&query);
        // Some say a time that no hunt asks for.
        assert!(found["rows"].as_array().unwrap().len() as u64 > written * 9 / 10);
        counts.push(ledger["total"].clone());
        stored.push(without_ids(&found));
        let state = host.until(|state| number(&state["forwarded"]) == written);
        let made = state["normalised"]["records"].as_u64().unwrap_or(0);
        assert_eq!(made > written / 2, !more.is_empty(), "{state}");
    }
    assert_eq!(counts[0], counts[1]);
    assert_eq!(stored[0], stored[1]);
}

#[test]
fn a_full_buffer_drops_the_oldest_only_if_asked() {
    let mut site = Site::new();
    let bound = ["--buffer-bytes", "300000"];
    let token = site.token("auto");
    let mut blocks = Host::new(&site, &token, &bound);
    let mut drops = Host::new(&site, &token, &[&bound[..], &["--drop-oldest"]].concat());
    site.kill();
    for host in [&mut blocks, &mut drops] {
        // In rounds, so that there are many batches; each packs to some kilobytes.
        for _ in 0..10 {
            host.write(6000);
        }
        host.start();
    }
    let state = drops.until(|state| number(&state["dropped"]) > 0);
    assert!(number(&state["buffer"]["bytes"]) <= 300_000, "{state}");
    let full = |state: &Value| number(&state["buffer"]["bytes"]) > 200_000;
    let state = blocks.until(full);
    assert_eq!(number(&state["dropped"]), 0, "{state}");
    site.start();
    let ledger = site.ledger(blocks.written + drops.written);
    let told = drops.until(|state| number(&state["buffer"]["batches"]) == 0);
    assert_eq!(
        number(&ledger["total"]["dropped"]),
        number(&told["dropped"]),
        "{told}"
    );
    assert_eq!(
        number(&told["dropped"]) + number(&told["forwarded"]),
        drops.written
    );
}

#[test]
fn mistakes_are_told_plainly() {
    let site = Site::new();
    let mut host = Host::new(&site, "wrong", &[]);
    let nobody = host.ask();
    assert_eq!(nobody.code, 3);
    assert!(nobody.err.contains("no collector runs"), "{nobody:?}");
    host.write(3);
    host.start();
    let state = host.until(|state| state["link"]["state"] == "refused");
    let reason = state["link"]["reason"].as_str().unwrap();
    assert!(
        reason.contains("401: the token is missing, unknown or revoked"),
        "{reason}"
    );
    let mut second = host.command();
    let second = Ran::of(second.args(&host.arguments).output().unwrap());
    assert!(second.err.contains("owns it"), "{second:?}");
    // Somebody mends it, and nothing has to be started again.
    std::fs::write(host.path("token"), site.token("auto")).unwrap();
    site.ledger(3);
    let empty = host
        .command()
        .args(["collect", "--to", "https://x"])
        .output();
    let empty = Ran::of(empty.unwrap());
    assert_eq!(empty.code, 2, "{empty:?}");
    assert!(
        empty.err.contains("there is nothing to collect"),
        "{empty:?}"
    );
    let plain = [
        "collect",
        "--to",
        "http://soc.example.org:8687",
        "--journal",
        "--token-file",
    ];
    host.kill();
    let plain = Ran::of(
        host.command()
            .args(plain)
            .arg(host.path("token"))
            .output()
            .unwrap(),
    );
    assert!(plain.err.contains("in the clear"), "{plain:?}");
}
