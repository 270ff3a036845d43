//! The service: each raw message is counted once.

use aurora_bus::Bus;
use aurora_ledger::Error;
use aurora_model::ledger::RecordTerm;
use aurora_model::{SourceName, Stream};
use aurora_records::{Change, Records};
use aurora_tasks::Shutdown;

use crate::site::Site;

/// Runs a ledger until it has counted this many.
async fn count_to(site: &Site, wanted: u64) {
    let (ledger, shutdown) = (site.ledger(), Shutdown::new());
    let counted = async {
        while counted(site).await < wanted {
            tokio::task::yield_now().await;
        }
        shutdown.cancel();
    };
    let (ran, ()) = tokio::join!(ledger.run(shutdown.clone()), counted);
    ran.unwrap();
}

async fn counted(site: &Site) -> u64 {
    let name = RecordTerm::Received.counter(&SourceName::new("sysmon"));
    let counters = site.records.counters(&site.scope, &name).await.unwrap();
    counters.first().map_or(0, |(_, count)| *count)
}

async fn slot(site: &Site) -> Vec<u8> {
    site.records
        .slot(&site.scope, "ledger/raw")
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn each_message_is_counted_once() {
    let mut site = Site::started().await;
    for _ in 0..1_000 {
        site.receive("sysmon", "dc1", 3).await;
    }
    count_to(&site, 3_000).await;
    assert_eq!(slot(&site).await, 1_000_u64.to_le_bytes());
    // The acknowledgements may have been lost: everything comes again.
    site.restart();
    site.receive("sysmon", "dc1", 5).await;
    count_to(&site, 3_005).await;
    assert_eq!(
        (counted(&site).await, slot(&site).await),
        (3_005, 1_001_u64.to_le_bytes().to_vec())
    );
}

#[tokio::test]
async fn two_ledgers_do_not_count_twice() {
    let site = Site::started().await;
    let meddling = async {
        // Another ledger counts the message, though the bus gives it to the one that runs.
        let moved = Change::progress().slot("ledger/raw", 1_u64.to_le_bytes());
        let context = aurora_model::Context::service(site.scope.clone(), "other", "a test");
        site.records.commit(&context, moved).await.unwrap();
        site.receive("sysmon", "dc1", 1).await;
    };
    // The first one has read its checkpoint when it waits for a message and the second begins.
    let (stopped, ()) = tokio::join!(biased; site.ledger().run(Shutdown::new()), meddling);
    match stopped {
        Err(Error::Records(aurora_records::Error::CheckpointMoved { .. })) => {}
        other => panic!("want a moved checkpoint, got {other:?}"),
    }
    assert_eq!(counted(&site).await, 0);
}

#[tokio::test]
async fn what_cannot_be_read_counts_nothing_and_stops_nothing() {
    let site = Site::started().await;
    let mut message = aurora_bus::Message {
        subject: aurora_model::Subject::raw(aurora_model::Shard::of("sysmon", "dc1")),
        id: aurora_model::BatchId(aurora_ids::Id128::random()),
        header: bytes::Bytes::from_static(b"{\"not\": \"a header\"}"),
        body: bytes::Bytes::new(),
        fence: None,
    };
    site.bus.publish(vec![message.clone()]).await.unwrap();
    message.id = aurora_model::BatchId(aurora_ids::Id128::random());
    message.header = bytes::Bytes::from_static(b"\xff\0");
    site.bus.publish(vec![message]).await.unwrap();
    site.receive("sysmon", "dc1", 4).await;
    assert_eq!(site.report().await.total.in_flight, 4);
    count_to(&site, 4).await;
    let report = site.report().await;
    assert_eq!((report.total.received, report.balances()), (4, true));
}

#[tokio::test]
async fn messages_wait_on_the_bus_for_the_ledger() {
    let site = Site::started().await;
    let normaliser = site.consumer("normalise", Stream::Raw).await;
    site.receive("sysmon", "dc1", 4).await;
    let raw = normaliser
        .fetch(9, std::time::Duration::ZERO)
        .await
        .unwrap();
    normaliser.ack(&[raw[0].seq]).await.unwrap();
    assert_eq!(site.bus.stream(Stream::Raw).await.unwrap().first_seq, 1);
    count_to(&site, 4).await;
    assert_eq!(site.bus.stream(Stream::Raw).await.unwrap().first_seq, 2);
}

#[tokio::test]
async fn a_damaged_checkpoint_is_named() {
    let site = Site::started().await;
    for slot in ["normalise/7", "store/events"] {
        let change = Change::progress().slot(slot, *b"short");
        let context = aurora_model::Context::service(site.scope.clone(), "test", "a test");
        site.records.commit(&context, change).await.unwrap();
        match site.ledger().handle().report(&site.scope).await {
            Err(Error::Records(aurora_records::Error::NoPlace { key })) => assert_eq!(key, slot),
            other => panic!("want a refusal of {slot}, got {other:?}"),
        }
        let change = Change::progress().remove_slot(slot);
        site.records.commit(&context, change).await.unwrap();
    }
}
