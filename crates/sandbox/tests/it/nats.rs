//! Whole sites on a `nats-server` that they start and supervise.

use std::path::PathBuf;

use std::net::SocketAddr;

use aurora_messages::{AlertQuery, ImportState};
use aurora_node::{Role, Worker};
use aurora_sandbox::{Sandbox, Stores, config};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::net::TcpSocket;

use crate::support::{Answer, RULE, Sender, balanced, exchange, file, launch, lines};

/// Senders, each of which a shard of its own may have.
const HOSTS: u8 = 12;
/// Records of a push.
const PUSH: u64 = 20;

struct Lab {
    sandbox: Sandbox,
    _rules: TempDir,
}

impl Lab {
    /// `None`, with a word about it, where there is no server.
    async fn start() -> Option<Self> {
        if aurora_bus_nats::find_server().is_none() {
            eprintln!("skipped: `nats-server` is not installed; run `./aurora setup`");
            return None;
        }
        let (rules, _) = file("encoded.yml", RULE);
        let mut config = config();
        config.bus.store = "nats".to_owned();
        (config.rules.shipped, config.rules.folders) = (false, vec![rules.path().to_owned()]);
        let sandbox = Sandbox::start_with(config, Stores::Files).await.unwrap();
        Some(Self {
            sandbox,
            _rules: rules,
        })
    }

    /// Ends the server as a crash would, and waits until another runs.
    async fn crash(&self) {
        let before = self.pid().unwrap();
        kill_process(before, Signal::KILL).unwrap();
        let another = || async { self.pid().filter(|pid| *pid != before) };
        self.sandbox.poll(another).await;
    }

    fn pid(&self) -> Option<Pid> {
        let path: PathBuf = self.sandbox.dir().join("nats/nats-server.pid");
        let text = std::fs::read_to_string(path).ok()?;
        Pid::from_raw(text.trim().parse().ok()?)
    }

