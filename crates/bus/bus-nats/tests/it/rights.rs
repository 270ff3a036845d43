//! What a role may not do, the server refuses, whatever code runs in the role's process.

use std::sync::Arc;
use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event};
use aurora_bus::testkit::{message, options};
use aurora_bus::{Bus as _, BusHandle, Capability};
use aurora_bus_nats::{NatsBus, NatsServer, Standing, permissions};
use aurora_model::{Stream, Subject};
use tokio::sync::mpsc;

use crate::support::{client, installed, server, user};

/// A connection as a role, past our own checks, and what the server refuses it.
async fn raw(server: &NatsServer, role: &'static str) -> (Client, mpsc::Receiver<String>) {
    let (refused, seen) = mpsc::channel(256);
    let seed = user(Standing::Role(role)).seed;
    let connection = ConnectOptions::with_nkey(seed.expose().clone())
        .custom_inbox_prefix(format!("_INBOX.{role}"))
        .event_callback(move |event| {
            let refused = refused.clone();
            async move {
                if let Event::ServerError(error) = event {
                    refused
                        .send(error.to_string().to_lowercase())
                        .await
                        .unwrap();
                }
            }
        });
    (connection.connect(server.url()).await.unwrap(), seen)
}

async fn refusal(seen: &mut mpsc::Receiver<String>, of: &str) {
    let wanted = of.to_lowercase();
    let told = tokio::time::timeout(Duration::from_secs(10), seen.recv()).await;
    let told = told
        .unwrap_or_else(|_| panic!("nothing refused {of}"))
        .unwrap();
    assert!(
        told.contains("permissions violation") && told.contains(&wanted),
        "{of}: {told}"
    );
}

/// One subject of every kind there is on the server.
fn every_subject() -> Vec<String> {
    let mut subjects: Vec<String> = [
        "aurora.raw.7",
        "aurora.raw.7.deeper",
        "aurora.events.1.1007",
        "aurora.matches.3",
        "aurora.matches.progress",
        "aurora.alerts.high",
        "aurora.incidents",
        "aurora.deadletter.ingest",
        "aurora.deadletter.detection",
        "aurora.elsewhere",
        "elsewhere",
        "_INBOX.site.answer",
        "$SYS.REQ.SERVER.PING",
        "$JS.API.INFO",
        "$JS.API.STREAM.NAMES",
        "$JS.API.STREAM.LIST",
    ]
    .map(str::to_owned)
    .into();
    let names = Stream::ALL
        .map(Stream::name)
        .into_iter()
        .chain(["KV_leases", "OTHER"]);
    for name in names {
        for verb in [
            "CREATE",
            "UPDATE",
            "DELETE",
            "PURGE",
            "MSG.GET",
            "MSG.DELETE",
            "SNAPSHOT",
            "RESTORE",
        ] {
            subjects.push(format!("$JS.API.STREAM.{verb}.{name}"));
        }
        subjects.extend([
            format!("$JS.API.STREAM.INFO.{name}"),
            format!("$JS.API.DIRECT.GET.{name}"),
            format!("$JS.API.CONSUMER.CREATE.{name}.x"),
            format!("$JS.API.CONSUMER.DURABLE.CREATE.{name}.x"),
            format!("$JS.API.CONSUMER.INFO.{name}.x"),
            format!("$JS.API.CONSUMER.DELETE.{name}.x"),
            format!("$JS.API.CONSUMER.LIST.{name}"),
            format!("$JS.API.CONSUMER.NAMES.{name}"),
            format!("$JS.API.CONSUMER.PAUSE.{name}.x"),
            format!("$JS.API.CONSUMER.MSG.NEXT.{name}.x"),
            format!("$JS.ACK.{name}.x.1.1.1.1.1"),
        ]);
    }
    for capability in Capability::ROLES {
        let role = capability.role;
        subjects.push(format!("$KV.leases.{role}.lane"));
        subjects.push(format!(
            "$JS.API.DIRECT.GET.KV_leases.$KV.leases.{role}.lane"
        ));
    }
    subjects
}

#[tokio::test]
async fn every_subject_that_a_role_does_not_have_is_refused() {
    if !installed() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let server = server(&dir).await;
    for capability in Capability::ROLES {
        let (client, mut seen) = raw(&server, capability.role).await;
        let rights = permissions(Standing::Role(capability.role));
        let covered = |subject: &str, by: &[String]| {
            let subject = Subject::from(subject);
            by.iter().any(|pattern| subject.matches(pattern))
        };
        let mut refused = 0;
        for subject in every_subject() {
            if covered(&subject, &rights.publish) {
                continue;
            }
            client.publish(subject.clone(), "x".into()).await.unwrap();
            refusal(&mut seen, &subject).await;
            refused += 1;
        }
        assert!(refused > 100, "{}: {refused}", capability.role);
        for subject in [
            "aurora.>",
            "aurora.raw.*",
            "_INBOX.>",
            "_INBOX.site.>",
            "$KV.>",
            ">",
        ] {
            let subscription = client.subscribe(subject).await.unwrap();
            refusal(&mut seen, subject).await;
            drop(subscription);
        }
    }
}

#[tokio::test]
async fn a_role_can_do_its_work_with_its_rights() {
    if !installed() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let server = server(&dir).await;
    let site = NatsBus::connect(client(&server, Standing::Site))
        .await
        .unwrap();
    let handle = async |role: &'static str| {
        let bus = NatsBus::connect(client(&server, Standing::Role(role)))
            .await
            .unwrap();
        BusHandle::new(Arc::new(bus), Capability::of(role).unwrap())
    };
    let (listen, normalise) = (handle("listen").await, handle("normalise").await);
    listen
        .publish(vec![message(&Subject::from("aurora.raw.7"), 1)])
        .await
        .unwrap();
    let ttl = Duration::from_secs(30);
    let lease = normalise.acquire("raw", "one", ttl).await.unwrap().unwrap();
    let consumer = normalise
        .consumer(options("normalise", Stream::Raw))
        .await
        .unwrap();
    let got = consumer.fetch(9, Duration::from_secs(5)).await.unwrap();
    let mut event = message(&Subject::events(1, 1007), 2);
    event.fence = Some(lease.fence());
    normalise.publish(vec![event]).await.unwrap();
    consumer.ack(&[got[0].seq]).await.unwrap();
    assert_eq!(normalise.peek(Stream::Raw, 1, 9).await.unwrap().len(), 1);
    let ledger = handle("ledger").await;
    let headers = ledger
        .header_consumer(options("ledger", Stream::Events))
        .await
        .unwrap();
    assert_eq!(
        headers
            .fetch(9, Duration::from_secs(5))
            .await
            .unwrap()
            .len(),
        1
    );
    normalise.release(&lease).await.unwrap();
    assert_eq!(site.stream(Stream::Events).await.unwrap().last_seq, 1);
}
