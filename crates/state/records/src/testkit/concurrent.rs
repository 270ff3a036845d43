use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;

use super::{Desk, Stand, edit};
use crate::{Change, Collection, Error, Guard};

const TASKS: u64 = 12;
const ROUNDS: u64 = 15;

/// Nothing is lost and nothing counted twice; decisions stay dense; readers never see half.
pub async fn commits_from_many_tasks_all_count(stand: &dyn Stand) {
    let desk = Arc::new(Desk::at(stand).await);
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let desk = desk.clone();
        tasks.spawn(async move {
            let mut seqs = Vec::new();
            for round in 0..ROUNDS {
                let id = format!("{task}-{round}");
                let change = edit(&id)
                    .put(Collection::Alerts, &id, Guard::New, json!({"rank": round}))
                    .slot(&format!("at/{task}"), round.to_le_bytes())
                    .count("left".into(), 1)
                    .count("right".into(), 1);
                seqs.push(
                    desk.commit(change)
                        .await
                        .expect("nobody is in the way")
                        .expect("seq"),
                );
                let counters = desk.counters("").await;
                assert_eq!(counters[0].1, counters[1].1, "half of a commit was seen");
                assert_eq!(
                    desk.version(&id).await,
                    1,
                    "one's own write is seen at once"
                );
            }
            seqs
        });
    }
    let mut seqs: Vec<u64> = tasks.join_all().await.concat();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=TASKS * ROUNDS).collect::<Vec<_>>());
    assert_eq!(desk.decisions().await.len() as u64, TASKS * ROUNDS);
    assert_eq!(desk.counters("left").await[0].1, TASKS * ROUNDS);
}

/// Optimistic writers of one document and one checkpoint: each step has exactly one winner.
pub async fn one_of_many_writers_wins_each_version(stand: &dyn Stand) {
    let desk = Arc::new(Desk::at(stand).await);
    desk.put("a", json!({"rank": 0})).await;
    desk.commit(Change::progress().slot("s", 0_u64.to_le_bytes()))
        .await
        .expect("progress");
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let desk = desk.clone();
        tasks.spawn(async move {
            let mut won = 0;
            while won < ROUNDS {
                won += u64::from(if task % 2 == 0 {
                    edit_once(&desk).await
                } else {
                    move_once(&desk).await
                });
            }
        });
    }
    tasks.join_all().await;
    let document = desk.get("a").await.expect("it is there");
    assert_eq!(document.body["rank"], json!(TASKS / 2 * ROUNDS));
    assert_eq!(document.version, TASKS / 2 * ROUNDS + 1);
    assert_eq!(
        desk.slot("s").await,
        Some((TASKS / 2 * ROUNDS).to_le_bytes().to_vec())
    );
    assert_eq!(desk.decisions().await.len() as u64, TASKS / 2 * ROUNDS + 1);
}

async fn edit_once(desk: &Desk) -> bool {
    let document = desk.get("a").await.expect("it is there");
    let rank = document.body["rank"].as_u64().expect("a number");
    let guard = Guard::Version(document.version);
    let change = edit("a").put(Collection::Alerts, "a", guard, json!({"rank": rank + 1}));
    match desk.commit(change).await {
        Ok(_) => true,
        Err(Error::Conflict { .. }) => false,
        Err(other) => panic!("{other}"),
    }
}

async fn move_once(desk: &Desk) -> bool {
    let from = desk.slot("s").await.expect("it is there");
    let at = u64::from_le_bytes(from.as_slice().try_into().expect("8 bytes"));
    match desk
        .commit(Change::progress().advance("s", Some(from), (at + 1).to_le_bytes()))
        .await
    {
        Ok(_) => true,
        Err(Error::CheckpointMoved { .. }) => false,
        Err(other) => panic!("{other}"),
    }
}
