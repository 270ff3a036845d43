use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aurora_clock::Clock;
use aurora_model::{Context, Decision, Scope};
use aurora_records::{
    Change, Collection, Committed, DecisionQuery, Document, Error, Head, Moment, Page, Query,
    Records,
};
use futures_util::future::BoxFuture;
use sqlx::{PgConnection, PgPool};
use tokio::sync::{mpsc, oneshot};

use crate::connect::{Patience, pool};
use crate::error::may_pass;
use crate::writer::{Command, Job, Writer, discard};
use crate::{Options, format, read, storage};

/// Commits that may wait for the writer before callers wait to be let in.
const QUEUE: usize = 256;

/// Records in the schema `aurora` of one PostgreSQL database.
#[derive(Debug)]
pub struct PostgresRecords {
    readers: PgPool,
    writer: mpsc::Sender<Command>,
    patience: Duration,
}

impl PostgresRecords {
    /// Connects and brings the database to this release's format. `clock` dates the decisions.
    ///
    /// # Errors
    /// [`Error::NewerFormat`] with the store left as it is; [`Error::Storage`] for an address that is
    /// none, a server that does not answer in time, or a database that cannot hold the records.
    pub async fn open(options: Options, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let parsed = options.parse().map_err(Error::storage)?;
        let writing = pool(parsed.clone(), 1, options.patience);
        prepare(&writing, options.patience).await?;
        let (sender, commands) = mpsc::channel(QUEUE);
        let writer = Writer::new(writing, clock, options.patience, commands);
        // It ends with the last sender, which this handle owns.
        #[allow(clippy::disallowed_methods)]
        drop(tokio::spawn(writer.run()));
        Ok(Self {
            readers: pool(parsed, options.readers.max(1), options.patience),
            writer: sender,
            patience: options.patience,
        })
    }

    /// Reads, and again while the server is away: a connection that broke says nothing about the next.
    async fn read<T>(
        &self,
        query: impl for<'c> Fn(&'c mut PgConnection) -> BoxFuture<'c, Result<T, Error>>,
    ) -> Result<T, Error> {
        let mut patience = Patience::new(self.patience);
        loop {
            let error = match self.read_once(&query).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if !may_pass(&error) || !patience.again().await {
                return Err(error);
            }
        }
    }

    async fn read_once<T>(
        &self,
        query: &impl for<'c> Fn(&'c mut PgConnection) -> BoxFuture<'c, Result<T, Error>>,
    ) -> Result<T, Error> {
        let mut reader = self.readers.acquire().await.map_err(storage)?;
        let answer = query(&mut reader).await;
        if answer.is_err() {
            discard(reader);
        }
        answer
    }
}

async fn prepare(writing: &PgPool, patience: Duration) -> Result<(), Error> {
    let mut patience = Patience::new(patience);
    let mut connection = loop {
        match writing.acquire().await {
            Ok(connection) => break connection,
            Err(error) if patience.after(&error).await => {}
            Err(error) => return Err(storage(error)),
        }
    };
    format::migrate(&mut connection).await
}

#[async_trait]
impl Records for PostgresRecords {
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
        self.read(|reader| {
            let (scope, id) = (scope.clone(), id.to_owned());
            Box::pin(async move { read::get(reader, &scope, collection, &id).await })
        })
        .await
    }

    async fn get_all(
        &self,
        scope: &Scope,
        collection: Collection,
        ids: &[String],
    ) -> Result<Vec<Document>, Error> {
        self.read(|reader| {
            let (scope, ids) = (scope.clone(), ids.to_vec());
            Box::pin(async move { read::get_all(reader, &scope, collection, &ids).await })
        })
        .await
    }

    async fn heads(&self, scope: &Scope, query: &Query) -> Result<Vec<Head>, Error> {
        query.check()?;
        self.read(|reader| {
            let (scope, query) = (scope.clone(), query.clone());
            Box::pin(async move { read::heads(reader, &scope, &query).await })
        })
        .await
    }

    async fn list(&self, scope: &Scope, query: &Query) -> Result<Page, Error> {
        query.check()?;
        self.read(|reader| {
            let (scope, query) = (scope.clone(), query.clone());
            Box::pin(async move { read::list(reader, &scope, &query).await })
        })
        .await
    }

    async fn slot(&self, scope: &Scope, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.read(|reader| {
            let (scope, key) = (scope.clone(), key.to_owned());
            Box::pin(async move { read::slot(reader, &scope, &key).await })
        })
        .await
    }

    async fn slots(&self, scope: &Scope, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
        self.read(|reader| {
            let (scope, prefix) = (scope.clone(), prefix.to_owned());
            Box::pin(async move { read::slots(reader, &scope, &prefix).await })
        })
        .await
    }

    async fn slots_of(
        &self,
        scope: &Scope,
        keys: &[String],
    ) -> Result<Vec<(String, Vec<u8>)>, Error> {
        self.read(|reader| {
            let (scope, keys) = (scope.clone(), keys.to_vec());
            Box::pin(async move { read::slots_of(reader, &scope, &keys).await })
        })
        .await
    }

    async fn count_slots(&self, scope: &Scope, prefix: &str) -> Result<u64, Error> {
        self.read(|reader| {
            let (scope, prefix) = (scope.clone(), prefix.to_owned());
            Box::pin(async move { read::count_slots(reader, &scope, &prefix).await })
        })
        .await
    }

    async fn counters(&self, scope: &Scope, prefix: &str) -> Result<Vec<(String, u64)>, Error> {
        self.read(|reader| {
            let (scope, prefix) = (scope.clone(), prefix.to_owned());
            Box::pin(async move { read::counters(reader, &scope, &prefix).await })
        })
        .await
    }

    async fn moment(&self, scope: &Scope, slots: &[&str], counters: &str) -> Result<Moment, Error> {
        let slots: Vec<String> = slots.iter().map(|prefix| (*prefix).to_owned()).collect();
        self.read(|reader| {
            let (scope, slots, counters) = (scope.clone(), slots.clone(), counters.to_owned());
            Box::pin(async move { read::moment(reader, &scope, &slots, &counters).await })
        })
        .await
    }

    async fn decisions(
        &self,
        scope: &Scope,
        query: &DecisionQuery,
    ) -> Result<Vec<Decision>, Error> {
        self.read(|reader| {
            let (scope, query) = (scope.clone(), query.clone());
            Box::pin(async move { read::decisions(reader, &scope, &query).await })
        })
        .await
    }

    async fn close(&self) -> Result<(), Error> {
        self.readers.close().await;
        let (reply, answer) = oneshot::channel();
        if self.writer.send(Command::Close(reply)).await.is_err() {
            return Ok(());
        }
        answer.await.unwrap_or(Ok(()))
    }
}
