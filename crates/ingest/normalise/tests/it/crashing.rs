//! A records store that fails a worker at a chosen commit.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use aurora_model::{Context, Decision, Scope};
use aurora_records::{
    Change, Collection, Committed, DecisionQuery, Document, Error, Page, Query, Records,
};
use aurora_records_memory::MemoryRecords;

/// When it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Nothing was written.
    Before,
    /// Everything was, but the worker does not learn of it.
    After,
}

#[derive(Debug)]
pub struct Crashing {
    inner: MemoryRecords,
    /// Commits that succeed before the one that fails.
    fuse: Mutex<Option<(u32, Side)>>,
}

impl Crashing {
    pub fn new(inner: MemoryRecords) -> Self {
        Self {
            inner,
            fuse: Mutex::new(None),
        }
    }

    pub fn arm(&self, fuse: Option<(u32, Side)>) {
        *self.fuse.lock().unwrap_or_else(PoisonError::into_inner) = fuse;
    }

    fn burn(&self) -> Option<Side> {
        let mut fuse = self.fuse.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *fuse {
            Some((0, side)) => Some(*side),
            Some((left, _)) => {
                *left -= 1;
                None
            }
            None => None,
        }
    }
}

#[async_trait]
impl Records for Crashing {
    async fn commit(&self, context: &Context, change: Change) -> Result<Committed, Error> {
        match self.burn() {
            None => self.inner.commit(context, change).await,
            Some(Side::Before) => Err(Error::Closed),
            Some(Side::After) => {
                self.inner.commit(context, change).await?;
                Err(Error::Closed)
            }
        }
    }

    async fn get(
        &self,
        scope: &Scope,
        collection: Collection,
        id: &str,
    ) -> Result<Option<Document>, Error> {
        self.inner.get(scope, collection, id).await
    }

    async fn list(&self, scope: &Scope, query: &Query) -> Result<Page, Error> {
        self.inner.list(scope, query).await
    }

    async fn slot(&self, scope: &Scope, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.inner.slot(scope, key).await
    }

    async fn slots(&self, scope: &Scope, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
        self.inner.slots(scope, prefix).await
    }

    async fn counters(&self, scope: &Scope, prefix: &str) -> Result<Vec<(String, u64)>, Error> {
        self.inner.counters(scope, prefix).await
    }

    async fn decisions(
        &self,
        scope: &Scope,
        query: &DecisionQuery,
    ) -> Result<Vec<Decision>, Error> {
        self.inner.decisions(scope, query).await
    }

    async fn close(&self) -> Result<(), Error> {
        self.inner.close().await
    }
}
