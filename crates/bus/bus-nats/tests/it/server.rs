//! Our own server: what is written for it, and a client that outlives it.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use async_nats::jetstream::consumer::PullConsumer;
use aurora_bus::testkit::{message, options};
use aurora_bus::{Bus as _, Consumer, ConsumerOptions};
use aurora_bus_nats::{NatsBus, NatsServer, Options, Standing, server_config};
use aurora_model::{Stream, Subject};
use aurora_tasks::Tasks;
use futures_util::StreamExt as _;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{self, client, installed, user};

#[test]
fn what_is_acknowledged_is_in_a_file() {
    if !installed() {
        return;
    }
    let options = support::options(
        "/nowhere".as_ref(),
        vec![("a\"b".to_owned(), vec![user(Standing::Site)])],
    );
    let text = server_config(&options);
    assert!(text.contains("sync_interval: always"), "{text}");
    assert!(
        text.contains(&user(Standing::Site).public)
            && !text.contains(user(Standing::Site).seed.expose())
    );
}

#[tokio::test]
async fn a_server_that_dies_loses_nothing_and_is_found_again() {
    if !installed() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (server, wanted) = support::lasting(&dir).await;
    let bus = NatsBus::connect(client(&server, Standing::Site))
        .await
        .unwrap();
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    let subject = Subject::from("aurora.raw.7");
    for n in 0..50 {
        bus.publish(vec![message(&subject, n)]).await.unwrap();
    }
    let before = consumer.fetch(20, Duration::from_secs(5)).await.unwrap();
    let seqs: Vec<u64> = before.iter().map(|delivery| delivery.seq).collect();
    consumer.ack(&seqs[..10]).await.unwrap();
    // By SIGKILL, in the middle of publishing.
    let publishing = async {
        for n in 50..150 {
            bus.publish(vec![message(&subject, n)]).await.unwrap();
        }
    };
    let dying = async {
        server.stop().await.unwrap();
        NatsServer::start(&wanted).await.unwrap()
    };
    let ((), _server) = tokio::join!(publishing, dying);
    // What was acknowledged just before the kill may come again as well.
    let mut wanted: BTreeSet<u64> = (1..=150).filter(|seq| !seqs[..10].contains(seq)).collect();
    while !wanted.is_empty() {
        let got = consumer.fetch(500, Duration::from_secs(20)).await.unwrap();
        assert!(!got.is_empty(), "{wanted:?} did not come");
        let seqs: Vec<u64> = got.iter().map(|delivery| delivery.seq).collect();
        consumer.ack(&seqs).await.unwrap();
        seqs.iter().for_each(|seq| _ = wanted.remove(seq));
    }
    assert_eq!(
        bus.stream(Stream::Raw).await.unwrap().last_seq,
        150,
        "each once"
    );
}

/// Longer than any test: what a message's own time-out would bring does not come.
const NEVER: Duration = Duration::from_secs(600);

fn patient() -> ConsumerOptions {
    ConsumerOptions {
        ack_wait: NEVER,
        ..options("all", Stream::Raw)
    }
}

/// A site whose deliveries belong to it for long after its end.
async fn slow(server: &NatsServer) -> NatsBus {
    let options = Options {
        heartbeat: NEVER,
        ..client(server, Standing::Site)
    };
    NatsBus::connect(options).await.unwrap()
}

async fn seqs(consumer: &dyn Consumer) -> Vec<(u64, u32)> {
    let got = consumer.fetch(9, Duration::from_secs(5)).await.unwrap();
    got.iter().map(|d| (d.seq, d.attempt)).collect()
}

#[tokio::test]
async fn what_a_dead_process_was_given_comes_first_to_the_next() {
    if !installed() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let server = support::server(&dir).await;
    let (dead, subject) = (slow(&server).await, Subject::from("aurora.raw.7"));
    let messages = (1..=4).map(|n| message(&subject, n)).collect();
    dead.publish(messages).await.unwrap();
    let consumer = dead.consumer(patient()).await.unwrap();
    let got = consumer.fetch(3, Duration::ZERO).await.unwrap();
    assert_eq!(got.len(), 3);
    consumer.ack(&[2]).await.unwrap();
    // Without a word, as a process that was killed.
    drop(consumer);
    drop(dead);
    let alive = slow(&server).await;
    let consumer = alive.consumer(patient()).await.unwrap();
    let mut found = Vec::new();
    while found.len() < 3 {
        found.extend(seqs(&*consumer).await);
    }
    assert_eq!(found, [(1, 2), (3, 2), (4, 1)]);
    consumer.ack(&[1, 3, 4]).await.unwrap();
    assert_eq!(
        alive.consumer_info(Stream::Raw, "all").await.unwrap(),
        Some(aurora_bus::ConsumerInfo {
            ack_floor: 4,
            pending: 0,
            redelivered: 2
        })
    );
}

#[tokio::test]
async fn what_was_lost_on_its_way_comes_before_what_is_newer() {
    if !installed() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let server = support::server(&dir).await;
    let (bus, subject) = (slow(&server).await, Subject::from("aurora.raw.7"));
    let consumer = bus.consumer(patient()).await.unwrap();
    let messages = (1..=2).map(|n| message(&subject, n)).collect();
    bus.publish(messages).await.unwrap();
    assert_eq!(consumer.fetch(1, Duration::ZERO).await.unwrap()[0].seq, 1);
    assert_eq!(lose(&server, 1).await, 1, "message 2");
    bus.publish(vec![message(&subject, 3)]).await.unwrap();
    let mut found = Vec::new();
    while found.len() < 2 {
        found.extend(seqs(&*consumer).await);
    }
    let order: Vec<u64> = found.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(order, [2, 3]);
}

