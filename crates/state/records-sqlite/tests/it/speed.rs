//! What a site needs of its records: figures are printed, and floors far below them are asserted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aurora_model::Action;
use aurora_records::{Change, Collection, Guard, Query, Records, Test};
use serde_json::json;
use tokio::task::JoinSet;

use crate::{context, open};

/// A service's commit: its checkpoint, a few counters.
fn small(task: u64, round: u64) -> Change {
    Change::progress()
        .slot(&format!("normalise/{task}"), round.to_le_bytes())
        .count(format!("ledger/{task}"), 500)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_share_their_fsync() {
    const TASKS: u64 = 8;
    const ROUNDS: u64 = 200;
    let dir = tempfile::tempdir().unwrap();
    let records = Arc::new(open(&dir.path().join("r")).await.unwrap());
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let records = records.clone();
        tasks.spawn(async move {
            for round in 0..ROUNDS {
                records
                    .commit(&context(), small(task, round))
                    .await
                    .unwrap();
            }
        });
    }
    tasks.join_all().await;
    let rate = (TASKS * ROUNDS) as f64 / start.elapsed().as_secs_f64();
    println!("{rate:.0} commits/s from {TASKS} tasks");
    assert!(rate > 100.0, "{rate:.0} commits/s");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_commit_is_short() {
    const ROUNDS: u64 = 100;
    let dir = tempfile::tempdir().unwrap();
    let records = open(&dir.path().join("r")).await.unwrap();
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        let change = large(round);
        let start = Instant::now();
        records.commit(&context(), change).await.unwrap();
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
    println!("50 writes in a commit: median {median:?}, worst {worst:?}");
    assert!(median < Duration::from_millis(50), "{median:?}");
}

/// 20 slots, 15 counters, 15 alerts.
fn large(round: u64) -> Change {
    let mut change = Change::decided(Action::on("alert.create", ["a"]));
    for n in 0..20 {
        change = change.slot(&format!("dedupe/{n}"), vec![7; 400]);
    }
    for n in 0..15 {
        change = change.count(format!("ledger/records/{n}"), 3);
    }
    for n in 0..15 {
        let body = json!({
            "status": "new", "rule": format!("rule-{n}"), "group_key": "k", "severity": "high",
            "rank": n, "last_seen": round, "created_at": round, "updated_at": round,
            "finding": {"text": "x".repeat(2000)},
        });
        change = change.put(
            Collection::Alerts,
            &format!("{round}-{n}"),
            Guard::Any,
            body,
        );
    }
    change
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_queue_lists_fast() {
    const ALERTS: u64 = 20_000;
    let dir = tempfile::tempdir().unwrap();
    let records = open(&dir.path().join("r")).await.unwrap();
    for hundred in 0..ALERTS / 100 {
        let mut change = Change::decided(Action::on("alert.create", ["a"]));
        for n in 0..100 {
            let at = hundred * 100 + n;
            let status = if at % 10 == 0 { "new" } else { "closed" };
            let body = json!({"status": status, "rule": "r", "last_seen": at, "rank": at % 7});
            change = change.put(Collection::Alerts, &format!("{at:08}"), Guard::Any, body);
        }
        records.commit(&context(), change).await.unwrap();
    }
    let query = Query::of(Collection::Alerts)
        .with("status", Test::TextIs("new".into()))
        .newest("last_seen")
        .limit(50);
    let start = Instant::now();
    let page = records.list(&context().scope, &query).await.unwrap();
    let took = start.elapsed();
    println!("a page of 50 out of {} in {took:?}", page.total);
    assert_eq!((page.documents.len(), page.total), (50, ALERTS / 10));
    assert!(took < Duration::from_millis(500), "{took:?}");
}
