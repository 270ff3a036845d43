//! What a closed and opened bus still knows.

use std::time::Duration;

use super::{ACK_WAIT, Harness, SITE, message, now, options, publish, raw};
use crate::Error;
use aurora_model::Stream;

pub async fn everything_is_kept(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    publish(&*bus, &raw(), 1..4).await;
    bus.close().await.unwrap();
    let bus = harness.open(SITE).await;
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    let got = now(&*consumer, 9).await;
    let bodies: Vec<_> = got.iter().map(|d| (d.seq, d.body.clone())).collect();
    assert_eq!(bodies, [1, 2, 3].map(|n| (n, message(&raw(), n).body)));
    assert_eq!(publish(&*bus, &raw(), 4..5).await[0].seq, 4);
}

pub async fn ids_are_kept(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    publish(&*bus, &raw(), 1..4).await;
    bus.close().await.unwrap();
    let bus = harness.open(SITE).await;
    let receipts = publish(&*bus, &raw(), 2..5).await;
    let got: Vec<_> = receipts.iter().map(|r| (r.seq, r.duplicate)).collect();
    assert_eq!(got, [(2, true), (3, true), (4, false)]);
}

pub async fn acknowledgements_are_kept(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    publish(&*bus, &raw(), 1..7).await;
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    assert_eq!(now(&*consumer, 5).await.len(), 5);
    consumer.ack(&[1, 2, 4]).await.unwrap();
    bus.close().await.unwrap();

    let bus = harness.open(SITE).await;
    let known = bus
        .consumer_info(Stream::Raw, "all")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (known.ack_floor, known.pending),
        (2, 3),
        "known before it is opened"
    );
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    // A server outlives its clients and waits before it delivers again.
    harness.advance(ACK_WAIT).await;
    let got: Vec<_> = now(&*consumer, 9).await.iter().map(|d| d.seq).collect();
    assert_eq!(got, [3, 5, 6]);
}

pub async fn a_closed_bus_says_so(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    let lease = bus.acquire("lane", "one", ACK_WAIT).await.unwrap().unwrap();
    let (waited, closed) = tokio::join!(consumer.fetch(1, super::PATIENCE), bus.close());
    closed.unwrap();
    let refused = [
        waited.err(),
        bus.publish(vec![message(&raw(), 1)]).await.err(),
        bus.consumer(options("new", Stream::Raw)).await.err(),
        bus.stream(Stream::Raw).await.err(),
        bus.consumer_info(Stream::Raw, "all").await.err(),
        bus.peek(Stream::Raw, 1, 1).await.err(),
        bus.acquire("lane", "one", ACK_WAIT).await.err(),
        bus.release(&lease).await.err(),
        consumer.fetch(1, Duration::ZERO).await.err(),
        consumer.ack(&[1]).await.err(),
        consumer.nak(&[1]).await.err(),
    ];
    for (i, error) in refused.into_iter().enumerate() {
        assert!(matches!(error, Some(Error::Closed)), "call {i}: {error:?}");
    }
    bus.close().await.unwrap();
}
