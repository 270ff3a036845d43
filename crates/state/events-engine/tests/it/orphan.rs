//! A child that outlives its parent for a moment, and the next parent's child.

use std::path::Path;
use std::process::Child;

use aurora_events::{Events as _, testkit};
use aurora_events_engine::Supervisor;
use aurora_ids::Id128;
use aurora_model::BatchId;
use aurora_tasks::Tasks;

use crate::lifeline::{child, ended, open};
use crate::site::{PATIENCE, options};

/// Waits until a process stands at the store's lock, or has ended.
async fn at_the_lock(child: &mut Child) {
    let folder = format!("/proc/{}/fd", child.id());
    let stands_there = || {
        let files = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let mut files = files.filter_map(|file| std::fs::read_link(file.path()).ok());
        files.any(|file| file.ends_with("events/LOCK"))
    };
    let asking = async {
        while !stands_there() && child.try_wait().unwrap().is_none() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap();
}

#[tokio::test]
async fn the_next_child_waits_for_the_one_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let Some((first, parents, at)) = child(dir.path()) else {
        return;
    };
    let scope = testkit::scope();
    let store = open(at.clone()).await;
    let insert = async |seed: u64| {
        let rows = testkit::rows(&mut testkit::Random(seed), 10);
        store.insert(&scope, BatchId(Id128::random()), rows).await
    };
    insert(1).await.unwrap();

    let (mut second, seconds, at) = child(dir.path()).unwrap();
    at_the_lock(&mut second).await;
    assert!(second.try_wait().unwrap().is_none(), "it waits");
    insert(2).await.unwrap();
    let rows = open(at.clone()).await.info(&scope).await.unwrap().rows;
    assert_eq!(rows, 20, "the socket's name is the first one's");

    // A third one's parent ends before there was anything to open.
    let (mut third, thirds, _) = child(dir.path()).unwrap();
    at_the_lock(&mut third).await;
    drop(thirds);
    assert!(ended(third).await.success());

    drop(parents);
    assert!(ended(first).await.success());
    let store = open(at).await;
    assert_eq!(store.info(&scope).await.unwrap().rows, 20);
    assert!(second.try_wait().unwrap().is_none());
    drop(seconds);
    assert!(ended(second).await.success());
}

#[tokio::test]
async fn a_child_whose_parent_is_gone_does_not_open_its_store() {
    let dir = tempfile::tempdir().unwrap();
    let Some((mut left, parents, _)) = child(dir.path()) else {
        return;
    };
    at_the_lock(&mut left).await;
    drop(parents);
    // At once a new site comes. Its own child answers it, and nobody else.
    let status = supervised(dir.path()).await;
    assert_eq!(status.restarts, 0, "{status:?}");
    assert_ne!(status.pid, Some(left.id()));
    ended(left).await;
}

async fn supervised(dir: &Path) -> aurora_events_engine::Status {
    let (supervisor, engine) = Supervisor::new(options(dir, |_| {}).unwrap());
    let tasks = Tasks::new();
    tasks.spawn("engine", supervisor.run(tasks.shutdown()));
    let status = engine.ready(PATIENCE).await.unwrap();
    tasks.stop(PATIENCE).await.unwrap();
    status
}
