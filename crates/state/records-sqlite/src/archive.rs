//! The whole file at one moment, beside whoever works on it, also in another process.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use aurora_records::archive::{Archive, Entry, Filling, Hold, Moment};
use aurora_records::columns::{Part, Row};
use aurora_records::{Collection, Document, Error};
use sqlx::{AssertSqlSafe, ConnectOptions, SqliteConnection};

use crate::statements::{Statements, table};
use crate::store::{make_file, options, prepare};
use crate::write::Write;
use crate::{format, storage};

/// Rows of a step.
const STEP: i64 = 1_000;

/// How long to wait for the writer whose file it is.
const PATIENCE: Duration = Duration::from_secs(10);

/// A file that can be read and filled as a whole.
#[derive(Clone, Debug)]
pub struct SqliteArchive {
    path: PathBuf,
}

impl SqliteArchive {
    pub fn of(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    async fn connect(&self) -> Result<SqliteConnection, Error> {
        let options = options(&self.path).busy_timeout(PATIENCE);
        options.connect().await.map_err(storage)
    }
}

async fn run(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), Error> {
    sqlx::raw_sql(sql)
        .execute(connection)
        .await
        .map_err(storage)?;
    Ok(())
}

#[async_trait]
impl Archive for SqliteArchive {
    async fn hold(&self) -> Result<Box<dyn Hold>, Error> {
        let mut writer = self.connect().await?;
        format::check(&mut writer).await?;
        run(&mut writer, "BEGIN IMMEDIATE").await?;
        let mut reader = self.connect().await?;
        // The first look pins what is read from now on.
        run(&mut reader, "BEGIN; SELECT count(*) FROM slots;").await?;
        Ok(Box::new(Held { writer, reader }))
    }

    async fn fill(&self) -> Result<Box<dyn Filling>, Error> {
        make_file(&self.path).map_err(Error::storage)?;
        let mut connection = self.connect().await?;
        prepare(&mut connection).await?;
        run(&mut connection, "BEGIN IMMEDIATE").await?;
        if !empty(&mut connection).await? {
            return Err(Error::NotEmpty);
        }
        Ok(Box::new(Fill {
            connection,
            statements: Statements::new(),
        }))
    }
}

async fn empty(connection: &mut SqliteConnection) -> Result<bool, Error> {
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
    writer: SqliteConnection,
    reader: SqliteConnection,
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

/// Parts from the last to the first, each by steps.
struct Reading {
    reader: SqliteConnection,
    parts: Vec<Part>,
    /// The last row that was read of the part; no site is shorter than the empty one.
    after: Row,
}

/// Of a [`Row`].
type Columns = (Vec<u8>, String, String, i64, Vec<u8>);

#[async_trait]
impl Moment for Reading {
    async fn next(&mut self) -> Result<Vec<Entry>, Error> {
        while let Some(part) = self.parts.last() {
            let rows = step(&mut self.reader, *part, &self.after).await?;
            if let Some(last) = rows.last() {
                self.after.clone_from(last);
                return rows.into_iter().map(|row| part.entry(row)).collect();
            }
            self.parts.pop();
            self.after = Row::default();
        }
        Ok(Vec::new())
    }
}

async fn step(
    connection: &mut SqliteConnection,
    part: Part,
    after: &Row,
) -> Result<Vec<Row>, Error> {
    let (columns, table, key) = match part {
        Part::Documents(collection) => ("id, version, body", table(collection), "id"),
        Part::Slots => ("key, 0, value", "slots".to_owned(), "key"),
        Part::Counters => ("name, value, ''", "counters".to_owned(), "name"),
        Part::Decisions => ("'', seq, body", "decisions".to_owned(), "seq"),
    };
    let place = match part {
        Part::Decisions => "?4",
        _ => "?3",
    };
    let sql = format!(
        "SELECT site, tenant, {columns} FROM {table} \
         WHERE (site, tenant, {key}) > (?1, ?2, {place}) \
         ORDER BY site, tenant, {key} LIMIT ?5"
    );
    let rows: Vec<Columns> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(&after.site)
        .bind(&after.tenant)
        .bind(&after.key)
        .bind(after.number)
        .bind(STEP)
        .fetch_all(connection)
        .await
        .map_err(storage)?;
    let row = |(site, tenant, key, number, bytes)| Row {
        site,
        tenant,
        key,
        number,
        bytes,
    };
    Ok(rows.into_iter().map(row).collect())
}

/// One transaction: nothing is kept before its end.
struct Fill {
    connection: SqliteConnection,
    statements: Statements,
}

#[async_trait]
impl Filling for Fill {
    async fn add(&mut self, entries: Vec<Entry>) -> Result<(), Error> {
        for entry in entries {
            let scope = entry.scope().clone();
            let mut write = Write {
                connection: &mut self.connection,
                statements: &self.statements,
                scope: &scope,
            };
            match entry {
                Entry::Document {
                    collection,
                    id,
                    version,
                    body,
                    ..
                } => {
                    let document = Document {
                        collection,
                        id,
                        version,
                        body,
                    };
                    write.put(&document).await?;
                }
                Entry::Slot { key, value, .. } => write.slot(&key, Some(&value)).await?,
                Entry::Counter { name, value, .. } => write.count(&name, value).await?,
                Entry::Decision(decision) => write.decide(&decision).await?,
            }
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
