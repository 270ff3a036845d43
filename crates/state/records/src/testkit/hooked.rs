//! A store some of whose calls meet a test first.

use std::sync::Arc;

use async_trait::async_trait;
use aurora_model::{Context, Decision, Scope};

use crate::{
    Change, Collection, Committed, DecisionQuery, Document, Error, Head, Moment, Page, Query,
    Records,
};

/// What a test does in place of a call; by default it lets it through.
#[async_trait]
pub trait Hook: Send + Sync + std::fmt::Debug {
    /// # Errors
    /// The store's, or the test's own.
    async fn commit(
        &self,
        store: &dyn Records,
        context: &Context,
        change: Change,
    ) -> Result<Committed, Error> {
        store.commit(context, change).await
    }

    /// # Errors
    /// The store's, or the test's own.
    async fn slot(
        &self,
        store: &dyn Records,
        scope: &Scope,
        key: &str,
    ) -> Result<Option<Vec<u8>>, Error> {
        store.slot(scope, key).await
    }
}

/// A store behind a hook.
#[derive(Debug)]
pub struct Hooked<H> {
    store: Arc<dyn Records>,
    pub hook: H,
}

impl<H> Hooked<H> {
    pub fn new(store: Arc<dyn Records>, hook: H) -> Self {
        Self { store, hook }
    }
}

#[async_trait]
impl<H: Hook> Records for Hooked<H> {
    async fn commit(&self, context: &Context, change: Change) -> Result<Committed, Error> {
        self.hook.commit(&*self.store, context, change).await
    }

    async fn get(
        &self,
        scope: &Scope,
        collection: Collection,
        id: &str,
    ) -> Result<Option<Document>, Error> {
        self.store.get(scope, collection, id).await
    }

    async fn list(&self, scope: &Scope, query: &Query) -> Result<Page, Error> {
        self.store.list(scope, query).await
    }

    async fn get_all(
        &self,
        scope: &Scope,
        collection: Collection,
        ids: &[String],
    ) -> Result<Vec<Document>, Error> {
        self.store.get_all(scope, collection, ids).await
    }

    async fn heads(&self, scope: &Scope, query: &Query) -> Result<Vec<Head>, Error> {
        self.store.heads(scope, query).await
    }

    async fn slot(&self, scope: &Scope, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.hook.slot(&*self.store, scope, key).await
    }

    async fn slots(&self, scope: &Scope, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
        self.store.slots(scope, prefix).await
    }

    async fn slots_of(
        &self,
        scope: &Scope,
        keys: &[String],
    ) -> Result<Vec<(String, Vec<u8>)>, Error> {
        self.store.slots_of(scope, keys).await
    }

    async fn count_slots(&self, scope: &Scope, prefix: &str) -> Result<u64, Error> {
        self.store.count_slots(scope, prefix).await
    }

    async fn counters(&self, scope: &Scope, prefix: &str) -> Result<Vec<(String, u64)>, Error> {
        self.store.counters(scope, prefix).await
    }

    async fn moment(&self, scope: &Scope, slots: &[&str], counters: &str) -> Result<Moment, Error> {
        self.store.moment(scope, slots, counters).await
    }

    async fn decisions(
        &self,
        scope: &Scope,
        query: &DecisionQuery,
    ) -> Result<Vec<Decision>, Error> {
        self.store.decisions(scope, query).await
    }

    async fn close(&self) -> Result<(), Error> {
        self.store.close().await
    }
}
