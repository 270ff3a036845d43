use aurora_bus::Error;
use aurora_collector::WhenFull;

use crate::support::{Answer, Host, Site, until};

const BOUND: u64 = 1 << 20;
const BALLAST: usize = 16 << 10;

fn texts(n: u64) -> Vec<String> {
    vec![format!("a{n}"), format!("b{n}")]
}

#[tokio::test]
async fn a_full_buffer_blocks_and_goes_on_when_there_is_room() {
    let site = Site::new().await;
    site.answer(Answer::Say(429));
    let mut host = Host::new(&site).bounded(BOUND, WhenFull::Block);
    host.start(true, None).await;
    let mut put = 0;
    let full = loop {
        match host.put_texts(&texts(put), BALLAST).await {
            Ok(()) => put += 1,
            Err(full) => break full,
        }
    };
    assert!(matches!(full, Error::Full { .. }), "{full:?}");
    assert!(put > 10, "{put}");
    site.answer(Answer::Take);
    let wanted = put * 2;
    for n in put..wanted {
        // As feeds do: the same again, until there is room.
        while host.put_texts(&texts(n), BALLAST).await.is_err() {
            tokio::task::yield_now().await;
        }
    }
    let all: Vec<String> = (0..wanted).flat_map(texts).collect();
    until("all", || site.texts().len() == all.len()).await;
    assert_eq!(site.texts(), all);
    assert_eq!((site.dropped(), host.status().dropped), (0, 0));
    host.stop().await;
}

#[tokio::test]
async fn the_oldest_are_dropped_only_if_asked_and_the_site_is_told() {
    let site = Site::new().await;
    let mut host = Host::new(&site).bounded(BOUND, WhenFull::DropOldest);
    // Nobody forwards: the site is away.
    host.start(false, None).await;
    let count = 300;
    for n in 0..count {
        host.put_texts(&texts(n), BALLAST).await.unwrap();
    }
    let dropped = host.status().dropped;
    assert!(dropped > 0 && dropped < count * 2, "{dropped}");
    // Whatever was dropped stays so over a restart, and is told once though the first answer is lost.
    host.stop().await;
    site.answer(Answer::TakeSilently);
    host.start(true, None).await;
    until("two attempts", || site.requests() >= 2).await;
    site.answer(Answer::Take);
    let all: Vec<String> = (0..count).flat_map(texts).collect();
    let left = &all[usize::try_from(dropped).unwrap()..];
    until("the rest", || site.texts() == left).await;
    assert_eq!(site.dropped(), dropped);
    host.stop().await;
}

/// The forwarder holds the oldest messages while the site does not answer; they can go all the same.
#[tokio::test]
async fn a_site_that_refuses_does_not_keep_the_buffer_full() {
    let site = Site::new().await;
    site.answer(Answer::Say(503));
    let mut host = Host::new(&site).bounded(BOUND, WhenFull::DropOldest);
    host.start(true, None).await;
    let count = 200;
    for n in 0..count {
        host.put_texts(&texts(n), BALLAST).await.unwrap();
    }
    site.answer(Answer::Take);
    until("every record's fate", || {
        site.texts().len() as u64 + site.dropped() == count * 2
    })
    .await;
    let all: Vec<String> = (0..count).flat_map(texts).collect();
    assert_eq!(site.texts(), all[all.len() - site.texts().len()..]);
    assert!(site.dropped() > 0);
    host.stop().await;
}
