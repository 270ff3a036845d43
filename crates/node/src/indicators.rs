//! The indicators in force: one compiled set a source, kept as artifacts, named by records, and
//! read from a file that is made of them when it is not there.

mod compile;
mod keep;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use aurora_artifacts::Artifacts;
use aurora_clock::Timestamp;
use aurora_indicators::{IndicatorHandle, Indicators, Set};
use aurora_model::{Action, Context, Scope};
use aurora_records::{Change, Collection, Guard, Query, Records};
use serde::{Deserialize, Serialize};
use tracing::{error, info};

pub(crate) use compile::{Compiled, Input};
pub(crate) use keep::KeepError;

/// A source's set as the records store has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) source: String,
    /// See [`Set::id`].
    pub(crate) id: String,
    /// The artifacts that make up the file, in order: SHA-256 each.
    pub(crate) pieces: Vec<String>,
    pub(crate) kinds: BTreeMap<String, u64>,
    pub(crate) indicators: u64,
    pub(crate) bytes: u64,
    pub(crate) imported_at: Timestamp,
    pub(crate) imported_by: String,
    pub(crate) files: Vec<String>,
    pub(crate) rejected: u64,
}

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct IndicatorBook {
    shared: Arc<Shared>,
}

struct Shared {
    scope: Scope,
    records: Arc<dyn Records>,
    artifacts: Arc<dyn Artifacts>,
    folder: PathBuf,
    handle: IndicatorHandle,
    /// Sources whose set could not be opened, and why.
    broken: Mutex<BTreeMap<String, String>>,
    /// One change at a time.
    changing: tokio::sync::Mutex<()>,
    progress: Arc<Mutex<Option<Progress>>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) source: String,
    pub(crate) read: u64,
    pub(crate) of: u64,
}

impl IndicatorBook {
    /// Opens every set that the records name. One that cannot be opened is out of force, visibly,
    /// and stops nothing.
    ///
    /// # Errors
    /// When the records store or the folder fails.
    pub(crate) async fn open(
        scope: Scope,
        records: Arc<dyn Records>,
        artifacts: Arc<dyn Artifacts>,
        folder: PathBuf,
    ) -> Result<Self, KeepError> {
        std::fs::create_dir_all(&folder).map_err(KeepError::File)?;
        let book = Self {
            shared: Arc::new(Shared {
                scope,
                records,
                artifacts,
                folder,
                handle: IndicatorHandle::default(),
                broken: Mutex::default(),
                changing: tokio::sync::Mutex::default(),
                progress: Arc::default(),
            }),
        };
        book.load().await?;
        Ok(book)
    }

    /// Puts in force what the records name now.
    ///
    /// # Errors
    /// When the records store or the folder fails.
    pub(crate) async fn load(&self) -> Result<(), KeepError> {
        let entries = self.entries().await?;
        let mut sets = Vec::new();
        for (entry, _) in &entries {
            match self.shared.restore(entry).await {
                Ok(set) => sets.push((Arc::from(entry.source.as_str()), set)),
                Err(problem) => {
                    let reason = aurora_tasks::chain(&problem);
                    error!(
                        source = entry.source,
                        reason, "an indicator set is not in force"
                    );
                    self.broken().insert(entry.source.clone(), reason);
                }
            }
        }
        self.shared.handle.swap(Indicators::new(sets));
        self.shared
            .sweep(entries.iter().map(|(entry, _)| &*entry.id))
    }

    pub(crate) fn handle(&self) -> IndicatorHandle {
        self.shared.handle.clone()
    }

    /// Every source's entry with its version.
    pub(crate) async fn entries(&self) -> Result<Vec<(Entry, u64)>, KeepError> {
        let query = Query::of(Collection::IndicatorSets).limit(Query::MAX_LIMIT);
        let page = self.shared.records.list(&self.shared.scope, &query).await?;
        let documents = page.documents.into_iter();
        documents
            .map(|found| {
                let entry = serde_json::from_value(found.body).map_err(KeepError::Entry)?;
                Ok((entry, found.version))
            })
            .collect()
    }

    pub(crate) fn why_broken(&self, source: &str) -> Option<String> {
        self.broken().get(source).cloned()
    }

