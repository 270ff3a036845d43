//! Delivering messages: in order, to everyone, until acknowledged.

use std::time::Duration;

use super::{ACK_WAIT, Harness, PATIENCE, SITE, message, now, options, publish, raw, seqs};
use crate::{Bus, ConsumerOptions, Error, Message};
use aurora_model::{Stream, Subject};

pub async fn every_consumer_gets_everything(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    publish(&*bus, &raw(), 1..3).await;
    let early = bus.consumer(options("early", Stream::Raw)).await.unwrap();
    assert_eq!(seqs(&*early, 1).await, [(1, 1)]);
    publish(&*bus, &raw(), 3..4).await;
    let late = bus.consumer(options("late", Stream::Raw)).await.unwrap();
    assert_eq!(
        seqs(&*late, 9).await,
        [(1, 1), (2, 1), (3, 1)],
        "from the oldest message on"
    );
    assert_eq!(seqs(&*early, 9).await, [(2, 1), (3, 1)]);
}

pub async fn handles_of_one_name_share(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    publish(&*bus, &raw(), 1..5).await;
    let one = bus.consumer(options("pool", Stream::Raw)).await.unwrap();
    let two = bus.consumer(options("pool", Stream::Raw)).await.unwrap();
    assert_eq!(seqs(&*one, 2).await, [(1, 1), (2, 1)]);
    assert_eq!(seqs(&*two, 9).await, [(3, 1), (4, 1)]);
    two.ack(&[1, 2, 3, 4]).await.unwrap();
    assert_eq!(info(&*bus, "pool").await, (4, 0));
}

pub async fn what_is_not_acknowledged_comes_again(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    publish(&*bus, &raw(), 1..4).await;
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    assert_eq!(seqs(&*consumer, 9).await, [(1, 1), (2, 1), (3, 1)]);
    consumer.ack(&[2]).await.unwrap();
    assert!(seqs(&*consumer, 9).await.is_empty());
    harness.advance(ACK_WAIT).await;
    assert_eq!(seqs(&*consumer, 9).await, [(1, 2), (3, 2)]);
    harness.advance(ACK_WAIT).await;
    assert_eq!(seqs(&*consumer, 1).await, [(1, 3)]);
    let known = bus
        .consumer_info(Stream::Raw, "all")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(known.redelivered, 3);
}

pub async fn acknowledgements_come_in_any_order(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    publish(&*bus, &raw(), 1..6).await;
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    assert_eq!(info(&*bus, "all").await, (0, 5));
    assert_eq!(now(&*consumer, 9).await.len(), 5);
    for (seqs, floor, pending) in [
        (&[4, 2][..], 0, 3),
        (&[1], 2, 2),
        (&[1, 1, 2], 2, 2),
        (&[3], 4, 1),
        (&[5, 99], 5, 0),
    ] {
        consumer.ack(seqs).await.unwrap();
        assert_eq!(info(&*bus, "all").await, (floor, pending), "after {seqs:?}");
    }
    assert!(
        bus.consumer_info(Stream::Raw, "nobody")
            .await
            .unwrap()
            .is_none()
    );
}

pub async fn given_back_messages_come_at_once(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    publish(&*bus, &raw(), 1..4).await;
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    assert_eq!(now(&*consumer, 2).await.len(), 2);
    consumer.nak(&[1, 77]).await.unwrap();
    assert_eq!(
        seqs(&*consumer, 9).await,
        [(1, 2), (3, 1)],
        "in stream order"
    );
    consumer.ack(&[1]).await.unwrap();
    consumer.nak(&[1]).await.unwrap();
    assert!(
        seqs(&*consumer, 9).await.is_empty(),
        "acknowledged is acknowledged"
    );
}

pub async fn headers_come_without_bodies(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    publish(&*bus, &raw(), 1..3).await;
    let long = Message {
        header: vec![b'h'; 20_000].into(),
        body: vec![b'b'; 20_000].into(),
        ..message(&raw(), 3)
    };
    bus.publish(vec![long.clone()]).await.unwrap();
    let whole = bus.consumer(options("whole", Stream::Raw)).await.unwrap();
    let headers = bus.header_consumer(options("headers", Stream::Raw));
    let headers = headers.await.unwrap();
    let got = now(&*headers, 9).await;
    assert_eq!(got.len(), 3);
    for (n, delivery) in (1..).zip(&got) {
        let whole = if n == 3 {
            long.clone()
        } else {
            message(&raw(), n)
        };
        assert_eq!((delivery.seq, &delivery.subject), (n, &whole.subject));
        assert_eq!((delivery.id, &delivery.header), (whole.id, &whole.header));
        assert!(delivery.body.is_empty());
    }
    headers.nak(&[2]).await.unwrap();
    assert_eq!(seqs(&*headers, 9).await, [(2, 2)]);
    headers.ack(&[1, 2, 3]).await.unwrap();
    assert_eq!(info(&*bus, "headers").await, (3, 0));
    assert_eq!(
        now(&*whole, 9).await[2].body,
        long.body,
        "each handle for itself"
    );
}

