//! The server ends and comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aurora_model::Action;
use aurora_records::{Change, Collection, DecisionQuery, Error, Guard, Query, Records};
use serde_json::json;
use tokio::task::JoinSet;

use crate::{Lab, context, open, open_within, told};

const TASKS: u64 = 6;
const ROUNDS: u64 = 60;
const CRASHES: u64 = 4;

/// A commit whose answer was lost is not made twice and not given up: each of them is guarded by
/// [`Guard::New`], so a second one would be refused and a missing one missed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_and_readers_wait_for_a_server_that_comes_back() {
    let Some(mut lab) = Lab::start() else { return };
    let records = Arc::new(open(&lab.url).await.unwrap());
    let done = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let (records, done) = (records.clone(), done.clone());
        tasks.spawn(async move {
            for round in 0..ROUNDS {
                let id = format!("{task}-{round}");
                let change = Change::decided(Action::on("alert.edit", [&id]))
                    .put(Collection::Alerts, &id, Guard::New, json!({"rank": 1}))
                    .move_place(&format!("at/{task}"), round, round + 1)
                    .count("steps".into(), 1);
                let committed = records.commit(&context(), change).await;
                committed.unwrap_or_else(|error| panic!("{}", told(&error)));
                let scope = &context().scope;
                let found = records.get(scope, Collection::Alerts, &id).await;
                assert!(found.unwrap().is_some());
                done.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    let crashing = tokio::task::spawn_blocking(move || {
        for crash in 1..=CRASHES {
            while done.load(Ordering::Relaxed) < crash * TASKS * ROUNDS / (CRASHES + 1) {
                std::thread::yield_now();
            }
            lab.server.crash();
            lab.server.restart().unwrap();
        }
        lab
    });
    tasks.join_all().await;
    let lab = crashing.await.unwrap();
    let scope = &context().scope;
    let steps = TASKS * ROUNDS;
    let counted = records.counters(scope, "steps").await.unwrap();
    assert_eq!(counted[0].1, steps);
    let all = DecisionQuery {
        limit: usize::MAX,
        ..DecisionQuery::default()
    };
    let decisions = records.decisions(scope, &all).await.unwrap();
    assert!(decisions.into_iter().map(|d| d.seq).eq(1..=steps), "dense");
    let alerts = Query::of(Collection::Alerts).limit(0);
    assert_eq!(records.list(scope, &alerts).await.unwrap().total, steps);
    records.close().await.unwrap();
    drop(lab);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn patience_ends() {
    let Some(mut lab) = Lab::start() else { return };
    let short = Duration::from_millis(300);
    let records = open_within(&lab.url, short).await.unwrap();
    lab.server.crash();
    let change = Change::progress().slot("s", *b"1");
    let committed = records.commit(&context(), change).await;
    assert!(matches!(committed, Err(Error::Storage(_))), "{committed:?}");
    let slot = records.slot(&context().scope, "s").await;
    assert!(matches!(slot, Err(Error::Storage(_))), "{slot:?}");
    let opened = open_within(&lab.url, short).await;
    assert!(matches!(opened, Err(Error::Storage(_))));
    lab.server.restart().unwrap();
    let change = Change::progress().slot("s", *b"2");
    // The server may still be busy with what it had when it crashed.
    let patient = open(&lab.url).await.unwrap();
    patient.commit(&context(), change).await.unwrap();
    let kept = patient.slot(&context().scope, "s").await.unwrap();
    assert_eq!(kept.as_deref(), Some(&b"2"[..]));
}
