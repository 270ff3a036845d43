//! `kill -9` of a site that runs between any two writes of a change, its decision and the audit log, and around effects
//! beyond the site and deeds that were approved. Never a change without its record, nor a record of what did not
//! happen without its "unknown outcome".

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};

use aurora_engines::{Postgres, PostgresOptions};
use serde_json::{Value, json};

use crate::codes::code;
use crate::http::Caller;
use crate::support::{Place, content, number, wait_for};

/// What is being done when the site ends.
#[derive(Clone, Copy, Debug)]
enum Work {
    /// A document that is new.
    MakeKey,
    /// A document and a slot that go.
    RevokeKey,
    /// Counters, and an alert.
    Import,
    /// An effect beyond the site.
    Tell,
    /// What somebody proved who they are for.
    Wipe,
}

/// Every place of the program where it may end, each while it does something that comes by it.
const PLACES: &[(&str, Work)] = &[
    ("records.document", Work::MakeKey),
    ("records.removal", Work::RevokeKey),
    ("records.slot", Work::RevokeKey),
    ("records.counter", Work::Import),
    ("records.decision", Work::MakeKey),
    ("records.decision", Work::RevokeKey),
    ("records.decision", Work::Tell),
    ("records.uncommitted", Work::MakeKey),
    ("records.committed", Work::MakeKey),
    ("records.committed", Work::Tell),
    ("effect.announced", Work::Tell),
    ("effect.tried", Work::Tell),
    ("approval.taken", Work::Wipe),
    ("approval.done", Work::Wipe),
    ("audit.tile", Work::MakeKey),
    ("audit.tiles", Work::MakeKey),
    ("audit.checkpoint", Work::RevokeKey),
    ("audit.swept", Work::MakeKey),
];

const OWNER: &str = "robot";
/// A record that raises an alert.
const CLEARED: &str = "parsers/windows/golden/eventlog-1102-cleared.in";

struct Lab {
    place: Place,
    /// The file that says where the site ends.
    armed: PathBuf,
    site: Option<Child>,
    receiver: Receiver,
    /// Keys that were made, so that there is one to revoke.
    keys: Vec<String>,
    people: usize,
}

/// Takes what the site tells, and remembers under which keys.
struct Receiver {
    url: String,
    arrived: Arc<Mutex<BTreeSet<String>>>,
}

impl Receiver {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let arrived = Arc::<Mutex<BTreeSet<String>>>::default();
        let keys = arrived.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, mut bytes, mut some) = (stream.unwrap(), Vec::new(), [0; 4096]);
                let head = loop {
                    let length = stream.read(&mut some).unwrap_or(0);
                    bytes.extend_from_slice(&some[..length]);
                    let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
                    if length == 0 || text.contains("\r\n\r\n") {
                        break text;
                    }
                };
                let key = head
                    .lines()
                    .find_map(|line| line.strip_prefix("idempotency-key: "));
                keys.lock().unwrap().extend(key.map(str::to_owned));
                drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
            }
        });
        Self { url, arrived }
    }

    /// The keys so far.
    fn arrived(&self) -> BTreeSet<String> {
        self.arrived.lock().unwrap().clone()
    }
}

impl Lab {
    /// `more` settings than those of the test.
    fn new(name: &str, more: &[&str]) -> Self {
        let receiver = Receiver::start();
        let own = format!("aurora-fail-points-{name}-{}", std::process::id());
        let dir = std::env::temp_dir().join(own);
        std::fs::create_dir_all(&dir).unwrap();
        let secret = dir.join("secret");
        std::fs::write(&secret, "a secret of a test\n").unwrap();
        let secret = format!("notify.webhook.secret_file={}", secret.display());
        let url = format!("notify.webhook.url={}", receiver.url);
        let settings = [&["events.store=memory", &url, &secret][..], more].concat();
        let mut lab = Self {
            place: Place::with(&settings),
            armed: dir.join("armed"),
            site: None,
            receiver,
            keys: Vec::new(),
            people: 0,
        };
        lab.start();
        lab.place.ok(&["people", "add", OWNER, "--role", "service"]);
        lab
    }

    fn start(&mut self) {
        let mut command = self.place.command(&["serve"]);
        command.env(aurora_failpoint::ARMED, &self.armed);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        self.site = Some(command.spawn().unwrap());
        wait_for(|| (self.place.run(&["status"]).code == 0).then_some(()));
    }

