//! What must hold at the end, asked of the site in every way there is.

use aurora_clock::Timestamp;
use aurora_messages::{AlertQuery, Hunt, LedgerReport};
use serde_json::Value;

use crate::processes::wait_for;
use crate::site::Place;

/// What was put in, each counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    pub records: u64,
    pub matches: u64,
    pub alerts: u64,
}

/// Waits until nothing is on its way: no record, no event unjudged, no finding unstored.
pub async fn settled(place: &Place) -> LedgerReport {
    wait_for("everything to settle", || async {
        let ledger = place.client.ledger().await.ok()?;
        let status = place.client.status().await.ok()?;
        let waiting: u64 = status.roles.iter().filter_map(|role| role.waiting).sum();
        (ledger.total.in_flight == 0 && waiting == 0).then_some(ledger)
    })
    .await
}

pub async fn check(place: &Place, expected: Expected) {
    let ledger = settled(place).await;
    let total = &ledger.total;
    assert!(ledger.balances, "{ledger:?}");
    let found = [total.received, total.stored, total.events];
    assert_eq!(
        found, [expected.records; 3],
        "received, stored, events: {total:?}"
    );
    assert_eq!(
        (total.deduplicated, total.dropped, total.dead_lettered),
        (0, 0, 0),
        "{total:?}"
    );
    let matches = &ledger.matches;
    assert_eq!(
        (matches.matches, matches.alerts),
        (expected.matches, expected.alerts),
        "{matches:?}"
    );

    // Every event once, every finding once: how many there are, and how often the most frequent is.
    for (class, count) in [(1007, expected.records), (2004, expected.matches)] {
        let all = hunt(place, &format!("class_uid:{class} | count by class_uid")).await;
        assert_eq!(counts(&all), [count], "class {class}");
        let most = hunt(place, &format!("class_uid:{class} | top 3 metadata.uid")).await;
        assert!(
            counts(&most).iter().all(|count| *count == 1),
            "class {class}: {most:?}"
        );
    }
    // What the store says of itself is up to some seconds old.
    let rows = expected.records + expected.matches;
    wait_for("the event store to say how many rows it has", || async {
        let status = place.client.status().await.unwrap();
        (status.engine.rows == rows).then_some(())
    })
    .await;

    let query = AlertQuery {
        limit: Some(1_000),
        ..AlertQuery::default()
    };
    let alerts = place.client.alerts(&query).await.unwrap();
    assert_eq!(alerts.total, expected.alerts);
    if alerts.alerts.len() as u64 == alerts.total {
        let counted: u64 = alerts.alerts.iter().map(|alert| alert.count).sum();
        assert_eq!(counted, expected.matches, "matches that alerts count");
    }
}

fn counts(rows: &[Vec<Value>]) -> Vec<u64> {
    rows.iter()
        .map(|row| row.last().unwrap().as_u64().unwrap())
        .collect()
}

async fn hunt(place: &Place, query: &str) -> Vec<Vec<Value>> {
    // Findings are dated by the site's clock, events by their own.
    let hunt = Hunt {
        query: query.to_owned(),
        since: Some(Timestamp::from_millis(0)),
        until: Some(Timestamp::from_millis(4_000_000_000_000)),
        limit: Some(10),
    };
    place.client.hunt(&hunt).await.unwrap().rows
}
