//! Tables of documents follow the port's list of collections and fields: what is missing is made
//! and filled from the bodies, and what is no longer listed goes, so that an index never lies.

use std::collections::BTreeSet;

use aurora_records::{Collection, Error, Field, FieldKind};
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::statements::{column, indexed, table};
use crate::{storage, text};

/// Documents read at a time while a new index is filled.
const STEP: i64 = 500;

/// Within the caller's transaction.
pub(crate) async fn follow(connection: &mut PgConnection) -> Result<(), Error> {
    for collection in Collection::ALL {
        make_table(connection, collection).await?;
        let standing = standing_columns(connection, collection).await?;
        let listed: BTreeSet<String> = collection.fields().iter().copied().map(column).collect();
        for name in standing.difference(&listed) {
            // A name read back from the schema is quoted: it is not from our list.
            let name = name.replace('"', "\"\"");
            let table = table(collection);
            run(
                connection,
                format!("ALTER TABLE aurora.{table} DROP COLUMN \"{name}\""),
            )
            .await?;
        }
        let missing = |field: &&Field| !standing.contains(&column(**field));
        for field in collection.fields().iter().filter(missing) {
            add_column(connection, collection, *field).await?;
        }
    }
    Ok(())
}

async fn run(connection: &mut PgConnection, sql: String) -> Result<(), Error> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .map_err(storage)?;
    Ok(())
}

async fn make_table(connection: &mut PgConnection, collection: Collection) -> Result<(), Error> {
    let table = table(collection);
    let sql = format!(
        "CREATE TABLE IF NOT EXISTS aurora.{table} (
            site    BYTEA NOT NULL,
            tenant  TEXT COLLATE \"C\" NOT NULL,
            mark    BYTEA NOT NULL,
            id      TEXT COLLATE \"C\" NOT NULL,
            version BIGINT NOT NULL,
            body    TEXT NOT NULL,
            PRIMARY KEY (site, tenant, mark)
        );
        CREATE INDEX IF NOT EXISTS {table}_id ON aurora.{table} (site, tenant, left(id, 256));"
    );
    run(connection, sql).await
}

/// The columns that are indexes.
async fn standing_columns(
    connection: &mut PgConnection,
    collection: Collection,
) -> Result<BTreeSet<String>, Error> {
    const NAMES: &str = "SELECT column_name::text FROM information_schema.columns \
         WHERE table_schema = 'aurora' AND table_name = $1 \
         AND (column_name LIKE 't\\_%' OR column_name LIKE 'i\\_%')";
    let names: Vec<String> = sqlx::query_scalar(NAMES)
        .bind(table(collection))
        .fetch_all(connection)
        .await
        .map_err(storage)?;
    Ok(names.into_iter().collect())
}

async fn add_column(
    connection: &mut PgConnection,
    collection: Collection,
    field: Field,
) -> Result<(), Error> {
    let (table, name) = (table(collection), column(field));
    let kind = match field.kind {
        FieldKind::Text => "TEXT COLLATE \"C\"",
        FieldKind::Integer => "BIGINT",
    };
    run(
        connection,
        format!("ALTER TABLE aurora.{table} ADD COLUMN {name} {kind}"),
    )
    .await?;
    fill(connection, &table, field).await?;
    let sql = format!(
        "CREATE INDEX {table}_{name} ON aurora.{table} (site, tenant, {})",
        indexed(field)
    );
    run(connection, sql).await
}

type Row = (Vec<u8>, String, Vec<u8>, String);

async fn fill(connection: &mut PgConnection, table: &str, field: Field) -> Result<(), Error> {
    let select = format!(
        "SELECT site, tenant, mark, body FROM aurora.{table} \
         WHERE (site, tenant, mark) > ($1, $2, $3) ORDER BY site, tenant, mark LIMIT $4"
    );
    let update = format!(
        "UPDATE aurora.{table} SET {} = $4 WHERE site = $1 AND tenant = $2 AND mark = $3",
        column(field)
    );
    let (mut site, mut tenant, mut mark) = (Vec::new(), String::new(), Vec::new());
    loop {
        let step: Vec<Row> = sqlx::query_as(AssertSqlSafe(select.clone()))
            .bind(site)
            .bind(tenant)
            .bind(mark)
            .bind(STEP)
            .fetch_all(&mut *connection)
            .await
            .map_err(storage)?;
        let Some(last) = step.last() else {
            return Ok(());
        };
        (site, tenant, mark) = (last.0.clone(), last.1.clone(), last.2.clone());
        for (site, tenant, mark, body) in &step {
            let body: Value = serde_json::from_str(body).map_err(Error::storage)?;
            let update = sqlx::query(AssertSqlSafe(update.clone()));
            let update = update.bind(site).bind(tenant).bind(mark);
            let update = match field.kind {
                FieldKind::Text => update.bind(field.text(&body).map(text::written)),
                FieldKind::Integer => update.bind(field.integer(&body)),
            };
            update.execute(&mut *connection).await.map_err(storage)?;
        }
    }
}