/// A request fails after five seconds, which is longer than anybody waits for messages.
#[tokio::test]
async fn who_waits_less_than_a_server_is_away_asks_again() {
    if !installed() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (server, wanted) = support::lasting(&dir).await;
    let subject = Subject::from("aurora.raw.7");
    let patient = client(&server, Standing::Site);
    let hasty = Options {
        patience: Duration::ZERO,
        ..patient.clone()
    };
    let (bus, hasty) = (
        NatsBus::connect(patient).await.unwrap(),
        NatsBus::connect(hasty).await.unwrap(),
    );
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    let hasty = hasty.consumer(options("one", Stream::Raw)).await.unwrap();
    bus.publish(vec![message(&subject, 1)]).await.unwrap();
    for consumer in [&consumer, &hasty] {
        let got = consumer.fetch(9, Duration::from_secs(5)).await.unwrap();
        assert_eq!(got.len(), 1);
    }
    server.stop().await.unwrap();
    let brief = Duration::from_millis(10);
    // A connection notices in its own time.
    while hasty.fetch(9, brief).await.is_ok() {}
    assert!(consumer.fetch(9, brief).await.unwrap().is_empty());
    let _server = NatsServer::start(&wanted).await.unwrap();
    bus.publish(vec![message(&subject, 2)]).await.unwrap();
    let mut newest = 0;
    while newest < 2 {
        let got = consumer.fetch(9, Duration::from_secs(5)).await.unwrap();
        newest = got.iter().map(|it| it.seq).max().unwrap_or(newest);
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_may_come_and_one_that_refuses_will_not() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("nats://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let absent = NatsBus::connect(Options::new(&address)).await.unwrap_err();
    assert!(absent.passes(), "{absent}");
    if !installed() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let server = support::server(&dir).await;
    let stranger = Options {
        seed: None,
        ..client(&server, Standing::Site)
    };
    let refused = NatsBus::connect(stranger).await.unwrap_err();
    assert!(!refused.passes(), "{refused}");
}

/// A request for messages that is given up while its answer is on the way. Says how many went.
async fn lose(server: &NatsServer, count: usize) -> usize {
    let lost = async_nats::ConnectOptions::with_nkey(user(Standing::Site).seed.expose().clone());
    let lost = lost.custom_inbox_prefix("_INBOX.site.lost");
    let lost = lost.connect(server.url()).await.unwrap();
    let lost = async_nats::jetstream::new(lost);
    let stream = lost.get_stream("RAW").await.unwrap();
    let same: PullConsumer = stream.get_consumer("all").await.unwrap();
    let given = same.fetch().max_messages(count).messages().await.unwrap();
    given
        .filter(|it| std::future::ready(it.is_ok()))
        .count()
        .await
}

/// The server has some of it on its list already when the rest is given back.
#[tokio::test]
async fn what_is_given_back_in_two_parts_comes_in_order() {
    const MESSAGES: u64 = 40;
    if !installed() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let server = support::server(&dir).await;
    let (dead, subject) = (slow(&server).await, Subject::from("aurora.raw.7"));
    let messages = (1..=MESSAGES).map(|n| message(&subject, n)).collect();
    dead.publish(messages).await.unwrap();
    let consumer = dead.consumer(patient()).await.unwrap();
    let got = consumer.fetch(30, Duration::ZERO).await.unwrap();
    assert_eq!(got.len(), 30);
    drop(consumer);
    drop(dead);
    let alive = slow(&server).await;
    let consumer = alive.consumer(patient()).await.unwrap();
    let (mut found, mut losses) = (Vec::new(), [3, 4].into_iter());
    while found.len() < usize::try_from(MESSAGES).unwrap() {
        for (seq, _) in seqs(&*consumer).await {
            consumer.ack(&[seq]).await.unwrap();
            found.push(seq);
        }
        if let Some(count) = losses.next() {
            lose(&server, count).await;
        }
    }
    assert_eq!(found, (1..=MESSAGES).collect::<Vec<u64>>());
}

#[tokio::test]
async fn a_supervised_server_comes_back_on_its_port() {
    if !installed() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let users = vec![user(Standing::Site)];
    let wanted = support::options(dir.path(), vec![("site".to_owned(), users)]);
    // As after a site that was killed: its server still runs.
    let orphan = NatsServer::start(&wanted).await.unwrap();
    let first = orphan.pid().unwrap();
    let server = NatsServer::start(&wanted).await.unwrap();
    assert!(!Path::new(&format!("/proc/{first}/exe")).exists());
    let bus = NatsBus::connect(client(&server, Standing::Site))
        .await
        .unwrap();
    let (pid, tasks) = (server.pid().unwrap(), Tasks::new());
    let (_, never) = tokio::sync::watch::channel(0);
    tasks.spawn(
        "bus-server",
        server.supervise(wanted, never, tasks.shutdown()),
    );
    let subject = Subject::from("aurora.raw.7");
    bus.publish(vec![message(&subject, 1)]).await.unwrap();
    kill(pid);
    bus.publish(vec![message(&subject, 2)]).await.unwrap();
    assert_eq!(bus.stream(Stream::Raw).await.unwrap().last_seq, 2);
    bus.close().await.unwrap();
    tasks.stop(Duration::from_secs(10)).await.unwrap();
}

fn kill(pid: u32) {
    let process = Pid::from_raw(pid.cast_signed()).unwrap();
    kill_process(process, Signal::KILL).unwrap();
}
