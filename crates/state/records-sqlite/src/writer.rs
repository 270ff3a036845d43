//! The one writer: a task that owns the connection which writes.
//!
//! It takes every commit that waits, up to [`MAX_GROUP`], into one transaction, so that they share
//! one `fsync`. A commit that is refused writes nothing and leaves the others alone; when storage
//! fails, none of the group is acknowledged.

use std::sync::Arc;

use aurora_clock::Clock;
use aurora_model::Context;
use aurora_records::{Change, Committed, Error};
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use crate::statements::Statements;
use crate::{storage, write};

/// Bounds how long a commit can wait for the others of its group.
const MAX_GROUP: usize = 64;

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
    pub(crate) connection: SqliteConnection,
    pub(crate) statements: Arc<Statements>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) commands: mpsc::Receiver<Command>,
}

impl Writer {
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
                answer(reply, self.connection.close().await.map_err(storage));
                return;
            }
        }
        // Nobody is left to hear of a failure, and everything acknowledged is on disk already.
        drop(self.connection.close().await);
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
        match self.transaction(changes).await {
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

    async fn transaction(
        &mut self,
        changes: Vec<(Context, Change)>,
    ) -> Result<Vec<Result<Committed, Error>>, Error> {
        let now = self.clock.now();
        let mut transaction = self
            .connection
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(storage)?;
        let mut outcomes = Vec::with_capacity(changes.len());
        for (context, change) in changes {
            let outcome =
                write::apply(&mut transaction, &self.statements, &context, change, now).await;
            match outcome {
                Err(Error::Storage(source)) => return Err(Error::Storage(source)),
                outcome => outcomes.push(outcome),
            }
        }
        aurora_failpoint::reach("records.uncommitted");
        transaction.commit().await.map_err(storage)?;
        aurora_failpoint::reach("records.committed");
        Ok(outcomes)
    }
}

/// A caller that stopped waiting does not want the answer.
fn answer<T>(reply: oneshot::Sender<T>, answer: T) {
    drop(reply.send(answer));
}
