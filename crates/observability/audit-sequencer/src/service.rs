use std::sync::{Arc, Mutex};
use std::time::Instant;

use aurora_audit::verify::MOST_IN_A_COMMIT;
use aurora_audit::{Record, Signed};
use aurora_disk::Disk;
use aurora_model::{Decision, Scope};
use aurora_records::{DecisionQuery, Records};
use aurora_tasks::Shutdown;
use aurora_telemetry::{Health, HealthBoard, Metric, Metrics};
use tokio::sync::{Notify, watch};
use tracing::{error, info};

use crate::{Error, Handle, Keys, Log, Options};

const ROLE: &str = "audit";

/// Follows the decision records of one scope. There is one for each folder: whoever holds the data
/// directory.
pub struct Service {
    options: Options,
    scope: Scope,
    disk: Arc<dyn Disk>,
    keys: Keys,
    records: Arc<dyn Records>,
    metrics: Metrics,
    health: HealthBoard,
    head: watch::Sender<Option<Signed>>,
    wanted: Arc<Notify>,
    keeping: Arc<Mutex<()>>,
}

impl Service {
    /// `disk`'s root is the folder of the log.
    pub fn new(
        options: Options,
        scope: Scope,
        disk: Arc<dyn Disk>,
        keys: Keys,
        records: Arc<dyn Records>,
        metrics: Metrics,
        health: HealthBoard,
    ) -> Self {
        Self {
            options,
            scope,
            disk,
            keys,
            records,
            metrics,
            health,
            head: watch::channel(None).0,
            wanted: Arc::new(Notify::new()),
            keeping: Arc::default(),
        }
    }

    pub fn handle(&self) -> Handle {
        Handle {
            head: self.head.subscribe(),
            wanted: self.wanted.clone(),
            keeping: self.keeping.clone(),
        }
    }

    /// Works until shutdown. A log that cannot be continued degrades the role, and the site works
    /// on: its decisions are kept and can be logged when the cause is mended.
    ///
    /// # Errors
    /// None today; a failure is told by the role's health and tried again.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        while !shutdown.is_cancelled() {
            let Err(failed) = self.follow(&shutdown).await else {
                break;
            };
            let reason = aurora_tasks::chain(&failed);
            error!(reason, "the audit log stands still");
            self.health.set(ROLE, Health::Degraded { reason });
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = tokio::time::sleep(self.options.retry) => {}
            }
        }
        Ok(())
    }

    async fn follow(&self, shutdown: &Shutdown) -> Result<(), Error> {
        let (disk, keys) = (self.disk.clone(), self.keys.clone());
        let mut log = blocking(move || Log::open(disk, keys)).await?;
        self.compare(&log).await?;
        info!(
            entries = log.head().checkpoint.size,
            "the audit log is open"
        );
        self.publish(log.head());
        while !shutdown.is_cancelled() {
            let decisions = self.next(log.head().checkpoint.size).await?;
            if decisions.is_empty() {
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    () = self.wanted.notified() => {}
                    () = tokio::time::sleep(self.options.look) => {}
                }
                continue;
            }
            let began = Instant::now();
            log = blocking(move || {
                log.append(&decisions)?;
                Ok(log)
            })
            .await?;
            self.metrics
                .observe(Metric::AuditCommitSeconds, began.elapsed());
            self.publish(log.head());
        }
        Ok(())
    }

    async fn next(&self, after: u64) -> Result<Vec<Decision>, Error> {
        let query = DecisionQuery {
            after,
            object: None,
            limit: self.options.group.clamp(1, MOST_IN_A_COMMIT as usize),
        };
        Ok(self.records.decisions(&self.scope, &query).await?)
    }

    /// The decision records must be those that were logged: a store that was rolled back, or is
    /// another one, would go on with other decisions under the same numbers.
    async fn compare(&self, log: &Log) -> Result<(), Error> {
        let seq = log.head().checkpoint.size;
        let Some(before) = seq.checked_sub(1) else {
            return Ok(());
        };
        let query = DecisionQuery {
            after: before,
            object: None,
            limit: 1,
        };
        let found = self.records.decisions(&self.scope, &query).await?;
        let found = found.first().map(Record::encode);
        let logged = log.newest()?.map(|record| Record::encode(&record.decision));
        // One that was erased cannot be compared.
        if found.is_none() || logged.is_some_and(|logged| Some(logged) != found) {
            return Err(Error::OtherDecisions { seq });
        }
        Ok(())
    }

    fn publish(&self, head: &Signed) {
        let size = i64::try_from(head.checkpoint.size).unwrap_or(i64::MAX);
        self.metrics.set(Metric::AuditEntries, &[], size);
        self.health.set(ROLE, Health::Ready);
        self.head.send_replace(Some(head.clone()));
    }
}

/// Writes and syncs belong on a thread that may wait.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    // It ends early only with the process.
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::Closed)?
}
