//! The file's format: `PRAGMA user_version` is the number of migrations that were applied.

use aurora_records::Error;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::{collections, storage};

/// In order; never edited once released.
const MIGRATIONS: [&str; 1] = [include_str!("../migrations/0001_base.sql")];

/// The format that this release writes.
pub const FORMAT: u32 = MIGRATIONS.len() as u32;

/// Refuses a newer file before anything in it is touched.
pub(crate) async fn check(connection: &mut SqliteConnection) -> Result<u32, Error> {
    let found: u32 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(connection)
        .await
        .map_err(storage)?;
    if found > FORMAT {
        return Err(Error::NewerFormat {
            found,
            known: FORMAT,
        });
    }
    Ok(found)
}

/// Brings a file up to [`FORMAT`], whole or not at all.
pub(crate) async fn migrate(connection: &mut SqliteConnection) -> Result<(), Error> {
    let mut transaction = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(storage)?;
    let found = check(&mut transaction).await?;
    for migration in &MIGRATIONS[found as usize..] {
        sqlx::raw_sql(*migration)
            .execute(&mut *transaction)
            .await
            .map_err(storage)?;
    }
    let version = format!("PRAGMA user_version = {FORMAT}");
    sqlx::raw_sql(AssertSqlSafe(version))
        .execute(&mut *transaction)
        .await
        .map_err(storage)?;
    collections::follow(&mut transaction).await?;
    transaction.commit().await.map_err(storage)
}
