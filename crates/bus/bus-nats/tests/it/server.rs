//! Our own server: what is written for it, and a client that outlives it.

use std::time::Duration;

use aurora_bus::Bus as _;
use aurora_bus::testkit::{message, options};
use aurora_bus_nats::{NatsBus, NatsServer, Options, Standing, server_config};
use aurora_model::{Stream, Subject};

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
    let users = vec![user(Standing::Site)];
    let mut wanted = support::options(dir.path(), vec![("site".to_owned(), users)]);
    let server = NatsServer::start(&wanted).await.unwrap();
    // The same port again, as a client knows only that one.
    let address = server.url().trim_start_matches("nats://").to_owned();
    wanted.listen = address.parse().unwrap();
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
    let mut left: Vec<u64> = Vec::new();
    while left.len() < 140 {
        let got = consumer.fetch(500, Duration::from_secs(20)).await.unwrap();
        assert!(!got.is_empty(), "only {} came", left.len());
        left.extend(got.iter().map(|delivery| delivery.seq));
        consumer.ack(&left).await.unwrap();
        left.sort_unstable();
        left.dedup();
    }
    let missing: Vec<u64> = (1..=150)
        .filter(|seq| !left.contains(seq) && !seqs[..10].contains(seq))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(
        bus.stream(Stream::Raw).await.unwrap().last_seq,
        150,
        "each once"
    );
}

#[tokio::test]
async fn what_a_dead_process_was_given_comes_to_others_soon() {
    if !installed() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let server = support::server(&dir).await;
    let connect = async || {
        let options = Options {
            heartbeat: Duration::from_millis(300),
            ..client(&server, Standing::Site)
        };
        NatsBus::connect(options).await.unwrap()
    };
    let patient = aurora_bus::ConsumerOptions {
        ack_wait: Duration::from_secs(600),
        ..options("all", Stream::Raw)
    };
    let (dead, alive) = (connect().await, connect().await);
    let subject = Subject::from("aurora.raw.7");
    alive
        .publish(vec![message(&subject, 1), message(&subject, 2)])
        .await
        .unwrap();
    let consumer = dead.consumer(patient.clone()).await.unwrap();
    assert_eq!(consumer.fetch(1, Duration::ZERO).await.unwrap().len(), 1);
    let other = alive.consumer(patient).await.unwrap();
    assert_eq!(other.fetch(1, Duration::ZERO).await.unwrap()[0].seq, 2);
    // Longer than the silence after which a delivery goes to others: both are alive.
    assert!(
        other
            .fetch(9, Duration::from_millis(1500))
            .await
            .unwrap()
            .is_empty()
    );
    drop(consumer);
    drop(dead);
    let got = other.fetch(9, Duration::from_secs(20)).await.unwrap();
    assert_eq!(
        got.iter().map(|d| (d.seq, d.attempt)).collect::<Vec<_>>(),
        [(1, 2)]
    );
}