    /// Does it, ends the site at the place, and starts it again.
    fn kill_at(&mut self, place: &str, work: Work) {
        self.prepare(work);
        let wiper = matches!(work, Work::Wipe).then(|| self.wiper());
        self.at_rest();
        std::fs::write(&self.armed, place).unwrap();
        let key = self.keys.first().cloned().unwrap_or_default();
        match work {
            Work::MakeKey => drop(self.place.run(&["keys", "create", OWNER, "--for", place])),
            Work::RevokeKey => drop(self.place.run(&["keys", "revoke", &key])),
            Work::Import => drop(self.place.run(&["import", &content(CLEARED), "--no-wait"])),
            Work::Tell => drop(self.place.run(&["notify", "test", "webhook"])),
            Work::Wipe => {
                let (who, approval) = wiper.as_ref().unwrap();
                let who = who.and("aurora-approval", approval);
                drop(who.try_to("DELETE", "/api/v1/demo", None));
            }
        }
        let mut site = self.site.take().unwrap();
        let ended = wait_for(|| site_ended(&mut site));
        assert_eq!(ended, Some(9), "{place}: it did not end there");
        std::fs::remove_file(&self.armed).unwrap();
        self.start();
        self.check(place);
        if let Some((who, approval)) = wiper {
            self.used_up(&who.again(&self.place), &approval);
        }
    }

    fn prepare(&mut self, work: Work) {
        if matches!(work, Work::RevokeKey) && self.listed().is_empty() {
            self.place
                .ok(&["keys", "create", OWNER, "--for", "to be revoked"]);
        }
        self.keys = self.listed().into_iter().collect();
    }

    /// Somebody who has asked to wipe the demonstration and proved who they are; and their approval.
    fn wiper(&mut self) -> (Caller, String) {
        self.people += 1;
        let name = format!("eva{}", self.people);
        let person = self
            .place
            .json(&["people", "add", &name, "--role", "operator"]);
        let eva = Caller::of_link(&self.place, person["link"]["url"].as_str().unwrap());
        let generator = eva
            .ask("POST", "/api/v1/credentials/generator", Some("{}"))
            .json();
        let secret = generator["secret"].as_str().unwrap();
        let password = json!({
            "password": "correct horse battery staple", "code": code(secret, 0),
            "enrolment": generator["id"],
        });
        let path = "/api/v1/credentials/password";
        let set = eva.ask("POST", path, Some(&password.to_string()));
        assert_eq!(set.status, 200, "{set:?}");
        let eva = eva.and("cookie", set.cookie());
        let approval = eva.ask("DELETE", "/api/v1/demo", None).approval();
        let proof = json!({ "assertion": { "totp": code(secret, 1) } });
        let path = format!("/api/v1/approvals/{approval}/assert");
        let proved = eva.ask("POST", &path, Some(&proof.to_string()));
        assert_eq!(proved.json()["state"], "approved", "{proved:?}");
        (eva, approval)
    }

    /// It is used, once and for all, and nobody knows what came of it.
    fn used_up(&self, who: &Caller, approval: &str) {
        let shown = who.ask("GET", &format!("/api/v1/approvals/{approval}"), None);
        assert_eq!(shown.json()["state"], "used", "{shown:?}");
        let again = who
            .and("aurora-approval", approval)
            .ask("DELETE", "/api/v1/demo", None);
        assert_eq!(again.refusal().0, "conflict", "{again:?}");
        let settled = self.settled();
        assert_eq!(
            settled.get(approval).map(|it| &**it),
            Some("unknown"),
            "{settled:?}"
        );
    }

    fn decisions(&self) -> Vec<Value> {
        let log = self
            .place
            .json(&["decisions", "--after", "0", "--limit", "100000"]);
        log["decisions"].as_array().unwrap().clone()
    }

    /// The audit log has every decision and nothing that was begun is open, so that nothing is being written.
    fn at_rest(&self) -> Value {
        self.place.until(&["audit", "verify"], |report| {
            let decided = self.decisions().len() as u64;
            report["entries"].as_u64() == Some(decided) && report["open_effects"] == json!([])
        })
    }

