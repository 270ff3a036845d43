use std::io::PipeWriter;
use std::process::{Child, Command, ExitStatus, Stdio};

use aurora_events::{Events as _, testkit};
use aurora_events_clickhouse::{ClickHouseEvents, Endpoint, Options};
use aurora_ids::Id128;
use aurora_model::BatchId;
use rustix::fs::{OFlags, fcntl_setfl};

use crate::site::{PATIENCE, options};

/// A child without a supervisor, and our end of the pipe that keeps it alive.
pub fn child(dir: &std::path::Path) -> Option<(Child, PipeWriter, Options)> {
    let options = options(dir, |_| {})?;
    let (pipe, parents) = std::io::pipe().unwrap();
    // As the engine's library leaves standard input for a moment with every INSERT.
    fcntl_setfl(&pipe, OFlags::NONBLOCK).unwrap();
    let started = Command::new(&options.program)
        .args(options.child.arguments())
        .stdin(pipe)
        .stdout(Stdio::null())
        .spawn();
    let store = Options::new(Endpoint::Unix(options.child.socket.clone()));
    Some((started.unwrap(), parents, store))
}

pub async fn open(options: Options) -> ClickHouseEvents {
    let opening = async {
        loop {
            match ClickHouseEvents::open(options.clone()).await {
                Ok(store) => return store,
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            }
        }
    };
    tokio::time::timeout(PATIENCE, opening).await.unwrap()
}

pub async fn ended(mut child: Child) -> ExitStatus {
    let waiting = tokio::task::spawn_blocking(move || child.wait().unwrap());
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn a_child_ends_with_its_parent_and_not_before() {
    let dir = tempfile::tempdir().unwrap();
    let Some((child, parents, options)) = child(dir.path()) else {
        return;
    };
    let (store, scope) = (open(options).await, testkit::scope());
    for _ in 0..5 {
        let rows = testkit::rows(&mut testkit::Random(3), 10);
        let token = BatchId(Id128::random());
        store.insert(&scope, token, rows).await.unwrap();
    }
    assert_eq!(store.info(&scope).await.unwrap().rows, 50);
    let input = std::fs::read_link(format!("/proc/{}/fd/0", child.id())).unwrap();
    assert_eq!(
        input.to_str(),
        Some("/dev/null"),
        "the library's to play with"
    );
    drop(parents);
    assert!(ended(child).await.success());
}
