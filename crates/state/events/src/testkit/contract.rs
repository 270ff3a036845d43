use std::collections::BTreeSet;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::{BatchId, EventUid, Scope, SourceName, TenantId};
use serde_json::{Map, Value};

use super::generate::START;
use super::{Random, all_time, everything, hunt, parsed, row, rows, scope};
use crate::{Events, Row};

/// Everything that can be said without comparing adapters.
pub async fn contract(store: &dyn Events) {
    a_token_is_stored_once(store).await;
    scopes_do_not_meet(store).await;
    events_come_back_whole(store).await;
    a_limit_is_told(store).await;
    times_far_off_are_kept(store).await;
    old_events_go(store).await;
    a_source_goes_and_comes_back(store).await;
    buckets_count_all(store).await;
}

fn token() -> BatchId {
    BatchId(Id128::random())
}

async fn insert(store: &dyn Events, scope: &Scope, rows: Vec<Row>) {
    let count = rows.len() as u64;
    let stored = store
        .insert(scope, token(), rows)
        .await
        .expect("rows are stored");
    assert_eq!(stored.rows, count);
}

async fn total(store: &dyn Events, scope: &Scope) -> u64 {
    let sources = store
        .count_by_source(scope)
        .await
        .expect("sources are counted");
    sources.iter().map(|(_, count)| count).sum()
}

pub(crate) async fn a_token_is_stored_once(store: &dyn Events) {
    let (scope, token, rows) = (scope(), token(), rows(&mut Random(1), 50));
    for _ in 0..3 {
        store
            .insert(&scope, token, rows.clone())
            .await
            .expect("the same batch is taken again");
    }
    assert_eq!(
        total(store, &scope).await,
        50,
        "a repeated token was stored again"
    );
    store
        .insert(&scope, BatchId(Id128::random()), rows)
        .await
        .expect("another token is taken");
    assert_eq!(
        total(store, &scope).await,
        100,
        "another token was not stored"
    );
    store
        .insert(&scope, BatchId(Id128::random()), Vec::new())
        .await
        .expect("no rows are no trouble");
}

async fn scopes_do_not_meet(store: &dyn Events) {
    let (one, other) = (scope(), scope());
    let tenant = TenantId::try_from("other-tenant".to_owned()).expect("a good name");
    let neighbour = Scope {
        site: one.site,
        tenant,
    };
    let row = row(&mut Random(2));
    let uid = row.item.uid;
    insert(store, &one, vec![row]).await;
    for stranger in [&other, &neighbour] {
        assert_eq!(hunt(store, stranger, "*").await.rows.len(), 0);
        assert!(store.get(stranger, &[uid]).await.expect("asked").is_empty());
        assert_eq!(store.info(stranger).await.expect("asked").rows, 0);
        assert!(
            store
                .count_by_source(stranger)
                .await
                .expect("asked")
                .is_empty()
        );
        let far = Timestamp::from_millis(i64::MAX);
        assert_eq!(store.expire(stranger, far).await.expect("asked"), 0);
    }
    assert_eq!(hunt(store, &one, "*").await.rows.len(), 1);
}

async fn events_come_back_whole(store: &dyn Events) {
    let (scope, rows) = (scope(), rows(&mut Random(3), 40));
    insert(store, &scope, rows.clone()).await;
    let mut uids: Vec<EventUid> = rows.iter().map(|row| row.item.uid).collect();
    uids.push(EventUid(Id128::random()));
    let mut found = store.get(&scope, &uids).await.expect("events are read");
    let mut wanted: Vec<_> = rows
        .iter()
        .map(|row| row.item.event().expect("an event"))
        .collect();
    found.sort_by_key(uid_of);
    wanted.sort_by_key(uid_of);
    assert_eq!(found, wanted);

    let answer = hunt(store, &scope, "*").await;
    let names: Vec<&str> = answer
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(names, ["time", "uid", "class_name", "event"]);
    let events: BTreeSet<String> = answer
        .rows
        .iter()
        .map(|row| row[3]["metadata"]["uid"].to_string())
        .collect();
    assert_eq!(events.len(), rows.len());
    for row in &answer.rows {
        assert_eq!(row[0], row[3]["time"]);
        assert_eq!(row[1], row[3]["metadata"]["uid"]);
        assert_eq!(row[2], row[3]["class_name"]);
    }
}

fn uid_of(event: &Map<String, Value>) -> String {
    event["metadata"]["uid"].to_string()
}

