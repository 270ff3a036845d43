//! What stands in the files, and what is said when it cannot be used.

use std::error::Error as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aurora_bus::testkit::{message, options};
use aurora_bus::{Bus, Error, Message};
use aurora_bus_local::{Io, LocalBus, Options};
use aurora_clock::{ManualClock, Timestamp};
use aurora_disk::{Disk, FaultKind, Op, Open, SimDisk};
use aurora_model::{Severity, Stream, Subject};

pub(crate) fn open(disk: &SimDisk, options: Options) -> Result<LocalBus, aurora_bus_local::Error> {
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(0)));
    LocalBus::open(Arc::new(disk.clone()), clock, options)
}

fn inline() -> Options {
    Options {
        io: Io::Inline,
        reserve_bytes: 0,
        ..Options::default()
    }
}

fn raw() -> Subject {
    Subject::from("aurora.raw.7")
}

#[tokio::test(start_paused = true)]
async fn acknowledgements_are_durable_after_50_ms() {
    let disk = SimDisk::new(1);
    let bus = open(&disk, inline()).unwrap();
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    bus.publish((1..=3).map(|n| message(&raw(), n)).collect())
        .await
        .unwrap();
    consumer.fetch(9, Duration::ZERO).await.unwrap();
    consumer.ack(&[1, 2]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(51)).await;
    let bus = open(&disk.crash(), inline()).unwrap();
    let known = bus
        .consumer_info(Stream::Raw, "all")
        .await
        .unwrap()
        .unwrap();
    assert_eq!((known.ack_floor, known.pending), (2, 1));
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    let again = consumer.fetch(9, Duration::ZERO).await.unwrap();
    assert_eq!(
        (again[0].seq, again[0].attempt),
        (3, 2),
        "attempts are counted across a crash"
    );
}

