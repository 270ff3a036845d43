use std::time::{Duration, Instant};

use aurora_events::{Error, Events, HuntOptions, Row, testkit};
use aurora_ids::Id128;
use aurora_model::{BatchId, EventItem};

use crate::site::{site, site_with};

#[tokio::test]
async fn a_hunt_ends_at_its_limit_of_time() {
    let Some(site) = site().await else { return };
    let scope = testkit::scope();
    let mut random = testkit::Random(3);
    for _ in 0..20 {
        let rows = testkit::rows(&mut random, 2000);
        site.store
            .insert(&scope, BatchId(Id128::random()), rows)
            .await
            .unwrap();
    }
    // Reading JSON again and again makes work of a few rows.
    let heavy = vec!["answers.rdata:*x*y*z*"; 200].join(" OR ");
    let query = aurora_hunt::parse(&format!("{heavy} | count")).unwrap();
    let options = HuntOptions {
        timeout: Duration::from_secs(1),
        ..testkit::everything()
    };
    let hunt = async {
        let started = Instant::now();
        (
            site.store.hunt(&scope, &query, &options).await,
            started.elapsed(),
        )
    };
    let inserts = async {
        let mut slowest = Duration::ZERO;
        for _ in 0..5 {
            let rows = testkit::rows(&mut testkit::Random(4), 100);
            let started = Instant::now();
            site.store
                .insert(&scope, BatchId(Id128::random()), rows)
                .await
                .unwrap();
            slowest = slowest.max(started.elapsed());
        }
        slowest
    };
    let ((answer, took), slowest) = tokio::join!(hunt, inserts);
    if let Err(error) = &answer {
        assert!(
            matches!(error, Error::TimedOut { limit_ms: 1000 }),
            "{error:?}"
        );
    }
    assert!(took < Duration::from_secs(8), "a hunt of 1 s took {took:?}");
    assert!(
        slowest < Duration::from_secs(5),
        "an insert waited {slowest:?} for a hunt"
    );
    assert_eq!(site.engine.status().restarts, 0);
    site.stop().await;
}

#[tokio::test]
async fn a_hunt_ends_at_its_limit_of_memory() {
    let Some(site) = site_with(|options| options.child.memory_bytes = 400 << 20).await else {
        return;
    };
    let scope = testkit::scope();
    let mut random = testkit::Random(3);
    for _ in 0..10 {
        let rows = testkit::rows(&mut random, 2000);
        site.store
            .insert(&scope, BatchId(Id128::random()), rows)
            .await
            .unwrap();
    }
    let answer = testkit::hunt(
        &*site.store,
        &scope,
        "* | count by metadata.uid, raw_data | limit 5",
    )
    .await;
    assert_eq!(answer.rows.len(), 5);
    assert_eq!(site.engine.status().restarts, 0);
    site.stop().await;
}

/// Each hunt goes over more than the engine's memory to find the hundred newest events.
#[tokio::test]
async fn hunts_over_much_leave_room_for_each_other_and_for_inserts() {
    let Some(site) = site_with(|options| options.child.memory_bytes = 768 << 20).await else {
        return;
    };
    let scope = testkit::scope();
    let random = &mut testkit::Random(3);
    for _ in 0..16 {
        let rows = large(random, 1_000);
        site.store
            .insert(&scope, BatchId(Id128::random()), rows)
            .await
            .unwrap();
    }
    let query = aurora_hunt::parse("*").unwrap();
    let options = HuntOptions {
        limit: 100,
        ..testkit::everything()
    };
    let hunt = async || {
        let answer = site.store.hunt(&scope, &query, &options).await;
        let answer = answer.expect("a hunt for a hundred events");
        assert_eq!((answer.rows.len(), answer.truncated), (100, true));
    };
    let insert = async {
        let rows = large(&mut testkit::Random(4), 500);
        let token = BatchId(Id128::random());
        site.store.insert(&scope, token, rows).await.unwrap();
    };
    tokio::join!(hunt(), hunt(), hunt(), insert);
    assert_eq!(site.engine.status().restarts, 0);
    site.stop().await;
}

/// Events of 50 kB.
fn large(random: &mut testkit::Random, count: usize) -> Vec<Row> {
    let mut rows = testkit::rows(random, count);
    for row in &mut rows {
        let mut event = row.item.event().unwrap();
        let raw = format!("{} ", row.item.uid).repeat(1_500);
        event.insert("raw_data".to_owned(), raw.into());
        row.item = EventItem::new(row.item.uid, 1, &event);
    }
    rows
}
