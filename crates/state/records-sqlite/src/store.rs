use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aurora_clock::Clock;
use aurora_model::{Context, Decision, Scope};
use aurora_records::{
    Change, Collection, Committed, DecisionQuery, Document, Error, Head, Moment, Page, Query,
    Records,
};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Sqlite, SqliteConnection, SqlitePool};
use tokio::sync::{mpsc, oneshot};

use crate::statements::Statements;
use crate::writer::{Command, Job, Writer};
use crate::{format, read, storage, write};

const READERS: u32 = 4;

/// Commits that may wait for the writer before callers wait to be let in.
const QUEUE: usize = 256;

/// Only a copy tool or a person at a prompt can hold the file against us.
const BUSY: Duration = Duration::from_secs(10);

/// Records in one SQLite file.
#[derive(Debug)]
pub struct SqliteRecords {
    path: PathBuf,
    readers: SqlitePool,
    writer: mpsc::Sender<Command>,
    statements: Arc<Statements>,
}

impl SqliteRecords {
    /// Opens `path`, made with mode 0600 when it is missing, and brings it to this release's
    /// format. `clock` dates the decisions.
    ///
    /// # Errors
    /// [`Error::NewerFormat`] with the file left as it is, or when storage fails.
    pub async fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        make_file(path).map_err(Error::storage)?;
        let mut connection = options(path).connect().await.map_err(storage)?;
        prepare(&mut connection).await?;
        let statements = Arc::new(Statements::new());
        let (sender, commands) = mpsc::channel(QUEUE);
        let writer = Writer {
            connection,
            statements: statements.clone(),
            clock,
            commands,
        };
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .test_before_acquire(false)
            .connect_with(options(path).read_only(true))
            .await
            .map_err(storage)?;
        // It ends with the last sender, which this handle owns.
        #[allow(clippy::disallowed_methods)]
        drop(tokio::spawn(writer.run()));
        Ok(Self {
            path: path.to_owned(),
            readers,
            writer: sender,
            statements,
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    async fn reader(&self) -> Result<PoolConnection<Sqlite>, Error> {
        self.readers.acquire().await.map_err(storage)
    }
}

pub(crate) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .synchronous(SqliteSynchronous::Full)
        // In KiB, when negative. Two megabytes, the default, are a few hundred alerts: what is read
        // again and again came from the file each time.
        .pragma("cache_size", "-8192")
        .disable_statement_logging()
}

/// SQLite gives its log the mode of the file, so the file is made before SQLite sees it.
pub(crate) fn make_file(path: &Path) -> std::io::Result<()> {
    let mut create = std::fs::OpenOptions::new();
    match create.write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => {
            let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
            std::fs::File::open(dir.unwrap_or(Path::new(".")))?.sync_all()
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

pub(crate) async fn prepare(connection: &mut SqliteConnection) -> Result<(), Error> {
    // Before the journal's mode is set, which writes to the file.
    format::check(connection).await?;
    sqlx::raw_sql("PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 67108864;")
        .execute(&mut *connection)
        .await
        .map_err(storage)?;
    format::migrate(connection).await
}

#[async_trait]
impl Records for SqliteRecords {
    async fn commit(&self, context: &Context, change: Change) -> Result<Committed, Error> {
        let (reply, answer) = oneshot::channel();
        let job = Job {
            context: context.clone(),
            change,
            reply,
        };
        let sent = self.writer.send(Command::Commit(Box::new(job))).await;
        sent.map_err(|_| Error::Closed)?;
        answer.await.map_err(|_| Error::Closed)?
    }

    async fn get(
        &self,
        scope: &Scope,
        collection: Collection,
        id: &str,
    ) -> Result<Option<Document>, Error> {
        let mut reader = self.reader().await?;
        write::get(&mut reader, &self.statements, scope, collection, id).await
    }

    async fn get_all(
        &self,
        scope: &Scope,
        collection: Collection,
        ids: &[String],
    ) -> Result<Vec<Document>, Error> {
        read::get_all(&mut *self.reader().await?, scope, collection, ids).await
    }

    async fn heads(&self, scope: &Scope, query: &Query) -> Result<Vec<Head>, Error> {
        query.check()?;
        read::heads(&mut *self.reader().await?, scope, query).await
    }

    async fn list(&self, scope: &Scope, query: &Query) -> Result<Page, Error> {
        query.check()?;
        read::list(&mut *self.reader().await?, scope, query).await
    }

    async fn slot(&self, scope: &Scope, key: &str) -> Result<Option<Vec<u8>>, Error> {
        write::slot(&mut *self.reader().await?, scope, key).await
    }

    async fn slots(&self, scope: &Scope, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
        read::slots(&mut *self.reader().await?, scope, prefix).await
    }

    async fn slots_of(
        &self,
        scope: &Scope,
        keys: &[String],
    ) -> Result<Vec<(String, Vec<u8>)>, Error> {
        read::slots_of(&mut *self.reader().await?, scope, keys).await
    }

    async fn count_slots(&self, scope: &Scope, prefix: &str) -> Result<u64, Error> {
        read::count_slots(&mut *self.reader().await?, scope, prefix).await
    }

    async fn counters(&self, scope: &Scope, prefix: &str) -> Result<Vec<(String, u64)>, Error> {
        read::counters(&mut *self.reader().await?, scope, prefix).await
    }

    async fn moment(&self, scope: &Scope, slots: &[&str], counters: &str) -> Result<Moment, Error> {
        read::moment(&mut *self.reader().await?, scope, slots, counters).await
    }

    async fn decisions(
        &self,
        scope: &Scope,
        query: &DecisionQuery,
    ) -> Result<Vec<Decision>, Error> {
        read::decisions(&mut *self.reader().await?, scope, query).await
    }

    async fn close(&self) -> Result<(), Error> {
        // Readers first: the last connection to close folds the log into the file.
        self.readers.close().await;
        let (reply, answer) = oneshot::channel();
        if self.writer.send(Command::Close(reply)).await.is_err() {
            return Ok(());
        }
        answer.await.unwrap_or(Ok(()))
    }
}
