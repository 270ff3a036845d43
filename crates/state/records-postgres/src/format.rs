//! The store's format: the table `format` holds the number of migrations that were applied.

use aurora_records::Error;
use sqlx::{Connection, PgConnection};

use crate::error::Encoding;
use crate::{collections, storage};

/// In order; never edited once released.
const MIGRATIONS: [&str; 1] = [include_str!("../migrations/0001_base.sql")];

/// The format that this release writes.
pub const FORMAT: u32 = MIGRATIONS.len() as u32;

/// Held by whoever migrates, so that processes that start together do it once. Any number that others
/// in the database are unlikely to take.
const LOCK: i64 = 0x6175_726f_7261;

/// Refuses a newer store before anything in it is touched.
pub(crate) async fn check(connection: &mut PgConnection) -> Result<u32, Error> {
    let there: bool = sqlx::query_scalar("SELECT to_regclass('aurora.format') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await
        .map_err(storage)?;
    if !there {
        return Ok(0);
    }
    let found: i64 = sqlx::query_scalar("SELECT max(format)::bigint FROM aurora.format")
        .fetch_one(connection)
        .await
        .map_err(storage)?;
    let found = u32::try_from(aurora_records::columns::natural(found)?).unwrap_or(u32::MAX);
    if found > FORMAT {
        return Err(Error::NewerFormat {
            found,
            known: FORMAT,
        });
    }
    Ok(found)
}

/// Brings a store up to [`FORMAT`], whole or not at all.
pub(crate) async fn migrate(connection: &mut PgConnection) -> Result<(), Error> {
    encoding(connection).await?;
    let mut transaction = connection.begin().await.map_err(storage)?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(LOCK)
        .execute(&mut *transaction)
        .await
        .map_err(storage)?;
    let found = check(&mut transaction).await?;
    if found == 0 {
        const FIRST: &str = "CREATE SCHEMA IF NOT EXISTS aurora; \
             CREATE TABLE aurora.format (format BIGINT NOT NULL); \
             INSERT INTO aurora.format VALUES (0);";
        run(&mut transaction, FIRST).await?;
    }
    for migration in &MIGRATIONS[found as usize..] {
        run(&mut transaction, migration).await?;
    }
    sqlx::query("UPDATE aurora.format SET format = $1 WHERE format < $1")
        .bind(i64::from(FORMAT))
        .execute(&mut *transaction)
        .await
        .map_err(storage)?;
    collections::follow(&mut transaction).await?;
    // Those of processes that ended without a word; a commit is not in doubt for a week.
    run(
        &mut transaction,
        "DELETE FROM aurora.writers WHERE seen < now() - interval '7 days'",
    )
    .await?;
    transaction.commit().await.map_err(storage)
}

async fn run(connection: &mut PgConnection, sql: &'static str) -> Result<(), Error> {
    sqlx::raw_sql(sql)
        .execute(connection)
        .await
        .map_err(storage)?;
    Ok(())
}

async fn encoding(connection: &mut PgConnection) -> Result<(), Error> {
    let encoding: String = sqlx::query_scalar("SELECT current_setting('server_encoding')")
        .fetch_one(connection)
        .await
        .map_err(storage)?;
    if encoding == "UTF8" {
        Ok(())
    } else {
        Err(Error::storage(Encoding(encoding)))
    }
}