async fn a_limit_is_told(store: &dyn Events) {
    let scope = scope();
    insert(store, &scope, rows(&mut Random(4), 10)).await;
    let mut options = everything();
    for (limit, truncated) in [(9, true), (10, false), (11, false)] {
        options.limit = limit;
        let answer = store
            .hunt(&scope, &parsed("*"), &options)
            .await
            .expect("answered");
        assert_eq!(
            (answer.rows.len(), answer.truncated),
            (limit.min(10), truncated)
        );
    }
    options.limit = 5;
    let own = store
        .hunt(&scope, &parsed("* | limit 3"), &options)
        .await
        .expect("answered");
    assert_eq!((own.rows.len(), own.truncated), (3, false));
}

/// A device's clock may be anywhere.
async fn times_far_off_are_kept(store: &dyn Events) {
    let scope = scope();
    let times = [
        i64::MIN,
        -1,
        0,
        START,
        START + 315_360_000_000,
        253_402_300_800_000,
        i64::MAX - 1,
    ];
    let mut random = Random(5);
    let rows = times.map(|time| {
        let mut row = row(&mut random);
        let mut event = row.item.event().expect("an event");
        event["time"] = time.into();
        row.item = aurora_model::EventItem::new(row.item.uid, 1, &event);
        row
    });
    insert(store, &scope, rows.to_vec()).await;
    let answer = hunt(store, &scope, "* | sort time").await;
    let found: Vec<i64> = answer
        .rows
        .iter()
        .filter_map(|row| row[0].as_i64())
        .collect();
    assert_eq!(found.len(), times.len());
    let info = store.info(&scope).await.expect("told");
    assert_eq!(info.rows, times.len() as u64);
    assert_eq!(
        info.oldest.map(Timestamp::as_millis),
        times.first().copied()
    );
    assert_eq!(info.newest.map(Timestamp::as_millis), times.last().copied());
}

async fn old_events_go(store: &dyn Events) {
    let (scope, other) = (scope(), scope());
    let day = 86_400_000;
    let mut random = Random(6);
    let mut rows = rows(&mut random, 30);
    for (n, row) in rows.iter_mut().enumerate() {
        let n = i64::try_from(n).expect("thirty");
        row.received_at = Timestamp::from_millis(START + n * day / 4);
    }
    insert(store, &scope, rows.clone()).await;
    insert(store, &other, rows).await;
    let before = Timestamp::from_millis(START + 2 * day + day / 2);
    assert_eq!(store.expire(&scope, before).await.expect("expired"), 10);
    assert_eq!(total(store, &scope).await, 20);
    assert_eq!(store.expire(&scope, before).await.expect("expired"), 0);
    assert_eq!(
        total(store, &other).await,
        30,
        "another site's events went too"
    );
}

async fn a_source_goes_and_comes_back(store: &dyn Events) {
    let scope = scope();
    let (token, mut rows) = (token(), rows(&mut Random(7), 20));
    for (n, row) in rows.iter_mut().enumerate() {
        row.source = SourceName::new(if n % 4 == 0 { "demo" } else { "real" });
    }
    store
        .insert(&scope, token, rows.clone())
        .await
        .expect("stored");
    let demo = SourceName::new("demo");
    assert_eq!(
        store.remove_source(&scope, &demo).await.expect("removed"),
        5
    );
    let counts = store.count_by_source(&scope).await.expect("counted");
    assert_eq!(counts, [(SourceName::new("real"), 15)]);
    let again: Vec<Row> = rows.into_iter().filter(|row| row.source == demo).collect();
    let batch = BatchId(Id128::random());
    store
        .insert(&scope, batch, again.clone())
        .await
        .expect("stored");
    assert_eq!(
        store.remove_source(&scope, &demo).await.expect("removed"),
        5
    );
    store.insert(&scope, batch, again).await.expect("stored");
    assert_eq!(
        total(store, &scope).await,
        20,
        "a source that was removed cannot come back"
    );
}

async fn buckets_count_all(store: &dyn Events) {
    let scope = scope();
    insert(store, &scope, rows(&mut Random(8), 100)).await;
    let bucket = Duration::from_secs(3600);
    let windows = store
        .histogram(&scope, &parsed("*"), all_time(), bucket)
        .await
        .expect("counted");
    assert_eq!(windows.iter().map(|window| window.count).sum::<u64>(), 100);
    assert!(windows.is_sorted_by_key(|window| window.start));
    assert!(
        windows
            .iter()
            .all(|window| window.start.as_millis() % 3_600_000 == 0)
    );
}