    /// Records that the ledger has seen.
    async fn received(&self) -> u64 {
        let ledger = self.sandbox.api().ledger(self.sandbox.scope()).await;
        ledger.map_or(0, |ledger| ledger.total.received)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attack_is_detected_over_jetstream_and_a_restart() {
    let Some(mut lab) = Lab::start().await else {
        return;
    };
    let attack = launch(100, "powershell -enc AAAA") + "\n{\"broken\": \n";
    let (_folder, path) = file("a.jsonl", lines(0, 50) + &attack);
    let job = lab.sandbox.import(&path, None).await.unwrap();
    assert_eq!((job.state, job.records), (ImportState::Done, 52));
    let ledger = balanced(&lab.sandbox, 52).await;
    assert_eq!((ledger.total.stored, ledger.total.dead_lettered), (51, 1));
    assert_eq!((ledger.matches.matches, ledger.matches.alerts), (1, 1));

    lab.sandbox.restart().await.unwrap();
    let again = lab.sandbox.import(&path, None).await.unwrap();
    assert_eq!(again.records, 52, "the same import");
    let (_folder, more) = file("b.jsonl", launch(101, "powershell -enc BBBB"));
    lab.sandbox.import(&more, None).await.unwrap();
    let ledger = lab.sandbox.settled_after(53).await;
    assert_eq!((ledger.total.received, ledger.matches.matches), (53, 2));
    lab.sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_under_load_loses_nothing_that_was_acknowledged() {
    let Some(lab) = Lab::start().await else {
        return;
    };
    let sender = Sender::of(&lab.sandbox, "windows").await;
    let (_folder, path) = file("a.jsonl", lines(1_000_000, 4_000));
    let pushing = async {
        let mut pushed = 0;
        for push in 0..60 {
            let mut body = lines(push * PUSH, PUSH - 1);
            body += &launch(push * PUSH + PUSH - 1, "powershell -enc AAAA");
            let key = push.to_string();
            // A sender that is not told "yes" sends the same again.
            let taken = || async {
                let answer = sender.push_with(&[("Idempotency-Key", &key)], &body).await;
                assert!(matches!(answer.status, 200 | 429 | 503), "{answer:?}");
                (answer.status == 200).then_some(())
            };
            lab.sandbox.poll(taken).await;
            pushed += PUSH;
        }
        pushed
    };
    let importing = lab.sandbox.import(&path, None);
    let killing = async {
        for least in [100, 1_500, 3_500] {
            let enough = || async { (lab.received().await >= least).then_some(()) };
            lab.sandbox.poll(enough).await;
            lab.crash().await;
        }
    };
    let (pushed, imported, ()) = tokio::join!(pushing, importing, killing);
    let imported = imported.unwrap();
    assert_eq!(
        (imported.state, imported.records),
        (ImportState::Done, 4_000)
    );
    let ledger = balanced(&lab.sandbox, pushed + 4_000).await;
    assert_eq!(ledger.total.received, pushed + 4_000);
    assert_eq!(ledger.total.stored, ledger.total.received, "{ledger:?}");
    assert_eq!(ledger.matches.matches, pushed / PUSH);
    let alerts = lab.sandbox.alerts(AlertQuery::default()).await.unwrap();
    let counted: u64 = alerts.alerts.iter().map(|alert| alert.count).sum();
    assert_eq!(counted, pushed / PUSH, "matches that alerts count");
    lab.sandbox.stop().await.unwrap();
}

/// A push from another of this machine's addresses: the sender's address decides about the shard.
async fn push_from(host: u8, sender: &Sender, key: &str, body: &str) -> Answer {
    let socket = TcpSocket::new_v4().unwrap();
    let local = SocketAddr::from(([127, 0, 1, host + 1], 0));
    socket.bind(local).unwrap();
    let stream = socket.connect(sender.address).await.unwrap();
    let token = format!("Bearer {}", sender.token);
    let headers = [("Authorization", token.as_str()), ("Idempotency-Key", key)];
    exchange(stream, &headers, body.as_bytes()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_come_and_go_and_each_record_is_settled_once() {
    const ROUNDS: u64 = 12;
    let Some(lab) = Lab::start().await else {
        return;
    };
    let sender = Sender::of(&lab.sandbox, "windows").await;
    let (config, root) = (lab.sandbox.config(), lab.sandbox.dir());
    let pushing = async {
        for round in 0..ROUNDS {
            for host in 0..HOSTS {
                let first = (u64::from(host) * ROUNDS + round) * PUSH;
                let body = lines(first, PUSH);
                // Everything comes twice, as from a source that repeats itself: whoever owns the shard
                // by then has to know.
                for time in ["once", "again"] {
                    let key = format!("{host}-{round}-{time}");
                    let answer = push_from(host, &sender, &key, &body).await;
                    assert_eq!(answer.accepted(), (PUSH, 0));
                }
            }
        }
    };
    let all = ROUNDS * u64::from(HOSTS) * PUSH;
    let reached = async |part: u64| {
        let enough = || async { (lab.received().await >= 2 * all * part / 6).then_some(()) };
        lab.sandbox.poll(enough).await;
    };
    let changing = async {
        let roles = [Role::Ingest].into();
        let join = || Worker::start(config, root, &roles);
        reached(1).await;
        let one = join().await.unwrap();
        reached(2).await;
        let two = join().await.unwrap();
        reached(4).await;
        one.stop().await.unwrap();
        two
    };
    let ((), two) = tokio::join!(pushing, changing);
    let ledger = balanced(&lab.sandbox, 2 * all).await;
    assert_eq!(
        (ledger.total.received, ledger.total.stored),
        (2 * all, all),
        "{ledger:?}"
    );
    assert_eq!(ledger.total.deduplicated, all);
    two.stop().await.unwrap();
    lab.sandbox.stop().await.unwrap();
}
