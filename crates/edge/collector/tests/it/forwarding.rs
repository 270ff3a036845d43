use std::sync::Arc;

use aurora_collector::{LinkState, Refine, Wanted};
use aurora_model::relay::Events;
use aurora_model::{RawBatch, RawRecord};

use crate::support::{Answer, Host, Site, until};

#[tokio::test]
async fn what_was_put_arrives_once_and_in_order() {
    let site = Site::new().await;
    let mut host = Host::new(&site);
    host.start(true, None).await;
    host.put(20).await.unwrap();
    until("all", || site.texts() == host.made()).await;
    until("the counts", || host.status().forwarded == 60).await;
    let state = host.status();
    assert_eq!((state.known, state.dropped, state.left_out), (0, 0, 0));
    let protocol = "HTTP/1.1".to_owned();
    assert_eq!(state.link, LinkState::Connected { protocol });
    host.stop().await;
}

#[tokio::test]
async fn an_offline_day_and_a_restart_lose_nothing() {
    let site = Site::new().await;
    site.answer(Answer::Say(503));
    let mut host = Host::new(&site);
    host.start(true, None).await;
    host.put(100).await.unwrap();
    until("an attempt", || {
        matches!(host.status().link, LinkState::Waiting { .. })
    })
    .await;
    host.stop().await;
    host.start(false, None).await;
    host.put(50).await.unwrap();
    host.stop().await;
    site.answer(Answer::Take);
    host.start(true, None).await;
    until("all", || site.texts() == host.made()).await;
    // What the site has and the host has not heard of goes again.
    until("the answers", || host.status().forwarded == 450).await;
    host.stop().await;
    // Nothing is left that a further one would send.
    let before = site.requests();
    host.start(true, None).await;
    host.put(1).await.unwrap();
    until("the last", || site.texts() == host.made()).await;
    assert_eq!(site.requests(), before + 1);
    host.stop().await;
}

#[tokio::test]
async fn a_lost_acknowledgement_makes_a_batch_known() {
    let site = Site::new().await;
    site.answer(Answer::TakeSilently);
    let mut host = Host::new(&site);
    host.start(true, None).await;
    host.put(1).await.unwrap();
    until("two attempts", || site.requests() >= 2).await;
    site.answer(Answer::Take);
    until("the answer", || host.status().forwarded == 3).await;
    assert_eq!(host.status().known, 3);
    host.put(5).await.unwrap();
    until("all", || site.texts() == host.made()).await;
    host.stop().await;
}

/// Leaves out every third record and shouts the others.
#[derive(Debug)]
struct Shout;

impl Refine for Shout {
    fn refine(&self, mut batch: RawBatch, wanted: Wanted) -> Vec<RawBatch> {
        assert_eq!(wanted, Wanted::Records);
        for record in &mut batch.records {
            if record.seq % 3 == 0 {
                *record = RawRecord::dropped(record.seq, record.received_at, 1);
            } else {
                record.body.make_ascii_uppercase();
            }
        }
        vec![batch]
    }
}

#[tokio::test]
async fn records_are_changed_and_left_out_before_they_leave() {
    let site = Site::new().await;
    let mut host = Host::new(&site);
    host.start(true, Some(Arc::new(Shout))).await;
    host.put(2).await.unwrap();
    until("the rest", || site.texts() == ["R1", "R2", "R4", "R5"]).await;
    until("the counts", || host.status().left_out == 2).await;
    assert_eq!((site.dropped(), host.status().forwarded), (2, 4));
    host.stop().await;
}

/// Makes events of every record.
#[derive(Debug)]
struct Tell;

impl Refine for Tell {
    fn refine(&self, mut batch: RawBatch, wanted: Wanted) -> Vec<RawBatch> {
        if wanted == Wanted::Events {
            for record in &mut batch.records {
                record.event = [b"of ", &record.body[..]].concat();
            }
        }
        vec![batch]
    }

    fn makes_events(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn events_are_made_where_the_site_uses_them() {
    for (said, wanted) in [
        (Some("used"), Events::Used),
        (Some("unused"), Events::Unused),
        (None, Events::Unknown),
    ] {
        let site = Site::new().await;
        site.says_of_events(said);
        let mut host = Host::new(&site);
        host.start(true, Some(Arc::new(Tell))).await;
        host.put(2).await.unwrap();
        until("all", || host.status().forwarded == 6).await;
        let events = match wanted {
            Events::Used => host
                .made()
                .iter()
                .map(|text| format!("of {text}"))
                .collect(),
            _ => Vec::new(),
        };
        assert_eq!((site.events(), site.texts()), (events, host.made()));
        let told = host.status().normalised.unwrap();
        assert_eq!(told.events, wanted);
        assert_eq!(told.records, site.events().len() as u64);
        host.stop().await;
    }
}

/// A site that was upgraded, or a token that was changed, while the collector ran.
#[tokio::test]
async fn after_a_failure_the_site_is_asked_again() {
    let site = Site::new().await;
    let mut host = Host::new(&site);
    host.start(true, Some(Arc::new(Tell))).await;
    host.put(1).await.unwrap();
    until("the first", || host.status().forwarded == 3).await;
    site.answer(Answer::Say(503));
    host.put(1).await.unwrap();
    until("an attempt", || {
        matches!(host.status().link, LinkState::Waiting { .. })
    })
    .await;
    site.says_of_events(Some("used"));
    site.answer(Answer::Take);
    until("the second", || host.status().forwarded == 6).await;
    assert_eq!(site.events(), ["of r3", "of r4", "of r5"]);
    host.stop().await;
}

/// A site that turns out not to read what it asked for, as after a step back to an older release.
#[tokio::test]
async fn what_is_refused_with_events_goes_without() {
    let site = Site::new().await;
    site.says_of_events(Some("used"));
    site.poison("of r4");
    let mut host = Host::new(&site);
    host.start(true, Some(Arc::new(Tell))).await;
    for _ in 0..3 {
        host.put(1).await.unwrap();
    }
    until("all", || site.texts() == host.made()).await;
    until("the counts", || host.status().forwarded == 9).await;
    assert!(!site.events().contains(&"of r4".to_owned()));
    assert_eq!(host.status().dropped, 0);
    host.stop().await;
}
