//! The whole database at one moment, beside whoever works on it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aurora_model::Scope;
use aurora_records::archive::{Archive, Entry, Filling, Hold, Moment};
use aurora_records::columns::{self, Part};
use aurora_records::{Collection, Error};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgConnection};

use crate::connect::SESSION;
use crate::group::Working;
use crate::statements::table;
use crate::write::{lock, write};
use crate::{Options, format, storage, text};

/// Rows of a step.
const STEP: i64 = 1_000;

/// A database that can be read and filled as a whole.
#[derive(Clone, Debug)]
pub struct PostgresArchive {
    options: Options,
}

impl PostgresArchive {
    pub fn of(options: Options) -> Self {
        Self { options }
    }

    async fn connect(&self) -> Result<PgConnection, Error> {
        let options = self.options.parse().map_err(Error::storage)?;
        let mut connection = options.connect().await.map_err(storage)?;
        connection.execute(SESSION).await.map_err(storage)?;
        // A moment is read for as long as it takes.
        run(
            &mut connection,
            "SET idle_in_transaction_session_timeout = 0",
        )
        .await?;
        Ok(connection)
    }
}

async fn run(connection: &mut PgConnection, sql: &'static str) -> Result<(), Error> {
    sqlx::raw_sql(sql)
        .execute(connection)
        .await
        .map_err(storage)?;
    Ok(())
}

#[async_trait]
impl Archive for PostgresArchive {
    async fn hold(&self) -> Result<Box<dyn Hold>, Error> {
        let mut writer = self.connect().await?;
        format::check(&mut writer).await?;
        // Whoever locks a row of it, as every writer does, waits; readers do not.
        run(&mut writer, "BEGIN; LOCK TABLE scopes IN EXCLUSIVE MODE").await?;
        let mut reader = self.connect().await?;
        // The first look pins what is read from now on.
        const PIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
             SELECT count(*) FROM scopes";
        run(&mut reader, PIN).await?;
        Ok(Box::new(Held { writer, reader }))
    }

    async fn fill(&self) -> Result<Box<dyn Filling>, Error> {
        let mut connection = self.connect().await?;
        format::migrate(&mut connection).await?;
        run(
            &mut connection,
            "BEGIN; LOCK TABLE scopes IN EXCLUSIVE MODE",
        )
        .await?;
        if !empty(&mut connection).await? {
            return Err(Error::NotEmpty);
        }
        Ok(Box::new(Fill { connection }))
    }
}

async fn empty(connection: &mut PgConnection) -> Result<bool, Error> {
    let documents = Collection::ALL.into_iter().map(table);
    let tables = ["slots", "counters", "decisions"].map(str::to_owned);
    for table in documents.chain(tables) {
        let sql = format!("SELECT NOT EXISTS (SELECT 1 FROM {table})");
        let none: bool = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_one(&mut *connection)
            .await
            .map_err(storage)?;
        if !none {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Dropping it closes both connections, and with them their transactions.
struct Held {
    writer: PgConnection,
    reader: PgConnection,
}

#[async_trait]
impl Hold for Held {
    async fn release(mut self: Box<Self>) -> Result<Box<dyn Moment>, Error> {
        run(&mut self.writer, "ROLLBACK").await?;
        Ok(Box::new(Reading {
            reader: self.reader,
            parts: Part::all().collect(),
            after: Row::default(),
        }))
    }
}

/// Site, tenant, mark, key, number, bytes.
type Row = (Vec<u8>, String, Vec<u8>, String, i64, Vec<u8>);

/// Parts from the last to the first, each by steps.
struct Reading {
    reader: PgConnection,
    parts: Vec<Part>,
    /// The last row that was read of the part; no site is shorter than the empty one.
    after: Row,
}

#[async_trait]
impl Moment for Reading {
    async fn next(&mut self) -> Result<Vec<Entry>, Error> {
        while let Some(part) = self.parts.last() {
            let rows = step(&mut self.reader, *part, &self.after).await?;
            if let Some(last) = rows.last() {
                self.after.clone_from(last);
                return rows.into_iter().map(|row| entry(*part, row)).collect();
            }
            self.parts.pop();
            self.after = Row::default();
        }
        Ok(Vec::new())
    }
}

async fn step(connection: &mut PgConnection, part: Part, after: &Row) -> Result<Vec<Row>, Error> {
    let (columns, table) = match part {
        Part::Documents(collection) => (
            "mark, id, version, convert_to(body, 'UTF8')",
            table(collection),
        ),
        Part::Slots => ("mark, key, 0::bigint, value", "slots".to_owned()),
        Part::Counters => ("mark, name, value, ''::bytea", "counters".to_owned()),
        Part::Decisions => (
            "''::bytea, '', seq, convert_to(body, 'UTF8')",
            "decisions".to_owned(),
        ),
    };
    let (key, place) = match part {
        Part::Decisions => ("seq", "$4"),
        _ => ("mark", "$3"),
    };
    let sql = format!(
        "SELECT site, tenant, {columns} FROM {table} \
         WHERE (site, tenant, {key}) > ($1, $2, {place}) \
         AND $3::bytea IS NOT NULL AND $4::bigint IS NOT NULL \
         ORDER BY site, tenant, {key} LIMIT $5"
    );
    let (site, tenant, mark, _, number, _) = after;
    sqlx::query_as(AssertSqlSafe(sql))
        .bind(site)
        .bind(tenant)
        .bind(mark)
        .bind(number)
        .bind(STEP)
        .fetch_all(connection)
        .await
        .map_err(storage)
}

fn entry(part: Part, (site, tenant, _, key, number, bytes): Row) -> Result<Entry, Error> {
    part.entry(columns::Row {
        site,
        tenant,
        key: text::read(key),
        number,
        bytes,
    })
}

/// One transaction: nothing is kept before its end.
struct Fill {
    connection: PgConnection,
}

#[async_trait]
impl Filling for Fill {
    async fn add(&mut self, entries: Vec<Entry>) -> Result<(), Error> {
        let mut scopes: BTreeMap<Scope, Working> = BTreeMap::new();
        for entry in entries {
            let working = scopes.entry(entry.scope().clone()).or_default();
            working.keep(entry);
        }
        for (scope, working) in &scopes {
            lock(&mut self.connection, scope).await?;
            write(&mut self.connection, scope, working).await?;
        }
        Ok(())
    }

    async fn finish(mut self: Box<Self>) -> Result<(), Error> {
        run(&mut self.connection, "COMMIT").await?;
        sqlx::Connection::close(self.connection)
            .await
            .map_err(storage)
    }
}