#[tokio::test]
async fn a_consumer_is_durable_when_it_is_opened() {
    let disk = SimDisk::new(1);
    let bus = open(&disk, inline()).unwrap();
    bus.consumer(options("new", Stream::Raw)).await.unwrap();
    let bus = open(&disk.crash(), inline()).unwrap();
    assert!(
        bus.consumer_info(Stream::Raw, "new")
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_cannot_be_noted_is_given_nothing_until_it_is() {
    let disk = SimDisk::new(1);
    let bus = open(&disk, inline()).unwrap();
    bus.publish(vec![message(&raw(), 1)]).await.unwrap();
    disk.set_capacity(Some(0));
    let consumer = bus.consumer(options("new", Stream::Raw)).await.unwrap();
    let wait = Duration::from_secs(5);
    assert!(consumer.fetch(9, wait).await.unwrap().is_empty());
    disk.set_capacity(None);
    let got = consumer.fetch(9, Duration::ZERO).await.unwrap();
    assert_eq!(got.len(), 1);
    let disk = disk.crash();
    let bus = open(&disk, inline()).unwrap();
    let info = bus.consumer_info(Stream::Raw, "new").await.unwrap();
    assert_eq!(info.unwrap().pending, 1);

    disk.set_capacity(Some(0));
    let refused = bus.delete_consumer(Stream::Raw, "new").await;
    assert!(matches!(refused, Err(Error::NoRoom(_))), "{refused:?}");
    let info = bus.consumer_info(Stream::Raw, "new").await.unwrap();
    assert!(info.is_some(), "it goes on to hold its stream");
    disk.set_capacity(None);
    bus.delete_consumer(Stream::Raw, "new").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_full_device_is_freed_by_acknowledging() {
    let disk = SimDisk::new(1);
    let options_of_bus = Options {
        segment_bytes: 4_000,
        ..inline()
    };
    let bus = open(&disk, options_of_bus.clone()).unwrap();
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    disk.set_capacity(Some(60_000));
    let mut n = 0;
    let refused = loop {
        n += 1;
        let long = Message {
            body: vec![0; 1_000].into(),
            ..message(&raw(), n)
        };
        match bus.publish(vec![long]).await {
            Ok(_) => {}
            Err(e) => break e,
        }
    };
    assert!(matches!(refused, Error::Full { .. }), "{refused}");
    // Something else frees a little, enough for the ids that are written before a trim.
    disk.set_capacity(Some(70_000));
    let got = consumer.fetch(1_000, Duration::ZERO).await.unwrap();
    assert_eq!(got.len() as u64, n - 1);
    consumer
        .ack(&got.iter().map(|d| d.seq).collect::<Vec<_>>())
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(51)).await;
    bus.publish((n..n + 20).map(|n| message(&raw(), n)).collect())
        .await
        .unwrap();
    assert!(bus.stream(Stream::Raw).await.unwrap().first_seq > 1);
    open(&disk.crash(), options_of_bus).unwrap();
}

/// Refused publishers trim a full stream while acknowledgements do: none gets in another's way.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn trimming_from_all_sides_is_no_failure() {
    const MESSAGES: u64 = 400;
    let folder = tempfile::tempdir().unwrap();
    let disk = Arc::new(aurora_disk::RealDisk::new(folder.path()).unwrap());
    let clock = Arc::new(aurora_clock::SystemClock::new());
    let small = Options {
        max_bytes: 64_000,
        reserve_bytes: 0,
        ..Options::default()
    };
    let bus = LocalBus::open(disk, clock, small).unwrap();
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    let publishers = (0..4_u64).map(|publisher| {
        let bus = bus.clone();
        async move {
            for n in 0..MESSAGES {
                let long = Message {
                    body: vec![0; 4_000].into(),
                    ..message(&raw(), publisher * MESSAGES + n + 1)
                };
                loop {
                    match bus.publish(vec![long.clone()]).await {
                        Ok(_) => break,
                        Err(Error::Full { .. }) => tokio::task::yield_now().await,
                        Err(error) => return Err(error),
                    }
                }
            }
            Ok(())
        }
    });
    let consuming = async {
        let mut had = 0;
        while had < 4 * MESSAGES {
            let got = consumer.fetch(8, Duration::from_secs(5)).await?;
            assert!(!got.is_empty());
            had += got.len() as u64;
            let seqs: Vec<_> = got.iter().map(|delivery| delivery.seq).collect();
            consumer.ack(&seqs).await?;
        }
        Ok::<_, Error>(())
    };
    let [a, b, c, d] = publishers.collect::<Vec<_>>().try_into().ok().unwrap();
    tokio::try_join!(consuming, a, b, c, d).unwrap();
    bus.close().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn many_acknowledgements_do_not_wait() {
    let disk = SimDisk::new(1);
    let bus = open(&disk, inline()).unwrap();
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    bus.publish((1..=300).map(|n| message(&raw(), n)).collect())
        .await
        .unwrap();
    let got = consumer.fetch(300, Duration::ZERO).await.unwrap();
    consumer
        .ack(&got.iter().map(|d| d.seq).collect::<Vec<_>>())
        .await
        .unwrap();
    // Far less than the delay; the paused clock moves only by what is asked for.
    tokio::time::sleep(Duration::from_millis(1)).await;
    let bus = open(&disk.crash(), inline()).unwrap();
    assert_eq!(
        bus.consumer_info(Stream::Raw, "all")
            .await
            .unwrap()
            .unwrap()
            .ack_floor,
        300
    );
}

#[tokio::test]
async fn a_failed_sync_refuses_everything_until_opened_again() {
    let disk = SimDisk::new(1);
    let bus = open(&disk, inline()).unwrap();
    bus.publish(vec![message(&raw(), 1)]).await.unwrap();
    disk.fail(Op::Sync, 0, FaultKind::Io);
    for n in [2, 3] {
        let refused = bus.publish(vec![message(&raw(), n)]).await.unwrap_err();
        assert!(matches!(refused, Error::Storage(_)), "{refused}");
        let cause = refused.source().unwrap().source().unwrap().to_string();
        assert!(cause.contains("did not reach the device"), "{cause}");
    }
    bus.publish(vec![message(&Subject::alerts(Severity::High), 4)])
        .await
        .unwrap();
    let bus = open(&disk, inline()).unwrap();
    let receipt = bus.publish(vec![message(&raw(), 1)]).await.unwrap()[0];
    assert!(receipt.duplicate);
}

#[tokio::test]
async fn alerts_go_on_when_the_device_is_nearly_full() {
    let disk = SimDisk::new(1);
    let bus = open(
        &disk,
        Options {
            reserve_bytes: 10_000,
            ..inline()
        },
    )
    .unwrap();
    disk.set_capacity(Some(12_000));
    let mut long = message(&raw(), 1);
    long.body = vec![0; 3_000].into();
    assert!(matches!(
        bus.publish(vec![long.clone()]).await,
        Err(Error::Full { .. })
    ));
    long.subject = Subject::events(1, 1007);
    bus.publish(vec![long.clone()]).await.unwrap();
    (long.subject, long.id) = (Subject::events(1, 1007), aurora_bus::testkit::id(2));
    long.body = vec![0; 6_000].into();
    assert!(matches!(
        bus.publish(vec![long.clone()]).await,
        Err(Error::Full { .. })
    ));
    long.subject = Subject::alerts(Severity::High);
    bus.publish(vec![long]).await.unwrap();
}

#[tokio::test]
async fn lost_messages_and_newer_formats_are_refused() {
    let disk = SimDisk::new(1);
    let bus = open(&disk, inline()).unwrap();
    let consumer = bus.consumer(options("all", Stream::Raw)).await.unwrap();
    bus.publish(vec![message(&raw(), 1)]).await.unwrap();
    consumer.fetch(9, Duration::ZERO).await.unwrap();
    bus.close().await.unwrap();

    let segment = Path::new("raw/00000000000000000001.segment");
    let file = disk.open(segment, Open::Write).unwrap();
    let len = file.len().unwrap();
    file.truncate(len - 1).unwrap();
    let refused = open(&disk, inline()).err().unwrap().to_string();
    assert!(
        refused.contains("RAW ends at message 0") && refused.contains("had 1"),
        "{refused}"
    );
    file.write_at(&9u32.to_le_bytes(), 8).unwrap();
    let refused = open(&disk, inline()).err().unwrap();
    let cause = refused.source().unwrap().to_string();
    assert!(cause.contains("format 9, newer than 1"), "{cause}");
}
