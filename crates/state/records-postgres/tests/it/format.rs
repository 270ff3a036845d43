use aurora_model::Action;
use aurora_records::{Change, Collection, Error, Guard, Query, Records, Test};
use aurora_records_postgres::FORMAT;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::{Lab, context, open, told};

async fn run(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

async fn tables(url: &str) -> Vec<String> {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query_scalar(
        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'aurora' ORDER BY 1",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_newer_format_is_refused_and_left_alone() {
    let Some(lab) = Lab::start() else { return };
    const FUTURE: &str = "CREATE SCHEMA aurora; CREATE TABLE aurora.format (format BIGINT); \
         INSERT INTO aurora.format VALUES (99);";
    run(&lab.url, FUTURE).await;
    match open(&lab.url).await {
        Err(Error::NewerFormat { found: 99, known }) => assert_eq!(known, FORMAT),
        other => panic!("want a refusal, got {other:?}"),
    }
    assert_eq!(tables(&lab.url).await, ["format"]);

    let other = lab.server.database("latin").unwrap();
    run(
        &other,
        "CREATE DATABASE old ENCODING 'LATIN1' TEMPLATE template0",
    )
    .await;
    let error = open(&lab.server.url("old")).await.unwrap_err();
    assert!(
        told(&error).contains("encoding is LATIN1"),
        "{}",
        told(&error)
    );
    let error = open(&lab.server.url("absent")).await.unwrap_err();
    assert!(told(&error).contains("absent"), "{}", told(&error));
    assert!(!format!("{error:?}").contains(lab.server.password()));
}

/// A release that indexes another set of fields finds right indexes, whatever an older one left; and
/// processes that start together make them once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn indexes_follow_the_list_of_fields() {
    let Some(lab) = Lab::start() else { return };
    let (one, two, three) = tokio::join!(open(&lab.url), open(&lab.url), open(&lab.url));
    let records = one.unwrap();
    drop((two.unwrap(), three.unwrap()));
    let mut change = Change::decided(Action::on("alert.edit", ["all"]));
    for n in 0..1_200 {
        let body = json!({"owner": format!("o{}", n % 2), "rank": n});
        change = change.put(Collection::Alerts, &n.to_string(), Guard::New, body);
    }
    records.commit(&context(), change).await.unwrap();
    records.close().await.unwrap();
    run(
        &lab.url,
        "SET search_path = aurora;
         ALTER TABLE doc_alerts DROP COLUMN t_owner;
         ALTER TABLE doc_alerts DROP COLUMN i_rank;
         ALTER TABLE doc_alerts ADD COLUMN i_owner BIGINT;
         DROP TABLE doc_people;",
    )
    .await;
    let records = open(&lab.url).await.unwrap();
    let query = Query::of(Collection::Alerts)
        .with("owner", Test::TextIs("o1".into()))
        .with("rank", Test::AtLeast(600))
        .oldest("rank");
    let page = records.list(&context().scope, &query).await.unwrap();
    assert_eq!((page.total, page.documents[0].id.as_str()), (300, "601"));
    let people = Query::of(Collection::People);
    let people = records.list(&context().scope, &people).await.unwrap();
    assert_eq!(people.total, 0);
}
