//! What a site needs of its records: figures are printed, and floors far below them are asserted.

use std::sync::Arc;
use std::time::Instant;

use aurora_engines::PostgresOptions;
use aurora_model::Action;
use aurora_records::{Change, Collection, Guard, Query, Records, Test};
use serde_json::json;
use tokio::task::JoinSet;

use crate::{Lab, context, open};

/// On a server that waits for its disk.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_share_their_transaction() {
    const TASKS: u64 = 16;
    const ROUNDS: u64 = 60;
    let options = PostgresOptions { durable: true };
    let Some(lab) = Lab::with(options) else {
        return;
    };
    let records = Arc::new(open(&lab.url).await.unwrap());
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let records = records.clone();
        tasks.spawn(async move {
            for round in 0..ROUNDS {
                let change = Change::progress()
                    .slot(&format!("normalise/{task}"), round.to_le_bytes())
                    .count(format!("ledger/{task}"), 500);
                records.commit(&context(), change).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    let rate = (TASKS * ROUNDS) as f64 / start.elapsed().as_secs_f64();
    println!("{rate:.0} commits/s from {TASKS} tasks");
    assert!(rate > 100.0, "{rate:.0} commits/s");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_queue_lists_fast() {
    const ALERTS: u64 = 20_000;
    let Some(lab) = Lab::start() else { return };
    let records = open(&lab.url).await.unwrap();
    let start = Instant::now();
    for thousand in 0..ALERTS / 1_000 {
        let mut change = Change::decided(Action::on("alert.create", ["a"]));
        for n in 0..1_000 {
            let at = thousand * 1_000 + n;
            let status = if at % 10 == 0 { "new" } else { "closed" };
            let body = json!({"status": status, "rule": "r", "last_seen": at, "rank": at % 7});
            change = change.put(Collection::Alerts, &format!("{at:08}"), Guard::Any, body);
        }
        records.commit(&context(), change).await.unwrap();
    }
    println!("{ALERTS} documents written in {:?}", start.elapsed());
    let query = Query::of(Collection::Alerts)
        .with("status", Test::TextIs("new".into()))
        .newest("last_seen")
        .limit(50);
    let start = Instant::now();
    let page = records.list(&context().scope, &query).await.unwrap();
    let took = start.elapsed();
    println!("a page of 50 out of {} in {took:?}", page.total);
    assert_eq!((page.documents.len(), page.total), (50, ALERTS / 10));
    assert!(took.as_millis() < 500, "{took:?}");
}
