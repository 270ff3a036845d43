use std::collections::BTreeSet;
use std::time::Duration;

use aurora_events::{Error, Events, Row, testkit};
use aurora_events_engine::Phase;
use aurora_ids::Id128;
use aurora_model::{BatchId, Scope, SourceName};
use rustix::process::Signal;

use crate::site::{kill, site, site_with};

/// Inserts until it is stored, as the writer of a site does.
async fn insert(store: &dyn Events, scope: &Scope, token: BatchId, rows: &[Row]) -> u32 {
    let mut tries = 0;
    loop {
        tries += 1;
        match store.insert(scope, token, rows.to_vec()).await {
            Ok(_) => return tries,
            Err(Error::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[tokio::test]
async fn a_crash_in_the_middle_of_inserts_loses_and_doubles_nothing() {
    let Some(site) = site().await else { return };
    let scope = testkit::scope();
    let mut random = testkit::Random(99);
    let batches: Vec<(BatchId, Vec<Row>)> = (0..60)
        .map(|_| (BatchId(Id128::random()), testkit::rows(&mut random, 200)))
        .collect();
    let killer = async {
        for pause in [30, 70, 110, 50] {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            site.crash().await;
        }
    };
    let writer = async {
        let mut tries = 0;
        for (token, rows) in &batches {
            tries += insert(&*site.store, &scope, *token, rows).await;
        }
        tries
    };
    let (tries, ()) = tokio::join!(writer, killer);
    assert!(tries > 60, "no insert met a crash");

    // A site that starts again repeats what it is not sure of.
    for (token, rows) in &batches[40..] {
        insert(&*site.store, &scope, *token, rows).await;
    }
    let wanted: BTreeSet<String> = batches
        .iter()
        .flat_map(|(_, rows)| rows)
        .map(|row| row.item.uid.to_string())
        .collect();
    let answer = testkit::hunt(&*site.store, &scope, "* | fields metadata.uid").await;
    let found: Vec<&str> = answer
        .rows
        .iter()
        .filter_map(|row| row[0].as_str())
        .collect();
    assert_eq!(
        found.len(),
        wanted.len(),
        "events were lost or stored twice"
    );
    assert_eq!(
        found
            .iter()
            .map(|uid| (*uid).to_owned())
            .collect::<BTreeSet<_>>(),
        wanted
    );
    let status = site.engine.status();
    assert_eq!(status.restarts, 4, "{status:?}");
    site.stop().await;
}

#[tokio::test]
async fn what_was_stored_and_removed_is_known_after_a_restart() {
    let Some(site) = site().await else { return };
    let scope = testkit::scope();
    let mut rows = testkit::rows(&mut testkit::Random(5), 10);
    rows.iter_mut()
        .for_each(|row| row.source = SourceName::new("demo"));
    let token = BatchId(Id128::random());
    site.store
        .insert(&scope, token, rows.clone())
        .await
        .unwrap();
    site.crash().await;
    let store = site.reopened(None).await;
    insert(&store, &scope, token, &rows).await;
    assert_eq!(
        store.info(&scope).await.unwrap().rows,
        10,
        "a token was forgotten"
    );
    assert_eq!(
        store
            .remove_source(&scope, &SourceName::new("demo"))
            .await
            .unwrap(),
        10
    );
    site.crash().await;
    let store = site.reopened(None).await;
    insert(&store, &scope, token, &rows).await;
    assert_eq!(
        store.info(&scope).await.unwrap().rows,
        10,
        "a removal was forgotten"
    );
    site.stop().await;
}

#[tokio::test]
async fn a_token_whose_part_was_never_finished_is_not_known() {
    let Some(site) = site().await else { return };
    let scope = testkit::scope();
    let rows = testkit::rows(&mut testkit::Random(5), 10);
    let token = BatchId(Id128::random());
    insert(&*site.store, &scope, token, &rows).await;
    // As a kill does between the engine's note of the token and the part's final name.
    let part = part_of(&site.path().join("events/store"));
    is_written_through(&part.with_file_name("deduplication_logs"));
    std::fs::rename(&part, part.with_file_name("tmp_insert_unfinished")).unwrap();
    site.crash().await;
    let store = site.reopened(None).await;
    for _ in 0..2 {
        insert(&store, &scope, token, &rows).await;
        assert_eq!(store.info(&scope).await.unwrap().rows, 10);
    }
    site.stop().await;
}

/// A power failure leaves no part without its token: each line is on the device before it is said to
/// be written.
fn is_written_through(logs: &std::path::Path) {
    use rustix::fs::{IFlags, ioctl_getflags, ioctl_setflags};
    let probe = tempfile::tempfile_in(logs.parent().unwrap()).unwrap();
    let marked =
        ioctl_getflags(&probe).and_then(|flags| ioctl_setflags(&probe, flags | IFlags::SYNC));
    if marked.is_err() {
        return;
    }
    let mut logs = std::fs::read_dir(logs)
        .unwrap()
        .map(Result::unwrap)
        .peekable();
    assert!(logs.peek().is_some());
    for log in logs {
        let flags = ioctl_getflags(std::fs::File::open(log.path()).unwrap());
        assert!(
            flags.unwrap().contains(IFlags::SYNC),
            "{}",
            log.path().display()
        );
    }
}

/// The one part of the one table that knows tokens.
fn part_of(store: &std::path::Path) -> std::path::PathBuf {
    let folders = |of: &std::path::Path| {
        let entries = std::fs::read_dir(of).unwrap();
        entries
            .map(|entry| entry.unwrap().path())
            .collect::<Vec<_>>()
    };
    let tables = folders(store).into_iter().flat_map(|group| folders(&group));
    let mut logged = tables.filter(|table| table.join("deduplication_logs").exists());
    let parts = folders(&logged.next().unwrap()).into_iter();
    let mut parts = parts.filter(|part| part.to_str().unwrap().ends_with("_1_1_0"));
    parts.next().unwrap()
}

#[tokio::test]
async fn an_engine_that_is_silent_is_started_again() {
    let Some(site) = site_with(|options| options.ping_timeout = Duration::from_millis(500)).await
    else {
        return;
    };
    let before = site.engine.status();
    kill(before.pid.unwrap(), Signal::STOP);
    let status = site.restarted(before.restarts).await;
    assert_ne!(status.pid, before.pid);
    assert_eq!(
        status.last_error.as_deref(),
        Some("it did not answer any more")
    );
    testkit::hunt(&*site.store, &testkit::scope(), "*").await;
    site.stop().await;
}

#[tokio::test]
async fn an_engine_leaves_with_its_supervisor() {
    let Some(site) = site().await else { return };
    let pid = site.engine.status().pid.unwrap();
    let status = site.stop().await;
    assert_eq!(
        (status.phase, status.restarts, status.last_error),
        (Phase::Stopped, 0, None)
    );
    assert!(
        !std::path::Path::new(&format!("/proc/{pid}")).exists(),
        "the child is still there"
    );
}

#[tokio::test]
async fn a_missing_library_is_told() {
    let Some(options) = crate::site::options(std::path::Path::new("/tmp"), |options| {
        options.child.library = "/nowhere/libchdb.so".into();
        options.child.socket = std::env::temp_dir().join(format!("a-{}.sock", std::process::id()));
        options.child.path = std::env::temp_dir().join(format!("a-{}", std::process::id()));
    }) else {
        return;
    };
    let (socket, path) = (options.child.socket.clone(), options.child.path.clone());
    let (supervisor, handle) = aurora_events_engine::Supervisor::new(options);
    let tasks = aurora_tasks::Tasks::new();
    tasks.spawn("engine", supervisor.run(tasks.shutdown()));
    let status = handle
        .wait_for(crate::site::PATIENCE, |s| s.restarts > 1)
        .await
        .unwrap();
    let reason = status.last_error.unwrap();
    assert!(
        reason.contains("cannot load the event engine `/nowhere/libchdb.so`"),
        "{reason}"
    );
    tasks.stop(crate::site::PATIENCE).await.unwrap();
    std::fs::remove_file(socket).unwrap();
    std::fs::remove_dir_all(path).unwrap();
}
