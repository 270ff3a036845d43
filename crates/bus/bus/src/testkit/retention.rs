//! A stream is bounded, and keeps what somebody still needs.

use super::{Harness, SITE, id, message, options, publish, raw};
use crate::{Bus, Consumer, Error, Message};
use aurora_model::{Stream, Subject};
use std::time::Duration;

/// Large, so that a stream is full soon.
fn large(subject: &Subject, n: u64) -> Message {
    Message {
        body: vec![b'x'; 8 << 10].into(),
        ..message(subject, n)
    }
}

/// Publishes until the stream is full; gives the first number that was refused.
async fn fill<H: Harness>(bus: &dyn Bus, subject: &Subject, from: u64) -> u64 {
    for n in from..from + 10_000 {
        match bus.publish(vec![large(subject, n)]).await {
            Ok(_) => {}
            Err(Error::Full { bytes, .. }) => {
                assert!(bytes > H::MAX_BYTES / 2, "full at {bytes} bytes");
                return n;
            }
            Err(other) => panic!("cannot publish {n}: {other}"),
        }
    }
    panic!("the stream has no bound");
}

/// Takes and acknowledges all there is; gives how many.
async fn consume(consumer: &dyn Consumer) -> usize {
    let mut count = 0;
    loop {
        let got = consumer.fetch(16, Duration::ZERO).await.unwrap();
        if got.is_empty() {
            return count;
        }
        count += got.len();
        consumer
            .ack(&got.iter().map(|d| d.seq).collect::<Vec<_>>())
            .await
            .unwrap();
    }
}

pub async fn a_full_stream_refuses_until_consumed<H: Harness>(harness: &H) {
    let bus = harness.open(SITE).await;
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    let mut next = 1;
    for _ in 0..3 {
        let refused = fill::<H>(&*bus, &raw(), next).await;
        let info = bus.stream(Stream::Raw).await.unwrap();
        assert_eq!(info.last_seq, refused - 1, "what was refused is not there");
        publish(&*bus, &Subject::events(1, 1007), refused..refused + 1).await;
        assert_eq!(consume(&*consumer).await as u64, refused - next);
        next = refused;
    }
    assert!(bus.stream(Stream::Raw).await.unwrap().first_seq > 1);
}

pub async fn what_somebody_still_needs_is_kept<H: Harness>(harness: &H) {
    let bus = harness.open(SITE).await;
    let quick = bus.consumer(options("quick", Stream::Raw)).await.unwrap();
    let slow = bus.consumer(options("slow", Stream::Raw)).await.unwrap();
    let refused = fill::<H>(&*bus, &raw(), 1).await;
    assert_eq!(consume(&*quick).await as u64, refused - 1);
    let full = bus.publish(vec![large(&raw(), refused)]).await;
    assert!(matches!(
        full,
        Err(Error::Full {
            stream: Stream::Raw,
            ..
        })
    ));
    assert_eq!(
        consume(&*slow).await as u64,
        refused - 1,
        "nothing was taken from it"
    );
    bus.publish(vec![large(&raw(), refused)]).await.unwrap();
    let got = slow.fetch(9, Duration::ZERO).await.unwrap();
    assert_eq!((got.len(), got[0].id), (1, id(refused)));
}

pub async fn ids_outlive_their_messages<H: Harness>(harness: &H) {
    let bus = harness.open(SITE).await;
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    let mut next = 1;
    for _ in 0..3 {
        next = fill::<H>(&*bus, &raw(), next).await;
        consume(&*consumer).await;
    }
    assert!(
        bus.stream(Stream::Raw).await.unwrap().first_seq > 1,
        "trimmed"
    );
    for restarted in [false, true] {
        let bus = if restarted {
            bus.close().await.unwrap();
            harness.open(SITE).await
        } else {
            bus.clone()
        };
        for n in [1, next / 2, next - 1] {
            let receipt = bus.publish(vec![large(&raw(), n)]).await.unwrap()[0];
            assert!(
                receipt.duplicate && [0, n].contains(&receipt.seq),
                "{n}: {receipt:?}"
            );
        }
    }
}

pub async fn a_deleted_consumer_holds_nothing<H: Harness>(harness: &H) {
    let bus = harness.open(SITE).await;
    let quick = bus.consumer(options("quick", Stream::Raw)).await.unwrap();
    bus.consumer(options("retired", Stream::Raw)).await.unwrap();
    let refused = fill::<H>(&*bus, &raw(), 1).await;
    consume(&*quick).await;
    assert!(bus.publish(vec![large(&raw(), refused)]).await.is_err());
    bus.delete_consumer(Stream::Raw, "retired").await.unwrap();
    bus.publish(vec![large(&raw(), refused)]).await.unwrap();
    bus.close().await.unwrap();
    let bus = harness.open(SITE).await;
    let known = bus.consumer_info(Stream::Raw, "retired").await.unwrap();
    assert!(known.is_none(), "a restart does not bring it back");
}