    fn listed(&self) -> BTreeSet<String> {
        let list = self.place.json(&["keys", "list"]);
        let keys = list["keys"].as_array().unwrap().iter();
        keys.map(|key| key["id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Effects and approved deeds that are over, and how they ended.
    fn settled(&self) -> BTreeMap<String, String> {
        let mut settled = BTreeMap::new();
        for decision in self.decisions() {
            if decision["action"]["name"] == "effect.settle" {
                let [id, outcome] = [0, 1].map(|place| object(&decision, place));
                assert!(
                    settled.insert(id, outcome).is_none(),
                    "it ends once: {decision}"
                );
            }
        }
        settled
    }

    fn check(&self, place: &str) {
        // A site that is back goes on with what waited for it, and tells of it: what is looked at here follows from
        // what was looked at before.
        let told = self.receiver.arrived();
        let report = self.at_rest();
        assert_eq!(report["problems"], json!([]), "{place}: {report}");
        let decisions = self.decisions();
        for (seq, decision) in (1..).zip(&decisions) {
            assert_eq!(
                number(&decision["seq"]),
                seq,
                "{place}: decisions are dense"
            );
        }
        // Never a change without its record, nor a record without its change.
        let mut keys = BTreeSet::new();
        let (mut announced, mut deeds) = (BTreeSet::new(), BTreeSet::new());
        for decision in &decisions {
            let id = object(decision, 0);
            let name = decision["action"]["name"].as_str().unwrap();
            let allowed = name.starts_with("key.") || name == "approval.use";
            assert!(!allowed || decision["policy"].is_string(), "{decision}");
            match name {
                "key.create" => assert!(keys.insert(id)),
                "key.revoke" => assert!(keys.remove(&id)),
                "effect.intend" => assert!(announced.insert(id)),
                "approval.use" => assert!(deeds.insert(id)),
                _ => {}
            }
        }
        assert_eq!(keys, self.listed(), "{place}");
        // Nothing happened beyond the site that was not announced, and whatever was begun has an end.
        assert!(
            told.is_subset(&announced),
            "{place}: told {told:?}, announced {announced:?}"
        );
        self.at_rest();
        let (settled, arrived) = (self.settled(), self.receiver.arrived());
        for id in announced.iter().chain(&deeds) {
            let outcome = settled.get(id).map(|it| &**it);
            match outcome {
                Some("done") if announced.contains(id) => assert!(arrived.contains(id), "{place}"),
                Some("done" | "unknown") => {}
                other => panic!("{place}: {id} was begun, and {other:?}"),
            }
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if let Some(mut site) = self.site.take() {
            drop(site.kill());
            drop(site.wait());
        }
        drop(std::fs::remove_dir_all(self.armed.parent().unwrap()));
    }
}

/// The signal that ended it, if it has ended.
fn site_ended(site: &mut Child) -> Option<Option<i32>> {
    site.try_wait().unwrap().map(|status| status.signal())
}

fn object(decision: &Value, place: usize) -> String {
    let object = &decision["action"]["objects"][place];
    object.as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_site_that_is_killed_between_any_two_writes_keeps_its_word() {
    assert!(
        aurora_failpoint::compiled(),
        "the program of the tests has them"
    );
    let mut lab = Lab::new("sqlite", &[]);
    for (place, work) in PLACES {
        lab.kill_at(place, *work);
    }
    let ends = lab.settled();
    let unknown = ends
        .values()
        .filter(|outcome| *outcome == "unknown")
        .count();
    println!(
        "{} kills, {unknown} of {} effects and deeds of unknown outcome",
        PLACES.len(),
        ends.len()
    );
    assert!(unknown >= 4, "{ends:?}");
}

/// The same between the statements of a transaction in a database, where what dies is the client alone.
#[test]
fn a_site_on_postgresql_that_is_killed_keeps_its_word() {
    let Some(server) = Postgres::start(PostgresOptions::default()).unwrap() else {
        return;
    };
    let store = format!("records.store={}", server.database("site").unwrap());
    let mut lab = Lab::new("postgresql", &[&store]);
    let places = PLACES
        .iter()
        .filter(|(place, _)| place.starts_with("records."));
    for (place, work) in places.clone() {
        lab.kill_at(place, *work);
    }
    println!("{} kills", places.count());
    assert!(!lab.place.data_dir().join("records.sqlite").exists());
}
