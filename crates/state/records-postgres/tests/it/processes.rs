//! Several processes on one database. A second handle shares nothing with the first but the database.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use aurora_model::Action;
use aurora_records::{Change, Collection, DecisionQuery, Error, Guard, Query, Records};
use aurora_records_postgres::PostgresRecords;
use serde_json::json;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::{Lab, context, open};

const ALERTS: Collection = Collection::Alerts;
/// The database of the process that is started to be killed.
const URL: &str = "AURORA_TEST_URL";

fn edit(id: &str) -> Change {
    Change::decided(Action::on("alert.edit", [id]))
}

/// Every guard that only one writer can pass, of what is there and of what is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_processes_exactly_one_passes_a_guard() {
    const PROCESSES: usize = 4;
    const ROUNDS: u64 = 25;
    let Some(lab) = Lab::start() else { return };
    let barrier = Arc::new(Barrier::new(PROCESSES));
    let mut tasks = JoinSet::new();
    for process in 0..PROCESSES {
        let (records, barrier) = (open(&lab.url).await.unwrap(), barrier.clone());
        tasks.spawn(async move {
            let mut won = Vec::new();
            for round in 0..ROUNDS {
                let id = format!("{round}");
                let body = json!({"rank": process});
                let changes = [
                    edit(&id).put(ALERTS, &id, Guard::New, body.clone()),
                    edit("one").put(ALERTS, "one", version(round), body),
                    Change::progress().advance(&id, None, [process as u8]),
                    Change::progress().move_place("at", round, round + 1),
                    edit(&id).remove(ALERTS, &id, Guard::Version(1)),
                ];
                for (kind, change) in changes.into_iter().enumerate() {
                    barrier.wait().await;
                    match records.commit(&context(), change).await {
                        Ok(committed) => won.push((round, kind, committed.decision)),
                        Err(Error::Conflict { .. } | Error::CheckpointMoved { .. }) => {}
                        Err(other) => panic!("{}", crate::told(&other)),
                    }
                }
            }
            won
        });
    }
    let won = tasks.join_all().await.concat();
    assert_eq!(won.len() as u64, ROUNDS * 5);
    let each: BTreeSet<_> = won.iter().map(|(round, kind, _)| (round, kind)).collect();
    assert_eq!(each.len(), won.len(), "each guard was passed once");
    let seqs: BTreeSet<u64> = won.iter().filter_map(|(.., seq)| *seq).collect();
    assert!(seqs.into_iter().eq(1..=ROUNDS * 3), "decisions are dense");
}

fn version(round: u64) -> Guard {
    match round {
        0 => Guard::New,
        version => Guard::Version(version),
    }
}

/// Not a test of its own: the process that [`a_killed_process_leaves_nothing_half`] starts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writer_to_be_killed() {
    let Ok(url) = std::env::var(URL) else { return };
    let records = open(&url).await.unwrap();
    let name = std::process::id();
    for round in 0_u64.. {
        step(&records, &format!("{name}-{round}")).await;
        println!("\nacknowledged {round}");
    }
}

async fn step(records: &PostgresRecords, id: &str) {
    let change = edit(id)
        .put(ALERTS, id, Guard::New, json!({"rank": 1}))
        .count("steps".into(), 1);
    records.commit(&context(), change).await.unwrap();
}

fn spawn(url: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "processes::writer_to_be_killed", "--nocapture"]);
    command.env(URL, url);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Kills the process when it has acknowledged so many commits, and gives how many it had.
fn kill_after(mut child: Child, commits: u64) -> u64 {
    let out = BufReader::new(child.stdout.take().unwrap());
    let mut acknowledged = 0;
    for line in out.lines() {
        acknowledged += u64::from(line.unwrap().starts_with("acknowledged"));
        if acknowledged == commits {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    acknowledged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_leaves_nothing_half() {
    let Some(lab) = Lab::start() else { return };
    let ours = open(&lab.url).await.unwrap();
    let mut told = 0;
    for round in 0..4 {
        let children = [spawn(&lab.url), spawn(&lab.url)];
        let killed = children
            .map(|child| tokio::task::spawn_blocking(move || kill_after(child, 20 + round)));
        for (at, killed) in killed.into_iter().enumerate() {
            // Beside them, so that one who was killed with the lock would be noticed.
            step(&ours, &format!("ours-{round}-{at}")).await;
            told += 1 + killed.await.unwrap();
        }
    }
    step(&ours, "last").await;
    let scope = &context().scope;
    let steps = ours.counters(scope, "steps").await.unwrap()[0].1;
    assert!(steps > told, "{told} were acknowledged, {steps} are there");
    let alerts = Query::of(ALERTS).limit(0);
    assert_eq!(ours.list(scope, &alerts).await.unwrap().total, steps);
    let all = DecisionQuery {
        limit: usize::MAX,
        ..DecisionQuery::default()
    };
    let decisions = ours.decisions(scope, &all).await.unwrap();
    assert!(decisions.into_iter().map(|d| d.seq).eq(1..=steps), "dense");
}
