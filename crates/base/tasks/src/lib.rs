//! Named tasks with one shutdown signal.
//!
//! What it is: [`Tasks`], the only place that spawns, so that every task has a name, an end and
//! someone who learns of its failure. What it is not: a supervisor; what to restart is the
//! component's own decision. Start reading at [`Tasks`].

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
pub use tokio_util::sync::CancellationToken as Shutdown;
use tracing::{debug, error};

/// A task ended with an error or panicked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("task `{task}` failed: {reason}")]
pub struct Failed {
    pub task: String,
    pub reason: String,
}

/// A group of tasks that start, stop and fail together. Cloning gives another handle on it.
#[derive(Clone, Debug)]
pub struct Tasks {
    shutdown: Shutdown,
    set: Arc<Mutex<JoinSet<()>>>,
    failure: watch::Sender<Option<Failed>>,
}

impl Default for Tasks {
    fn default() -> Self {
        Self::new()
    }
}

impl Tasks {
    pub fn new() -> Self {
        Self::under(Shutdown::new())
    }

    /// A group which also stops when `shutdown` is cancelled.
    pub fn under(shutdown: Shutdown) -> Self {
        Self {
            shutdown,
            set: Arc::default(),
            failure: watch::Sender::new(None),
        }
    }

    /// The signal that every task of the group must heed.
    pub fn shutdown(&self) -> Shutdown {
        self.shutdown.clone()
    }

    /// Runs `task` until it ends. Its failure stops the whole group.
    // The one place that may spawn.
    #[allow(clippy::disallowed_methods)]
    pub fn spawn<E>(&self, name: &str, task: impl Future<Output = Result<(), E>> + Send + 'static)
    where
        E: std::error::Error + Send + 'static,
    {
        let (name, group) = (name.to_owned(), self.clone());
        let guarded = async move {
            let joined = tokio::spawn(task).await;
            let reason = match joined {
                Ok(Ok(())) => return debug!(task = name, "task ended"),
                Ok(Err(error)) => chain(&error),
                Err(panic) => panic.to_string(),
            };
            error!(task = name, reason, "task failed; its group stops");
            group.failure.send_modify(|first| {
                first.get_or_insert(Failed { task: name, reason });
            });
            group.shutdown.cancel();
        };
        let mut set = self.lock();
        // Ended tasks are forgotten here, or a listener's many connections would pile up.
        while set.try_join_next().is_some() {}
        set.spawn(guarded);
    }

    /// The first failure, if any.
    pub fn failure(&self) -> Option<Failed> {
        self.failure.borrow().clone()
    }

    /// Signals shutdown and waits; tasks still running after `patience` are aborted.
    ///
    /// # Errors
    /// The group's first failure.
    pub async fn stop(&self, patience: Duration) -> Result<(), Failed> {
        self.shutdown.cancel();
        let mut set = std::mem::take(&mut *self.lock());
        let drained =
            tokio::time::timeout(patience, async { while set.join_next().await.is_some() {} });
        if drained.await.is_err() {
            error!(
                tasks = set.len(),
                "tasks did not end in time and are aborted"
            );
            set.shutdown().await;
        }
        self.failure().map_or(Ok(()), Err)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, JoinSet<()>> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An error with its causes, on one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn a_failure_stops_the_group_and_is_told() {
        let tasks = Tasks::new();
        let shutdown = tasks.shutdown();
        tasks.spawn("waits", async move {
            shutdown.cancelled().await;
            Ok::<(), std::io::Error>(())
        });
        tasks.spawn("fails", async { Err(std::io::Error::other("broken")) });
        tasks.shutdown().cancelled().await;
        let failed = tasks.stop(Duration::from_secs(5)).await.unwrap_err();
        assert_eq!(
            (failed.task.as_str(), failed.reason.as_str()),
            ("fails", "broken")
        );
    }

    #[tokio::test]
    async fn a_panic_is_a_failure() {
        let tasks = Tasks::new();
        tasks.spawn::<std::io::Error>("panics", async { panic!("on purpose") });
        tasks.shutdown().cancelled().await;
        assert!(
            tasks
                .stop(Duration::from_secs(5))
                .await
                .unwrap_err()
                .reason
                .contains("panic")
        );
    }
}
