//! Stores whose calls fail, or that a process is cut off in, before a call's effect or after it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aurora_artifacts::{Artifacts, Digest, Error as ArtifactsError};
use aurora_artifacts_memory::MemoryArtifacts;
use aurora_model::{Context, Scope};
use aurora_records::testkit::Hook;
use aurora_records::{Change, Committed, Error as RecordsError, Records};
use aurora_records_memory::MemoryRecords;
use bytes::Bytes;
use tokio::sync::Notify;

use crate::correlate::snapshot::manifest::{Manifest, SLOT};
use crate::sharing::Part;

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The process comes no further, for now or for ever.
    Stops { done: bool },
    /// An error, which says nothing about whether it was done.
    Fails { done: bool },
}

/// One process's calls.
#[derive(Debug, Default)]
pub(super) struct Hand {
    /// After so many calls.
    plan: Mutex<Option<(usize, Fault)>>,
    pub(super) is_hit: Mutex<bool>,
    /// It has come to where it stops.
    pub(super) stuck: Notify,
    /// It may go on.
    pub(super) go: Notify,
}

impl Hand {
    pub(super) fn plan(&self, fault: Option<(usize, Fault)>) {
        *self.plan.lock().unwrap() = fault;
        *self.is_hit.lock().unwrap() = false;
    }

    fn next(&self) -> Option<Fault> {
        let mut plan = self.plan.lock().unwrap();
        let (left, fault) = plan.as_mut()?;
        if *left > 0 {
            *left -= 1;
            return None;
        }
        let fault = *fault;
        *plan = None;
        *self.is_hit.lock().unwrap() = true;
        Some(fault)
    }

    async fn hang(&self) {
        self.stuck.notify_one();
        self.go.notified().await;
    }
}

/// What everybody shares, and what must hold of it at every moment.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) scope: Scope,
    pub(super) part: Part,
    pub(super) records: Arc<MemoryRecords>,
    pub(super) artifacts: MemoryArtifacts,
}

impl Shared {
    /// The blobs of the newest snapshot.
    pub(super) async fn newest(&self) -> Option<BTreeSet<Digest>> {
        let slot = self.part.slot(SLOT);
        let slot = self.records.slot(&self.scope, &slot).await.unwrap()?;
        let digest = Digest::parse(std::str::from_utf8(&slot).unwrap()).unwrap();
        let text = self.artifacts.get(&self.scope, digest).await.unwrap();
        let text = text.expect("the newest manifest is there");
        let manifest: Manifest = serde_json::from_slice(&text).unwrap();
        let files = manifest.files.into_values();
        let files = files.map(|kept| Digest::parse(&kept.digest).unwrap());
        Some(files.chain([digest]).collect())
    }

    /// Every file of the newest snapshot is there.
    pub(super) async fn check(&self) {
        let needed = self.newest().await.unwrap_or_default();
        let kept = self.artifacts.kept(&self.scope);
        let missing: Vec<_> = needed.difference(&kept).collect();
        assert!(missing.is_empty(), "the newest snapshot lacks {missing:?}");
    }
}

/// Stores as one process has them.
#[derive(Clone)]
pub(super) struct Faulty {
    pub(super) shared: Shared,
    pub(super) hand: Arc<Hand>,
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faulty")
    }
}

impl Faulty {
    async fn call<T, E>(
        &self,
        call: impl Future<Output = Result<T, E>> + Send,
        failed: fn(std::io::Error) -> E,
    ) -> Result<T, E> {
        let failure = || failed(std::io::Error::other("it was to fail"));
        let fault = self.hand.next();
        match fault {
            Some(Fault::Stops { done: false }) => self.hand.hang().await,
            Some(Fault::Fails { done: false }) => return Err(failure()),
            _ => {}
        }
        let done = call.await;
        self.shared.check().await;
        match fault {
            Some(Fault::Stops { done: true }) => self.hand.hang().await,
            Some(Fault::Fails { done: true }) => return Err(failure()),
            _ => {}
        }
        done
    }
}

#[async_trait]
impl Artifacts for Faulty {
    async fn put(&self, context: &Context, bytes: Bytes) -> Result<Digest, ArtifactsError> {
        let put = self.shared.artifacts.put(context, bytes);
        self.call(put, ArtifactsError::storage).await
    }

    async fn get(&self, scope: &Scope, digest: Digest) -> Result<Option<Bytes>, ArtifactsError> {
        let get = self.shared.artifacts.get(scope, digest);
        self.call(get, ArtifactsError::storage).await
    }

    async fn has(&self, scope: &Scope, digest: Digest) -> Result<bool, ArtifactsError> {
        let has = self.shared.artifacts.has(scope, digest);
        self.call(has, ArtifactsError::storage).await
    }

    async fn remove(&self, context: &Context, digest: Digest) -> Result<(), ArtifactsError> {
        let remove = self.shared.artifacts.remove(context, digest);
        self.call(remove, ArtifactsError::storage).await
    }
}

#[async_trait]
impl Hook for Faulty {
    async fn commit(
        &self,
        store: &dyn Records,
        context: &Context,
        change: Change,
    ) -> Result<Committed, RecordsError> {
        let commit = store.commit(context, change);
        self.call(commit, RecordsError::storage).await
    }

    async fn slot(
        &self,
        store: &dyn Records,
        scope: &Scope,
        key: &str,
    ) -> Result<Option<Vec<u8>>, RecordsError> {
        let slot = store.slot(scope, key);
        self.call(slot, RecordsError::storage).await
    }
}