    /// Sources whose sets are not in force.
    pub(crate) fn broken_sources(&self) -> Vec<String> {
        self.broken().keys().cloned().collect()
    }

    fn broken(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.shared
            .broken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn progress(&self) -> Option<Progress> {
        let progress = self.shared.progress.lock();
        progress.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Compiles the inputs; the set stands in a file of its own until it is kept or dropped.
    ///
    /// # Errors
    /// [`KeepError::Busy`] while another import runs; else when an input is no feed.
    pub(crate) async fn compile(&self, input: Input) -> Result<Compiled, KeepError> {
        let _one = self
            .shared
            .changing
            .try_lock()
            .map_err(|_| KeepError::Busy)?;
        let (folder, progress) = (self.shared.folder.clone(), self.shared.progress.clone());
        let work = move || compile::compile(&input, &folder, &progress);
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| KeepError::CutOff)?
    }

    /// Keeps a compiled set and puts it in force in place of the source's last one.
    ///
    /// # Errors
    /// When a store fails; then the old set stays in force.
    pub(crate) async fn keep(
        &self,
        context: &Context,
        mut compiled: Compiled,
        describe: impl FnOnce(&Set, Vec<String>) -> Entry,
    ) -> Result<(Entry, bool), KeepError> {
        let _one = self.shared.changing.lock().await;
        let pieces = self.shared.put(context, &compiled).await?;
        let entry = describe(&compiled.set, pieces);
        let old = self.entry(&entry.source).await?;
        let guard = old
            .as_ref()
            .map_or(Guard::New, |(_, version)| Guard::Version(*version));
        let body = serde_json::to_value(&entry).expect("an entry is plain data");
        let action = Action::on("indicator.import", [&entry.source, &entry.id]);
        let change =
            Change::decided(action).put(Collection::IndicatorSets, &entry.source, guard, body);
        self.shared.records.commit(context, change).await?;
        self.shared.place(&mut compiled, &entry.id)?;
        self.swap(&entry.source, Some(compiled.set.clone()));
        let replaced = old.is_some();
        if let Some((old, _)) = old {
            self.forget(context, &old).await?;
        }
        info!(
            source = entry.source,
            indicators = entry.indicators,
            "an indicator set is in force"
        );
        Ok((entry, replaced))
    }

    /// Takes a source's set out of force.
    ///
    /// # Errors
    /// [`KeepError::NoSuchSource`], or when a store fails.
    pub(crate) async fn remove(&self, context: &Context, source: &str) -> Result<(), KeepError> {
        let _one = self.shared.changing.lock().await;
        let found = self.entry(source).await?;
        let (old, version) = found.ok_or_else(|| KeepError::NoSuchSource(source.to_owned()))?;
        let action = Action::on("indicator.remove", [source, &old.id]);
        let change = Change::decided(action).remove(
            Collection::IndicatorSets,
            source,
            Guard::Version(version),
        );
        self.shared.records.commit(context, change).await?;
        self.swap(source, None);
        self.forget(context, &old).await
    }

    pub(crate) async fn entry(&self, source: &str) -> Result<Option<(Entry, u64)>, KeepError> {
        let shared = &self.shared;
        let found = shared
            .records
            .get(&shared.scope, Collection::IndicatorSets, source)
            .await?;
        let read = |found: aurora_records::Document| {
            let entry = serde_json::from_value(found.body).map_err(KeepError::Entry)?;
            Ok((entry, found.version))
        };
        found.map(read).transpose()
    }

    fn swap(&self, source: &str, set: Option<Arc<Set>>) {
        let handle = &self.shared.handle;
        handle.swap(handle.current().with(source, set));
        self.broken().remove(source);
    }

    /// Lets go of what no other source's set is made of.
    async fn forget(&self, context: &Context, old: &Entry) -> Result<(), KeepError> {
        let entries = self.entries().await?;
        let used = |piece: &String| {
            entries
                .iter()
                .any(|(entry, _)| entry.pieces.contains(piece))
        };
        for piece in old.pieces.iter().filter(|piece| !used(piece)) {
            let digest = keep::digest(piece)?;
            self.shared.artifacts.remove(context, digest).await?;
        }
        if entries.iter().all(|(entry, _)| entry.id != old.id) {
            self.shared.drop_file(&old.id)?;
        }
        Ok(())
    }
}
