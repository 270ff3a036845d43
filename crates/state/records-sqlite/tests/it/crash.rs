//! A writer is killed in the middle of its work, again and again, on the same file.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use aurora_model::Action;
use aurora_records::{Change, Collection, DecisionQuery, Guard, Query, Records};
use serde_json::json;
use tokio::task::JoinSet;

use crate::{context, open};

const ROUNDS: u64 = 20;
const TASKS: u64 = 4;
const FILE: &str = "AURORA_TEST_RECORDS";

/// One commit of a task: its parts can be compared with each other.
fn step(task: u64, round: u64) -> Change {
    let id = format!("{task}-{round}");
    Change::decided(Action::on("alert.create", [&id]))
        .put(Collection::Alerts, &id, Guard::New, json!({"rank": round}))
        .advance(&slot(task), round.checked_sub(1).map(bytes), bytes(round))
        .count("steps".into(), 1)
}

fn slot(task: u64) -> String {
    format!("task/{task}")
}

fn bytes(round: u64) -> Vec<u8> {
    round.to_le_bytes().to_vec()
}

/// Not a test of its own: the process that is killed. It prints each commit once acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writer_to_be_killed() {
    let Some(path) = std::env::var_os(FILE) else {
        return;
    };
    let records = Arc::new(open(Path::new(&path)).await.unwrap());
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let records = records.clone();
        tasks.spawn(async move {
            let mut round = next(records.as_ref(), task).await;
            loop {
                records.commit(&context(), step(task, round)).await.unwrap();
                println!("\nacknowledged {task} {round}");
                round += 1;
            }
        });
    }
    tasks.join_all().await;
}

async fn next(records: &dyn Records, task: u64) -> u64 {
    let at = records.slot(&context().scope, &slot(task)).await.unwrap();
    at.map_or(0, |at| u64::from_le_bytes(at.try_into().unwrap()) + 1)
}

fn spawn(path: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "crash::writer_to_be_killed", "--nocapture"]);
    command
        .env(FILE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Lets the child acknowledge some commits, kills it, and gives the last of each task.
fn kill_after(mut child: Child, commits: u64, pause: Duration) -> Vec<Option<u64>> {
    let out = BufReader::new(child.stdout.take().unwrap());
    let mut last = vec![None; TASKS as usize];
    let mut seen = 0;
    for line in out.lines() {
        let line = line.unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        let &["acknowledged", task, round] = words.as_slice() else {
            continue;
        };
        let (task, round): (usize, u64) = (task.parse().unwrap(), round.parse().unwrap());
        last[task] = last[task].max(Some(round));
        seen += 1;
        if seen == commits {
            // Not to wait for something: it only spreads the moment of the kill.
            std::thread::sleep(pause);
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    last
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("records.sqlite");
    let mut told = 0;
    for round in 0..ROUNDS {
        let pause = Duration::from_micros(round * 379 % 4_000);
        let child = spawn(&path);
        let last = tokio::task::spawn_blocking(move || kill_after(child, 5 + round, pause));
        let last = last.await.unwrap();
        let records = open(&path).await.unwrap();
        told += 5 + round;
        let mut steps = 0;
        for (task, acknowledged) in last.into_iter().enumerate() {
            let next = next(&records, task as u64).await;
            assert!(
                acknowledged.is_none_or(|last| next > last),
                "task {task} lost a commit"
            );
            steps += next;
        }
        assert!(
            steps >= told,
            "{told} commits were acknowledged, {steps} are there"
        );
        whole(&records, steps).await;
        records.close().await.unwrap();
    }
}

/// Documents, slots, counters and decisions tell the same story.
async fn whole(records: &dyn Records, steps: u64) {
    let scope = &context().scope;
    let page = records
        .list(scope, &Query::of(Collection::Alerts).limit(0))
        .await
        .unwrap();
    assert_eq!(page.total, steps);
    let counters = records.counters(scope, "steps").await.unwrap();
    assert_eq!(counters.first().map_or(0, |(_, count)| *count), steps);
    let all = DecisionQuery {
        limit: usize::MAX,
        ..DecisionQuery::default()
    };
    let seqs = records
        .decisions(scope, &all)
        .await
        .unwrap()
        .into_iter()
        .map(|d| d.seq);
    assert!(seqs.eq(1..=steps), "decisions are dense");
}
