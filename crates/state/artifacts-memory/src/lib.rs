//! The artifacts port in memory, for simulation and tests.
//!
//! What it is: [`MemoryArtifacts`], which passes the port's suite. What it is not: durable.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use aurora_artifacts::{Artifacts, Digest, Error};
use aurora_model::{Context, Scope};
use bytes::Bytes;

type Blobs = BTreeMap<(Scope, Digest), Bytes>;

/// Blobs that live as long as one of its clones.
#[derive(Clone, Debug, Default)]
pub struct MemoryArtifacts(Arc<Mutex<Blobs>>);

impl MemoryArtifacts {
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces a blob's bytes and leaves its digest, as a failing disk would.
    pub fn damage(&self, scope: &Scope, digest: Digest, bytes: Bytes) {
        self.blobs().insert((scope.clone(), digest), bytes);
    }

    /// Everything of a scope, by digest.
    pub fn kept(&self, scope: &Scope) -> BTreeSet<Digest> {
        let blobs = self.blobs();
        let own = blobs.keys().filter(|(of, _)| of == scope);
        own.map(|(_, digest)| *digest).collect()
    }

    /// Nothing panics while the lock is held, so what is behind a poisoned one is whole.
    fn blobs(&self) -> MutexGuard<'_, Blobs> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Artifacts for MemoryArtifacts {
    async fn put(&self, context: &Context, bytes: Bytes) -> Result<Digest, Error> {
        let digest = Digest::of(&bytes);
        self.blobs().insert((context.scope.clone(), digest), bytes);
        Ok(digest)
    }

    async fn get(&self, scope: &Scope, digest: Digest) -> Result<Option<Bytes>, Error> {
        let found = self.blobs().get(&(scope.clone(), digest)).cloned();
        match found {
            Some(bytes) if Digest::of(&bytes) != digest => Err(Error::Damaged(digest)),
            found => Ok(found),
        }
    }

    async fn has(&self, scope: &Scope, digest: Digest) -> Result<bool, Error> {
        Ok(self.blobs().contains_key(&(scope.clone(), digest)))
    }

    async fn remove(&self, context: &Context, digest: Digest) -> Result<(), Error> {
        self.blobs().remove(&(context.scope.clone(), digest));
        Ok(())
    }
}
