//! The one writer of a process: a task with a connection of its own.
//!
//! It takes every commit that waits, up to [`MAX_GROUP`], into one transaction, so that they share
//! one wait for the disk. A commit that is refused writes nothing and leaves the others alone.
//!
//! **Invariant:** a change is in the store exactly if its caller was told so, or was told of a failure
//! that says nothing. When the connection breaks, the group is tried again on another. Its round, kept
//! in `writers` by the very transaction, then says whether the lost commit had arrived; the scope's
//! lock makes sure that it has by then, or never will.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aurora_clock::Clock;
use aurora_ids::Id128;
use aurora_model::{Context, Scope};
use aurora_records::columns::integer;
use aurora_records::{Change, Committed, Error};
use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, PgConnection, PgPool, Postgres};
use tokio::sync::{mpsc, oneshot};
use tracing::warn;

use crate::connect::Patience;
use crate::error::may_pass;
use crate::group::{Touched, Working};
use crate::{storage, write};

/// Bounds how long a commit can wait for the others of its group.
const MAX_GROUP: usize = 128;

pub(crate) struct Job {
    pub(crate) context: Context,
    pub(crate) change: Change,
    pub(crate) reply: oneshot::Sender<Result<Committed, Error>>,
}

pub(crate) enum Command {
    Commit(Box<Job>),
    Close(oneshot::Sender<Result<(), Error>>),
}

