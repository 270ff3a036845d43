//! Import: files of this machine into the site, resumable to the batch.
//!
//! A file is known by its content, so the same file is the same import under any name, and one
//! that has grown goes on where it ended. Progress is a checkpoint behind what is durable: a crash
//! re-reads a little, cuts it at the same places, and the bus knows those batches already.

mod job;
mod reader;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use aurora_formats::Fingerprint;
use aurora_ids::random_token;
use aurora_model::{Action, Context, OriginId, Scope, SourceName};
use aurora_records::{Change, Collection, Document, Guard, Query, Records};
use aurora_tasks::Tasks;
use tokio::sync::watch;

use crate::{Acceptor, Error};
use job::Runner;
pub use job::{Job, State};

/// Starts, resumes and watches imports. Cheap to clone.
#[derive(Clone)]
pub struct Importer {
    acceptor: Acceptor,
    records: Arc<dyn Records>,
    tasks: Tasks,
    running: Arc<Mutex<HashMap<String, Running>>>,
}

struct Running {
    progress: watch::Receiver<Job>,
    cancel: aurora_tasks::Shutdown,
}

impl std::fmt::Debug for Importer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Importer").finish_non_exhaustive()
    }
}

impl Importer {
    pub fn new(acceptor: Acceptor, records: Arc<dyn Records>, tasks: Tasks) -> Self {
        Self {
            acceptor,
            records,
            tasks,
            running: Arc::default(),
        }
    }

    /// Starts importing `path`, or resumes when the same content was imported before.
    ///
    /// # Errors
    /// When the file cannot be read or a store fails.
    pub async fn start(
        &self,
        context: &Context,
        path: &Path,
        source: Option<SourceName>,
        restart: bool,
    ) -> Result<Job, Error> {
        let head = head(path).await?;
        let known = if restart {
            None
        } else {
            self.known(&context.scope, &head).await?
        };
        if let Some(running) = known.as_ref().and_then(|job| self.progress(&job.id)) {
            return Ok(running);
        }
        let mut job = known.unwrap_or_else(|| self.fresh(&head, restart));
        job.path = path.display().to_string();
        job.source = source.unwrap_or_else(|| SourceName::new(SourceName::AUTO));
        job.total_bytes = size(path).await?;
        job.state = State::Running;
        job.error = None;
        job.updated_at = self.acceptor.now();
        let action = Action::on("import.start", [&job.id, &job.path]);
        let change =
            Change::decided(action).put(Collection::Imports, &job.id, Guard::Any, job.document());
        self.records.commit(context, change).await?;
        self.run(context.clone(), job.clone());
        Ok(job)
    }

    /// # Errors
    /// [`Error::NoSuchImport`], or when the store fails.
    pub async fn job(&self, scope: &Scope, id: &str) -> Result<Job, Error> {
        if let Some(job) = self.progress(id) {
            return Ok(job);
        }
        let found = self.records.get(scope, Collection::Imports, id).await?;
        let document = found.ok_or_else(|| Error::NoSuchImport(id.to_owned()))?;
        self.settled(scope, document).await
    }

    /// Newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(&self, scope: &Scope) -> Result<Vec<Job>, Error> {
        let query = Query::of(Collection::Imports)
            .newest("updated_at")
            .limit(Query::MAX_LIMIT);
        let mut jobs = Vec::new();
        for document in self.records.list(scope, &query).await?.documents {
            let running = self.progress(&document.id);
            jobs.push(match running {
                Some(job) => job,
                None => self.settled(scope, document).await?,
            });
        }
        Ok(jobs)
    }

    /// Stops after the batch it is at; what was handed over stays, and `start` resumes it.
    ///
    /// # Errors
    /// [`Error::NoSuchImport`] when it does not run.
    pub async fn cancel(&self, id: &str) -> Result<Job, Error> {
        let mut progress = {
            let running = self.lock();
            let found = running
                .get(id)
                .ok_or_else(|| Error::NoSuchImport(id.to_owned()))?;
            found.cancel.cancel();
            found.progress.clone()
        };
        let ended = progress.wait_for(|job| job.state != State::Running).await;
        Ok(ended
            .map_err(|_| Error::NoSuchImport(id.to_owned()))?
            .clone())
    }

    fn fresh(&self, head: &[u8], restart: bool) -> Job {
        let fingerprint = Fingerprint::of(head);
        let origin = if restart || head.is_empty() {
            OriginId(aurora_ids::Id128::random())
        } else {
            fingerprint.origin()
        };
        Job::new(
            random_token::<8>(),
            fingerprint,
            origin,
            self.acceptor.now(),
        )
    }

    /// The latest import of a file that begins like this one.
    async fn known(&self, scope: &Scope, head: &[u8]) -> Result<Option<Job>, Error> {
        let jobs = self.list(scope).await?;
        Ok(jobs.into_iter().find(|job| job.fingerprint.is_of(head)))
    }

    /// A job that does not run here: its document with its checkpoint.
    async fn settled(&self, scope: &Scope, document: Document) -> Result<Job, Error> {
        let mut job: Job =
            serde_json::from_value(document.body).map_err(|source| Error::Damaged {
                id: document.id,
                source,
            })?;
        if let Some(bytes) = self.records.slot(scope, &job.slot()).await? {
            job.read_checkpoint(&bytes);
        }
        // It says running, but it does not: its process ended before it did.
        if job.state == State::Running {
            job.state = State::Interrupted;
        }
        Ok(job)
    }

    fn run(&self, context: Context, job: Job) {
        let cancel = self.tasks.shutdown().child_token();
        let (sender, progress) = watch::channel(job.clone());
        let id = job.id.clone();
        self.lock().insert(
            id.clone(),
            Running {
                progress,
                cancel: cancel.clone(),
            },
        );
        let (acceptor, records) = (self.acceptor.clone(), self.records.clone());
        let runner = Runner {
            acceptor,
            records,
            context,
            job,
            sender,
            cancel,
        };
        let running = self.running.clone();
        self.tasks.spawn("import", async move {
            let ended = runner.run().await;
            running
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&id);
            ended
        });
    }

    fn progress(&self, id: &str) -> Option<Job> {
        self.lock()
            .get(id)
            .map(|running| running.progress.borrow().clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn head(path: &Path) -> Result<Vec<u8>, Error> {
    use tokio::io::AsyncReadExt as _;
    let failed = |source| Error::Read {
        path: path.to_owned(),
        source,
    };
    let file = tokio::fs::File::open(path).await.map_err(failed)?;
    if file.metadata().await.map_err(failed)?.is_dir() {
        return Err(Error::Directory {
            path: PathBuf::from(path),
        });
    }
    let mut head = Vec::new();
    file.take(Fingerprint::HEAD_BYTES as u64)
        .read_to_end(&mut head)
        .await
        .map_err(failed)?;
    Ok(head)
}

async fn size(path: &Path) -> Result<u64, Error> {
    let failed = |source| Error::Read {
        path: path.to_owned(),
        source,
    };
    Ok(tokio::fs::metadata(path).await.map_err(failed)?.len())
}
