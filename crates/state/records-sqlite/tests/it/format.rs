use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use aurora_model::Action;
use aurora_records::{Change, Collection, DecisionQuery, Error, Guard, Query, Records, Test};
use aurora_records_sqlite::FORMAT;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::{context, open};

async fn run(path: &Path, sql: &str) {
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn a_newer_format_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("r");
    run(&path, "CREATE TABLE future (x); PRAGMA user_version = 99;").await;
    let before = std::fs::read(&path).unwrap();
    match open(&path).await {
        Err(Error::NewerFormat { found: 99, known }) => assert_eq!(known, FORMAT),
        other => panic!("want a refusal, got {other:?}"),
    }
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(
        std::fs::read_dir(dir.path()).unwrap().count(),
        1,
        "no log was begun"
    );
}

#[tokio::test]
async fn what_is_no_store_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("r");
    std::fs::write(
        &path,
        "this is some other file, long enough to be looked at".repeat(40),
    )
    .unwrap();
    assert!(matches!(open(&path).await, Err(Error::Storage(_))));
    assert!(matches!(
        open(&dir.path().join("no/r")).await,
        Err(Error::Storage(_))
    ));
}

#[tokio::test]
async fn nobody_else_may_read_it() {
    let dir = tempfile::tempdir().unwrap();
    let records = open(&dir.path().join("r")).await.unwrap();
    records
        .commit(&context(), Change::progress().slot("s", *b"1"))
        .await
        .unwrap();
    let files: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(files.len() > 1, "there is a log beside the file");
    for file in files {
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", file.path());
    }
}

/// A file as format 1 was first released.
#[tokio::test]
async fn format_1_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("r");
    run(&path, include_str!("../fixtures/format-1.sql")).await;
    let records = open(&path).await.unwrap();
    let scope = &context().scope;
    let found = records
        .get(scope, Collection::Alerts, "alert-1")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.version, found.body["owner"].as_str()),
        (2, Some("ada"))
    );
    assert_eq!(
        records.slot(scope, "ledger/raw").await.unwrap().unwrap(),
        42_u64.to_le_bytes()
    );
    let counters = records.counters(scope, "ledger/").await.unwrap();
    assert_eq!(
        counters,
        [("ledger/records/received/sysmon".to_owned(), 1234)]
    );
    let query = DecisionQuery {
        object: Some("alert-1".into()),
        limit: 9,
        ..Default::default()
    };
    let decisions = records.decisions(scope, &query).await.unwrap();
    assert_eq!(decisions.len(), 2);
    assert_eq!(decisions[1].action, Action::on("alert.own", ["alert-1"]));
}

/// A release that indexes another set of fields finds right indexes, whatever an older one left.
#[tokio::test]
async fn indexes_follow_the_list_of_fields() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("r");
    let records = open(&path).await.unwrap();
    for n in 0..1_200 {
        let body = json!({"owner": format!("o{}", n % 2), "rank": n});
        let id = n.to_string();
        let change = Change::decided(Action::on("alert.edit", [&id]));
        let change = change.put(Collection::Alerts, &id, Guard::New, body);
        records.commit(&context(), change).await.unwrap();
    }
    records.close().await.unwrap();
    run(
        &path,
        "DROP INDEX doc_alerts_t_owner; ALTER TABLE doc_alerts DROP COLUMN t_owner;
         DROP INDEX doc_alerts_i_rank; ALTER TABLE doc_alerts DROP COLUMN i_rank;
         ALTER TABLE doc_alerts ADD COLUMN i_owner INTEGER;
         CREATE INDEX doc_alerts_i_owner ON doc_alerts (site, tenant, i_owner);
         DROP TABLE doc_people;",
    )
    .await;
    let records = open(&path).await.unwrap();
    let query = Query::of(Collection::Alerts)
        .with("owner", Test::TextIs("o1".into()))
        .with("rank", Test::AtLeast(600))
        .oldest("rank");
    let page = records.list(&context().scope, &query).await.unwrap();
    assert_eq!((page.total, page.documents[0].id.as_str()), (300, "601"));
    let people = records
        .list(&context().scope, &Query::of(Collection::People))
        .await
        .unwrap();
    assert_eq!(people.total, 0);
}
