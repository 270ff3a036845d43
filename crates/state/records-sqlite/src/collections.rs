//! Tables of documents follow the port's list of collections and fields: what is missing is made
//! and filled from the bodies, and what is no longer listed goes, so that an index never lies.

use std::collections::BTreeSet;

use aurora_records::{Collection, Error, Field, FieldKind};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use crate::statements::{column, table};
use crate::storage;

/// Documents read at a time while a new index is filled.
const STEP: i64 = 500;

/// Within the caller's transaction.
pub(crate) async fn follow(connection: &mut SqliteConnection) -> Result<(), Error> {
    for collection in Collection::ALL {
        make_table(connection, collection).await?;
        let standing = standing_columns(connection, collection).await?;
        let listed: BTreeSet<String> = collection.fields().iter().copied().map(column).collect();
        for name in standing.difference(&listed) {
            drop_column(connection, collection, name).await?;
        }
        let missing = |field: &&Field| !standing.contains(&column(**field));
        for field in collection.fields().iter().filter(missing) {
            add_column(connection, collection, *field).await?;
        }
    }
    Ok(())
}

async fn run(connection: &mut SqliteConnection, sql: String) -> Result<(), Error> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .map_err(storage)?;
    Ok(())
}

async fn make_table(
    connection: &mut SqliteConnection,
    collection: Collection,
) -> Result<(), Error> {
    let table = table(collection);
    let sql = format!(
        "CREATE TABLE IF NOT EXISTS {table} (
            site    BLOB NOT NULL,
            tenant  TEXT NOT NULL,
            id      TEXT NOT NULL,
            version INTEGER NOT NULL,
            body    TEXT NOT NULL,
            PRIMARY KEY (site, tenant, id)
        ) STRICT"
    );
    run(connection, sql).await
}

/// The columns that are indexes.
async fn standing_columns(
    connection: &mut SqliteConnection,
    collection: Collection,
) -> Result<BTreeSet<String>, Error> {
    let sql = format!("PRAGMA table_info({})", table(collection));
    let rows = sqlx::query(AssertSqlSafe(sql))
        .fetch_all(connection)
        .await
        .map_err(storage)?;
    let names: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get("name")).collect();
    let mut names = names.map_err(storage)?;
    names.retain(|name| name.starts_with("t_") || name.starts_with("i_"));
    Ok(names.into_iter().collect())
}

async fn drop_column(
    connection: &mut SqliteConnection,
    collection: Collection,
    name: &str,
) -> Result<(), Error> {
    let table = table(collection);
    // A name read back from the schema is quoted: it is not from our list.
    let name = name.replace('"', "\"\"");
    run(
        connection,
        format!("DROP INDEX IF EXISTS \"{table}_{name}\""),
    )
    .await?;
    run(
        connection,
        format!("ALTER TABLE {table} DROP COLUMN \"{name}\""),
    )
    .await
}

async fn add_column(
    connection: &mut SqliteConnection,
    collection: Collection,
    field: Field,
) -> Result<(), Error> {
    let (table, name) = (table(collection), column(field));
    let kind = match field.kind {
        FieldKind::Text => "TEXT",
        FieldKind::Integer => "INTEGER",
    };
    run(
        connection,
        format!("ALTER TABLE {table} ADD COLUMN {name} {kind}"),
    )
    .await?;
    fill(connection, &table, field).await?;
    let sql = format!("CREATE INDEX {table}_{name} ON {table} (site, tenant, {name})");
    run(connection, sql).await
}

async fn fill(connection: &mut SqliteConnection, table: &str, field: Field) -> Result<(), Error> {
    let select = format!("SELECT rowid, body FROM {table} WHERE rowid > ? ORDER BY rowid LIMIT ?");
    let update = format!("UPDATE {table} SET {} = ? WHERE rowid = ?", column(field));
    let mut after = i64::MIN;
    loop {
        let step: Vec<(i64, String)> = sqlx::query_as(AssertSqlSafe(select.clone()))
            .bind(after)
            .bind(STEP)
            .fetch_all(&mut *connection)
            .await
            .map_err(storage)?;
        let Some((last, _)) = step.last() else {
            return Ok(());
        };
        after = *last;
        for (row, body) in &step {
            let body: Value = serde_json::from_str(body).map_err(Error::storage)?;
            let update = sqlx::query(AssertSqlSafe(update.clone()));
            let update = match field.kind {
                FieldKind::Text => update.bind(field.text(&body).map(str::to_owned)),
                FieldKind::Integer => update.bind(field.integer(&body)),
            };
            update
                .bind(row)
                .execute(&mut *connection)
                .await
                .map_err(storage)?;
        }
    }
}
