//! From PostgreSQL to SQLite and back, beside writers who go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aurora_clock::SystemClock;
use aurora_model::Action;
use aurora_records::archive::{Archive, Entry, copy};
use aurora_records::{Change, Collection, DecisionQuery, Error, Guard, Query, Records};
use aurora_records_postgres::{Options, PostgresArchive};
use aurora_records_sqlite::{SqliteArchive, SqliteRecords};
use serde_json::json;

use crate::{Lab, context, open};

fn step(round: u64) -> Change {
    let id = format!("{round}\0é");
    Change::decided(Action::on("alert.edit", [&id]))
        .put(
            Collection::Alerts,
            &id,
            Guard::Any,
            json!({"rank": round, "z": [1e300, u64::MAX]}),
        )
        .put(
            Collection::Alerts,
            "same",
            Guard::Any,
            json!({"rank": round}),
        )
        .move_place("at", round, round + 1)
        .count("steps\0".into(), 1)
}

async fn entries(archive: &dyn Archive) -> Vec<Entry> {
    let mut moment = archive.hold().await.unwrap().release().await.unwrap();
    let mut all = Vec::new();
    loop {
        let some = moment.next().await.unwrap();
        if some.is_empty() {
            all.sort_by_key(|entry| serde_json::to_string(entry).unwrap());
            return all;
        }
        all.extend(some);
    }
}

/// Documents, places, counters and decisions tell of the same number of steps.
async fn whole(records: &dyn Records) -> u64 {
    let scope = &context().scope;
    let steps = records.counters(scope, "").await.unwrap()[0].1;
    let query = Query::of(Collection::Alerts).limit(0);
    assert_eq!(records.list(scope, &query).await.unwrap().total, steps + 1);
    assert_eq!(
        aurora_records::place::read(records, scope, "at")
            .await
            .unwrap(),
        steps
    );
    let same = records
        .get(scope, Collection::Alerts, "same")
        .await
        .unwrap();
    assert_eq!(same.unwrap().version, steps);
    let all = DecisionQuery {
        object: Some(format!("{}\0é", steps - 1)),
        limit: 10,
        after: 0,
    };
    let decisions = records.decisions(scope, &all).await.unwrap();
    assert_eq!(decisions.last().unwrap().seq, steps);
    steps
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_moves_between_adapters_beside_its_writers() {
    let Some(lab) = Lab::start() else { return };
    let records = Arc::new(open(&lab.url).await.unwrap());
    let (stop, writing) = (Arc::new(AtomicBool::new(false)), records.clone());
    let stopped = stop.clone();
    let mut writers = tokio::task::JoinSet::new();
    writers.spawn(async move {
        let mut round = 0;
        while !stopped.load(Ordering::Relaxed) || round < 1_500 {
            writing.commit(&context(), step(round)).await.unwrap();
            round += 1;
        }
        round
    });
    while records
        .counters(&context().scope, "")
        .await
        .unwrap()
        .first()
        .is_none_or(|c| c.1 < 1_200)
    {
        tokio::task::yield_now().await;
    }
    let here = PostgresArchive::of(Options::new(&lab.url));
    let held = here.hold().await.unwrap();
    let before = whole(records.as_ref()).await;
    stop.store(true, Ordering::Relaxed);
    let moment = held.release().await.unwrap();
    let rounds = writers.join_all().await[0];
    assert!(rounds >= before);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("records.sqlite");
    let there = SqliteArchive::of(&file);
    let count = copy(moment, there.fill().await.unwrap()).await.unwrap();
    assert_eq!(count, 2 * before + 1 + 2, "what came later is not in it");
    let again = there.fill().await.map(drop);
    assert!(matches!(again, Err(Error::NotEmpty)), "{again:?}");
    let opened = SqliteRecords::open(&file, Arc::new(SystemClock::new()));
    let opened = opened.await.unwrap();
    assert_eq!(whole(&opened).await, before);
    opened.close().await.unwrap();

    let back = PostgresArchive::of(Options::new(lab.server.database("back").unwrap()));
    let moment = there.hold().await.unwrap().release().await.unwrap();
    copy(moment, back.fill().await.unwrap()).await.unwrap();
    let returned = open(&lab.server.url("back")).await.unwrap();
    assert_eq!(whole(&returned).await, before);
    assert_eq!(entries(&back).await, entries(&there).await);
    returned.commit(&context(), step(before)).await.unwrap();
    assert_eq!(whole(&returned).await, before + 1, "work goes on");
    let refused = back.fill().await.map(drop);
    assert!(matches!(refused, Err(Error::NotEmpty)), "{refused:?}");
}
