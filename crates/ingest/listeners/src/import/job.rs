use std::sync::Arc;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_formats::Fingerprint;
use aurora_model::{Action, Context, OriginId, SourceName};
use aurora_records::{Change, Collection, Guard, Records};
use aurora_tasks::Shutdown;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tracing::info;

use super::reader::{self, Read};
use crate::{Acceptor, Error};

/// Batches read ahead of the bus.
const AHEAD: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Running,
    /// Every record of it is durable.
    Done,
    /// `error` says why; starting it again resumes it.
    Failed,
    Cancelled,
    /// The site ended first; starting it again resumes it.
    Interrupted,
}

/// An import and how far it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub id: String,
    pub path: String,
    pub source: SourceName,
    pub fingerprint: Fingerprint,
    pub origin: OriginId,
    pub format: Option<String>,
    pub state: State,
    /// Where reading resumes, in unpacked bytes.
    pub offset: u64,
    /// Records made durable so far.
    pub records: u64,
    /// Parts that could not be framed; they are in the dead letter.
    pub errors: u64,
    /// The file's size as it is; 0 when that says nothing about how far it is, as it is packed.
    pub total_bytes: u64,
    pub error: Option<String>,
    pub started_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Job {
    pub(super) fn new(
        id: String,
        fingerprint: Fingerprint,
        origin: OriginId,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            path: String::new(),
            source: SourceName::new(SourceName::AUTO),
            fingerprint,
            origin,
            format: None,
            state: State::Running,
            offset: 0,
            records: 0,
            errors: 0,
            total_bytes: 0,
            error: None,
            started_at: now,
            updated_at: now,
        }
    }

    pub(super) fn slot(&self) -> String {
        format!("import/{}", self.id)
    }

    pub(super) fn document(&self) -> Value {
        serde_json::to_value(self).expect("a job is plain data")
    }

    /// Offset, records and errors, little-endian.
    fn checkpoint(&self) -> Vec<u8> {
        [self.offset, self.records, self.errors]
            .iter()
            .flat_map(|n| n.to_le_bytes())
            .collect()
    }

    pub(super) fn read_checkpoint(&mut self, bytes: &[u8]) {
        let mut numbers = bytes.chunks_exact(8).map(|chunk| {
            let chunk = chunk.try_into().expect("chunks_exact gives eight bytes");
            u64::from_le_bytes(chunk)
        });
        let mut next = || numbers.next().unwrap_or(0);
        (self.offset, self.records, self.errors) = (next(), next(), next());
    }
}

/// One running import.
pub(super) struct Runner {
    pub(super) acceptor: Acceptor,
    pub(super) records: Arc<dyn Records>,
    pub(super) context: Context,
    pub(super) job: Job,
    pub(super) sender: watch::Sender<Job>,
    pub(super) cancel: Shutdown,
}

impl Runner {
    /// Reads to the end. A file that cannot be read fails the job, not the site.
    pub(super) async fn run(mut self) -> Result<(), Error> {
        let outcome = self.copy().await;
        self.job.updated_at = self.acceptor.now();
        match outcome {
            Ok(true) => self.job.state = State::Done,
            Ok(false) => self.job.state = State::Cancelled,
            Err(error @ (Error::Bus(_) | Error::Records(_))) => return Err(error),
            Err(error) => {
                self.job.state = State::Failed;
                self.job.error = Some(aurora_tasks::chain(&error));
            }
        }
        info!(path = self.job.path, records = self.job.records, state = ?self.job.state, "import ended");
        let action = Action::on("import.end", [&self.job.id]);
        let change = Change::decided(action)
            .put(
                Collection::Imports,
                &self.job.id,
                Guard::Any,
                self.job.document(),
            )
            .slot(&self.job.slot(), self.job.checkpoint());
        self.records.commit(&self.context, change).await?;
        self.sender.send_replace(self.job.clone());
        Ok(())
    }

    /// `false` when it was cancelled.
    async fn copy(&mut self) -> Result<bool, Error> {
        let (sender, mut batches) = mpsc::channel(AHEAD);
        let (path, offset) = (self.job.path.clone(), self.job.offset);
        let clock = self.acceptor.clone();
        let reading = tokio::task::spawn_blocking(move || {
            reader::read(path.as_ref(), offset, &|| clock.now(), &mut |read| {
                sender.blocking_send(read).is_ok()
            })
        });
        let mut ready = Vec::new();
        while batches.recv_many(&mut ready, AHEAD).await > 0 {
            for read in ready.drain(..) {
                if self.cancel.is_cancelled() || !self.take(read).await? {
                    return Ok(false);
                }
            }
            let change = Change::progress().slot(&self.job.slot(), self.job.checkpoint());
            self.records.commit(&self.context, change).await?;
            self.job.updated_at = self.acceptor.now();
            self.sender.send_replace(self.job.clone());
        }
        reading.await??;
        Ok(true)
    }

    async fn take(&mut self, read: Read) -> Result<bool, Error> {
        let (cut, errors) = match read {
            Read::Head { format, packed } => {
                self.job.format = Some(format);
                if packed {
                    self.job.total_bytes = 0;
                }
                return Ok(true);
            }
            Read::Batch { cut, errors } => (cut, errors),
        };
        // Shown names are names, not paths: the folder is nobody's business downstream.
        let host = self
            .job
            .path
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned();
        let accepting = self.acceptor.accept_patiently(
            &self.job.source,
            self.job.origin,
            &host,
            cut.records,
            &self.cancel,
        );
        let accepted = tokio::select! {
            accepted = accepting => accepted?,
            // Handing over a batch is short; waiting for room may be long.
            () = cancelled_for(&self.cancel, Duration::from_secs(5)) => None,
        };
        let Some(accepted) = accepted else {
            return Ok(false);
        };
        self.job.records += accepted.records;
        self.job.errors += errors;
        self.job.offset = cut.next;
        Ok(true)
    }
}

async fn cancelled_for(cancel: &Shutdown, patience: Duration) {
    cancel.cancelled().await;
    tokio::time::sleep(patience).await;
}
