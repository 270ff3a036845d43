//! Storing messages: once, in order, in the right stream.

use super::{Harness, SITE, id, message, now, options, publish, raw, seqs};
use crate::{Error, MAX_MESSAGE_BYTES};
use aurora_model::{Severity, Stream, Subject};

pub async fn receipts_are_dense_and_messages_whole(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    let batch = (1..=3).map(|n| message(&raw(), n)).collect();
    let receipts = bus.publish(batch).await.unwrap();
    let seqs: Vec<_> = receipts
        .iter()
        .map(|r| (r.stream, r.seq, r.duplicate))
        .collect();
    assert_eq!(seqs, [1, 2, 3].map(|seq| (Stream::Raw, seq, false)));
    assert_eq!(publish(&*bus, &raw(), 4..5).await[0].seq, 4);

    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    for (n, got) in (1..=4).zip(now(&*consumer, 10).await) {
        let sent = message(&raw(), n);
        assert_eq!((got.seq, got.attempt), (n, 1));
        assert_eq!((got.subject, got.id), (sent.subject, sent.id));
        assert_eq!((got.header, got.body), (sent.header, sent.body));
    }
    let info = bus.stream(Stream::Raw).await.unwrap();
    assert_eq!((info.first_seq, info.last_seq), (1, 4));
    assert!(info.bytes > 0 && info.max_bytes > info.bytes);
    assert_eq!(bus.stream(Stream::Alerts).await.unwrap().first_seq, 1);
}

pub async fn an_id_is_stored_once(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    publish(&*bus, &raw(), 1..3).await;
    let batch = [1, 3, 3, 2, 4].map(|n| message(&raw(), n)).to_vec();
    let receipts = bus.publish(batch).await.unwrap();
    let got: Vec<_> = receipts.iter().map(|r| (r.seq, r.duplicate)).collect();
    assert_eq!(
        got,
        [(1, true), (3, false), (3, true), (2, true), (4, false)]
    );
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    assert_eq!(seqs(&*consumer, 10).await, [(1, 1), (2, 1), (3, 1), (4, 1)]);
}

pub async fn ids_of_different_streams_do_not_meet(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    let subjects = [
        raw(),
        Subject::events(1, 1007),
        Subject::alerts(Severity::High),
    ];
    let receipts = bus
        .publish(subjects.map(|s| message(&s, 1)).to_vec())
        .await
        .unwrap();
    let got: Vec<_> = receipts
        .iter()
        .map(|r| (r.stream, r.seq, r.duplicate))
        .collect();
    let want = [Stream::Raw, Stream::Events, Stream::Alerts].map(|stream| (stream, 1, false));
    assert_eq!(got, want);
}

pub async fn subjects_without_a_stream_are_refused(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    let batch = vec![message(&raw(), 1), message(&Subject::from("elsewhere"), 2)];
    assert!(
        matches!(bus.publish(batch).await, Err(Error::NoStream(s)) if s.as_str() == "elsewhere")
    );
    assert_eq!(
        bus.stream(Stream::Raw).await.unwrap().last_seq,
        0,
        "nothing of it was stored"
    );
}

pub async fn long_messages_are_refused(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    let mut long = message(&raw(), 1);
    long.body = vec![0; MAX_MESSAGE_BYTES].into();
    let refused = bus.publish(vec![message(&raw(), 2), long]).await;
    assert!(matches!(
        refused,
        Err(Error::TooLarge {
            limit: MAX_MESSAGE_BYTES,
            ..
        })
    ));
    assert_eq!(
        bus.stream(Stream::Raw).await.unwrap().last_seq,
        0,
        "nothing of it was stored"
    );
}

pub async fn nothing_is_no_message(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    assert!(bus.publish(Vec::new()).await.unwrap().is_empty());
    let mut empty = message(&raw(), 1);
    (empty.header, empty.body) = Default::default();
    assert_eq!(bus.publish(vec![empty]).await.unwrap()[0].seq, 1);
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    assert!(now(&*consumer, 1).await[0].body.is_empty());
}

pub async fn many_publish_at_once(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    let (subject, one) = (raw(), &*bus);
    let lane = |from: u64| publish(one, &subject, from..from + 20);
    // Two lanes send the same ids: one of each pair is the duplicate of the other.
    let (a, b, c, d) = tokio::join!(lane(0), lane(100), lane(100), lane(200));
    let receipts = [a, b, c, d].concat();
    let mut stored: Vec<_> = receipts
        .iter()
        .filter(|r| !r.duplicate)
        .map(|r| r.seq)
        .collect();
    stored.sort_unstable();
    assert_eq!(stored, (1..=60).collect::<Vec<_>>());
    for (b, c) in receipts[20..40].iter().zip(&receipts[40..60]) {
        assert!(b.seq == c.seq && b.duplicate != c.duplicate);
    }
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    let got = now(&*consumer, 100).await;
    let lane: Vec<_> = got
        .iter()
        .filter(|d| d.id >= id(200))
        .map(|d| d.id)
        .collect();
    assert_eq!(
        lane,
        (200..220).map(id).collect::<Vec<_>>(),
        "a lane's order is kept"
    );
}

pub async fn sites_do_not_meet(harness: &impl Harness) {
    let (a, b) = (harness.open("site-a").await, harness.open("site-b").await);
    publish(&*a, &raw(), 1..4).await;
    assert!(!publish(&*b, &raw(), 1..2).await[0].duplicate);
    let consumer = b.consumer(options("all", Stream::Raw)).await.unwrap();
    assert_eq!(seqs(&*consumer, 10).await, [(1, 1)]);
    assert!(a.consumer_info(Stream::Raw, "all").await.unwrap().is_none());
    let ttl = super::ACK_WAIT;
    assert_eq!(
        a.acquire("lane", "one", ttl).await.unwrap().unwrap().epoch,
        1
    );
    assert_eq!(
        b.acquire("lane", "two", ttl).await.unwrap().unwrap().epoch,
        1
    );
}

pub async fn headers_can_be_peeked_at(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    publish(&*bus, &raw(), 1..6).await;
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    let peeked = bus.peek(Stream::Raw, 2, 3).await.unwrap();
    let got: Vec<_> = peeked.iter().map(|p| (p.seq, p.header.clone())).collect();
    assert_eq!(got, [2, 3, 4].map(|n| (n, message(&raw(), n).header)));
    assert!(bus.peek(Stream::Raw, 6, 3).await.unwrap().is_empty());
    assert_eq!(
        now(&*consumer, 10).await.len(),
        5,
        "peeking takes nothing away"
    );
}