pub async fn a_deleted_consumer_begins_again(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    publish(&*bus, &raw(), 1..4).await;
    let kept = bus.consumer(options("kept", Stream::Raw)).await.unwrap();
    let gone = bus.consumer(options("gone", Stream::Raw)).await.unwrap();
    assert_eq!(seqs(&*gone, 2).await, [(1, 1), (2, 1)]);
    gone.ack(&[1]).await.unwrap();
    for _ in 0..2 {
        bus.delete_consumer(Stream::Raw, "gone").await.unwrap();
        let known = bus.consumer_info(Stream::Raw, "gone").await.unwrap();
        assert!(known.is_none());
    }
    let other = ConsumerOptions {
        filters: vec!["aurora.raw.7".to_owned()],
        ..options("gone", Stream::Raw)
    };
    let again = bus.consumer(other).await.unwrap();
    assert_eq!(seqs(&*again, 9).await, [(1, 1), (2, 1), (3, 1)]);
    assert_eq!(seqs(&*kept, 9).await, [(1, 1), (2, 1), (3, 1)]);
}

pub async fn filters_choose_subjects(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    let subjects = [(1, 1007), (4, 4001), (1, 1001), (3, 3002), (1, 1007)];
    for (n, (category, class)) in (1..).zip(subjects) {
        publish(&*bus, &Subject::events(category, class), n..n + 1).await;
    }
    let cases = [
        ("all", &["aurora.events.>"][..], &[1, 2, 3, 4, 5][..]),
        ("category", &["aurora.events.1.*"], &[1, 3, 5]),
        ("class", &["aurora.events.*.1007"], &[1, 5]),
        ("exact", &["aurora.events.3.3002"], &[4]),
        (
            "two",
            &["aurora.events.4.>", "aurora.events.1.1001"],
            &[2, 3],
        ),
        ("none", &["aurora.events.9.*"], &[]),
    ];
    let mut consumers = Vec::new();
    for (name, filters, _) in cases {
        let filters = filters.iter().map(|f| (*f).to_owned()).collect();
        let options = ConsumerOptions {
            filters,
            ..options(name, Stream::Events)
        };
        consumers.push(bus.consumer(options).await.unwrap());
    }
    for ((name, _, want), consumer) in cases.into_iter().zip(consumers) {
        let known = bus
            .consumer_info(Stream::Events, name)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(known.pending, want.len() as u64, "{name}");
        let got: Vec<_> = now(&*consumer, 9).await.iter().map(|d| d.seq).collect();
        assert_eq!(got, want, "{name}");
        consumer.ack(&got).await.unwrap();
        let known = bus
            .consumer_info(Stream::Events, name)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (known.ack_floor, known.pending),
            (5, 0),
            "{name}: the rest is not its own"
        );
    }
}

pub async fn no_more_is_out_than_allowed(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    publish(&*bus, &raw(), 1..6).await;
    let options = ConsumerOptions {
        max_in_flight: 2,
        ..options("few", Stream::Raw)
    };
    let consumer = bus.consumer(options).await.unwrap();
    assert_eq!(seqs(&*consumer, 9).await, [(1, 1), (2, 1)]);
    assert!(seqs(&*consumer, 9).await.is_empty());
    // Someone who waits goes on as soon as there is room.
    let (got, acked) = tokio::join!(consumer.fetch(9, PATIENCE), consumer.ack(&[1]));
    acked.unwrap();
    assert_eq!(got.unwrap()[0].seq, 3);
}

pub async fn waiting_ends_with_a_message(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    let other = ConsumerOptions {
        filters: vec!["aurora.raw.9".into()],
        ..options("b", Stream::Raw)
    };
    let other = bus.consumer(other).await.unwrap();
    let send = async {
        publish(&*bus, &raw(), 1..2).await;
        publish(&*bus, &Subject::from("aurora.raw.9"), 2..3).await;
    };
    let (got, filtered, ()) =
        tokio::join!(consumer.fetch(1, PATIENCE), other.fetch(9, PATIENCE), send);
    assert_eq!(got.unwrap()[0].seq, 1);
    assert_eq!(filtered.unwrap()[0].seq, 2);
}

pub async fn waiting_ends_without_a_message(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    assert!(
        consumer
            .fetch(9, Duration::from_millis(5))
            .await
            .unwrap()
            .is_empty()
    );
    publish(&*bus, &raw(), 1..2).await;
    assert!(consumer.fetch(0, PATIENCE).await.unwrap().is_empty());
}

pub async fn another_question_needs_another_name(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    bus.consumer(options("one", Stream::Raw)).await.unwrap();
    let other = ConsumerOptions {
        filters: vec!["aurora.raw.1".into()],
        ..options("one", Stream::Raw)
    };
    let refused = bus.consumer(other).await;
    assert!(matches!(refused, Err(Error::OtherFilters { name, .. }) if name == "one"));
    bus.consumer(options("one", Stream::Events)).await.unwrap();
}

pub async fn limits_may_change(harness: &impl Harness) {
    let bus = harness.open(SITE).await;
    bus.publish((1..=3).map(|n| message(&raw(), n)).collect())
        .await
        .unwrap();
    let few = ConsumerOptions {
        max_in_flight: 1,
        ..options("one", Stream::Raw)
    };
    let consumer = bus.consumer(few).await.unwrap();
    assert_eq!(now(&*consumer, 9).await.len(), 1);
    let consumer = bus.consumer(options("one", Stream::Raw)).await.unwrap();
    assert_eq!(now(&*consumer, 9).await.len(), 2);
}

async fn info(bus: &dyn Bus, name: &str) -> (u64, u64) {
    let known = bus.consumer_info(Stream::Raw, name).await.unwrap().unwrap();
    (known.ack_floor, known.pending)
}