/// One failure of storage, told to every commit of a group.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the transaction could not be written")]
struct GroupFailed(#[source] Arc<Error>);

pub(crate) struct Writer {
    pool: PgPool,
    clock: Arc<dyn Clock>,
    patience: Duration,
    commands: mpsc::Receiver<Command>,
    id: Id128,
    round: u64,
}

type Outcomes = Vec<Result<Committed, Error>>;
type Changes = Vec<(Context, Change)>;

/// How a try ended that did not fail.
enum Tried {
    Committed(Outcomes),
    /// The transaction did everything, and the answer to its commit was lost.
    Unanswered(Outcomes, Error),
}

impl Writer {
    pub(crate) fn new(
        pool: PgPool,
        clock: Arc<dyn Clock>,
        patience: Duration,
        commands: mpsc::Receiver<Command>,
    ) -> Self {
        Self {
            pool,
            clock,
            patience,
            commands,
            id: Id128::random(),
            round: 0,
        }
    }

    /// Ends when it is told to close or every handle is gone.
    pub(crate) async fn run(mut self) {
        let mut batch = Vec::new();
        while self.commands.recv_many(&mut batch, MAX_GROUP).await > 0 {
            let mut jobs = Vec::new();
            let mut closing = None;
            for command in batch.drain(..) {
                match command {
                    Command::Commit(job) if closing.is_none() => jobs.push(*job),
                    Command::Commit(job) => answer(job.reply, Err(Error::Closed)),
                    Command::Close(reply) => closing = Some(reply),
                }
            }
            self.commit(jobs).await;
            if let Some(reply) = closing {
                self.commands.close();
                self.leave().await;
                answer(reply, Ok(()));
                return;
            }
        }
        self.leave().await;
    }

    async fn commit(&mut self, jobs: Vec<Job>) {
        if jobs.is_empty() {
            return;
        }
        let mut replies = Vec::with_capacity(jobs.len());
        let mut changes = Vec::with_capacity(jobs.len());
        for job in jobs {
            replies.push(job.reply);
            changes.push((job.context, job.change));
        }
        self.round += 1;
        match self.settle(changes).await {
            Ok(outcomes) => {
                for (reply, outcome) in replies.into_iter().zip(outcomes) {
                    answer(reply, outcome);
                }
            }
            Err(error) => {
                let failed = GroupFailed(Arc::new(error));
                for reply in replies {
                    answer(reply, Err(Error::storage(failed.clone())));
                }
            }
        }
    }

    /// Tries until the group is committed, is known to be, or patience ends.
    async fn settle(&self, changes: Changes) -> Result<Outcomes, Error> {
        let mut patience = Patience::new(self.patience);
        let mut unanswered = None;
        loop {
            let error = match self.attempt(&changes, &mut unanswered).await {
                Ok(Tried::Committed(outcomes)) => return Ok(outcomes),
                Ok(Tried::Unanswered(outcomes, error)) => {
                    unanswered = Some(outcomes);
                    error
                }
                Err(error) => error,
            };
            if !may_pass(&error) || !patience.again().await {
                return Err(error);
            }
            warn!(
                error = &error as &dyn std::error::Error,
                "a commit to the records store is tried again"
            );
        }
    }

    async fn attempt(
        &self,
        changes: &Changes,
        unanswered: &mut Option<Outcomes>,
    ) -> Result<Tried, Error> {
        let mut connection = self.pool.acquire().await.map_err(storage)?;
        let tried = self.transaction(&mut connection, changes, unanswered).await;
        if !matches!(tried, Ok(Tried::Committed(_))) {
            // It may be broken, or in the middle of something.
            discard(connection);
        }
        tried
    }

    async fn transaction(
        &self,
        connection: &mut PgConnection,
        changes: &Changes,
        unanswered: &mut Option<Outcomes>,
    ) -> Result<Tried, Error> {
        let mut transaction = connection
            .begin_with("BEGIN ISOLATION LEVEL READ COMMITTED")
            .await
            .map_err(storage)?;
        let scopes = by_scope(changes);
        let mut heads = Vec::with_capacity(scopes.len());
        // In the same order everywhere, so that two processes never wait for each other.
        for scope in scopes.keys() {
            heads.push(write::lock(&mut transaction, scope).await?);
        }
        if unanswered.is_some() && self.arrived(&mut transaction).await? {
            transaction.rollback().await.map_err(storage)?;
            return Ok(Tried::Committed(unanswered.take().unwrap_or_default()));
        }
        let now = self.clock.now();
        let mut outcomes: Vec<Option<Result<Committed, Error>>> = Vec::new();
        outcomes.resize_with(changes.len(), || None);
        for ((scope, places), head) in scopes.iter().zip(heads) {
            let touched = Touched::by(places.iter().map(|at| &changes[*at].1));
            let found = write::find(&mut transaction, scope, &touched, head).await?;
            let mut working = Working::on(found);
            for at in places {
                let (context, change) = &changes[*at];
                outcomes[*at] = Some(working.apply(context, change.clone(), now));
            }
            write::write(&mut transaction, scope, &working).await?;
        }
        self.sign(&mut transaction).await?;
        let outcomes = outcomes.into_iter().flatten().collect();
        aurora_failpoint::reach("records.uncommitted");
        let committed = transaction.commit().await;
        aurora_failpoint::reach("records.committed");
        Ok(match committed {
            Ok(()) => Tried::Committed(outcomes),
            Err(error) => Tried::Unanswered(outcomes, storage(error)),
        })
    }

    /// Leaves this round's number where [`Self::arrived`] looks for it.
    async fn sign(&self, connection: &mut PgConnection) -> Result<(), Error> {
        const SIGN: &str = "INSERT INTO writers (writer, round, seen) VALUES ($1, $2, now()) \
             ON CONFLICT (writer) DO UPDATE SET round = excluded.round, seen = excluded.seen";
        sqlx::query(SIGN)
            .bind(self.id.as_bytes().as_slice())
            .bind(integer(self.round))
            .execute(connection)
            .await
            .map_err(storage)?;
        Ok(())
    }

    async fn arrived(&self, connection: &mut PgConnection) -> Result<bool, Error> {
        let round: Option<i64> = sqlx::query_scalar("SELECT round FROM writers WHERE writer = $1")
            .bind(self.id.as_bytes().as_slice())
            .fetch_optional(connection)
            .await
            .map_err(storage)?;
        Ok(round == Some(integer(self.round)))
    }

    /// Takes the signature away and closes. Nobody needs either any more, so neither has to succeed.
    async fn leave(&self) {
        let gone = sqlx::query("DELETE FROM writers WHERE writer = $1")
            .bind(self.id.as_bytes().as_slice())
            .execute(&self.pool);
        drop(tokio::time::timeout(Duration::from_secs(2), gone).await);
        self.pool.close().await;
    }
}

fn by_scope(changes: &Changes) -> BTreeMap<&Scope, Vec<usize>> {
    let mut scopes: BTreeMap<&Scope, Vec<usize>> = BTreeMap::new();
    for (at, (context, _)) in changes.iter().enumerate() {
        scopes.entry(&context.scope).or_default().push(at);
    }
    scopes
}

/// Takes a connection out of its pool and closes it without a word.
pub(crate) fn discard(connection: PoolConnection<Postgres>) {
    drop(connection.detach());
}

/// A caller that stopped waiting does not want the answer.
fn answer<T>(reply: oneshot::Sender<T>, answer: T) {
    drop(reply.send(answer));
}
