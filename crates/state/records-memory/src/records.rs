use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use aurora_clock::Clock;
use aurora_model::{Context, Decision, Scope};
use aurora_records::{
    Change, Collection, Committed, DecisionQuery, Document, Error, Moment, Page, Query, Records,
};

use crate::held::{Held, starting};
use crate::select::select;

/// Records that live in this process.
#[derive(Debug)]
pub struct MemoryRecords {
    scopes: Arc<Mutex<BTreeMap<Scope, Held>>>,
    clock: Arc<dyn Clock>,
    closed: AtomicBool,
}

impl MemoryRecords {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            scopes: Arc::default(),
            clock,
            closed: AtomicBool::new(false),
        }
    }

    /// An open store on what this one holds: what a restart is to a durable store.
    #[must_use]
    pub fn reopen(&self, clock: Arc<dyn Clock>) -> Self {
        Self {
            scopes: self.scopes.clone(),
            clock,
            closed: AtomicBool::new(false),
        }
    }

    /// Nothing panics while the lock is held, so what is behind a poisoned one is whole.
    fn scopes(&self) -> Result<MutexGuard<'_, BTreeMap<Scope, Held>>, Error> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::Closed);
        }
        Ok(self.scopes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn read<T: Default>(&self, scope: &Scope, read: impl FnOnce(&Held) -> T) -> Result<T, Error> {
        Ok(self.scopes()?.get(scope).map(read).unwrap_or_default())
    }
}

#[async_trait]
impl Records for MemoryRecords {
    async fn commit(&self, context: &Context, change: Change) -> Result<Committed, Error> {
        let now = self.clock.now();
        let mut scopes = self.scopes()?;
        scopes
            .entry(context.scope.clone())
            .or_default()
            .commit(context, change, now)
    }

    async fn get(
        &self,
        scope: &Scope,
        collection: Collection,
        id: &str,
    ) -> Result<Option<Document>, Error> {
        self.read(scope, |held| {
            held.documents.get(&(collection, id.to_owned())).cloned()
        })
    }

    async fn list(&self, scope: &Scope, query: &Query) -> Result<Page, Error> {
        query.check()?;
        self.read(scope, |held| select(held, query))
    }

    async fn slot(&self, scope: &Scope, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.read(scope, |held| held.slots.get(key).cloned())
    }

    async fn slots(&self, scope: &Scope, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
        self.read(scope, |held| starting(&held.slots, prefix))
    }

    async fn counters(&self, scope: &Scope, prefix: &str) -> Result<Vec<(String, u64)>, Error> {
        self.read(scope, |held| starting(&held.counters, prefix))
    }

    async fn moment(&self, scope: &Scope, slots: &[&str], counters: &str) -> Result<Moment, Error> {
        self.read(scope, |held| Moment {
            slots: slots
                .iter()
                .flat_map(|prefix| starting(&held.slots, prefix))
                .collect(),
            counters: starting(&held.counters, counters),
        })
    }

    async fn decisions(
        &self,
        scope: &Scope,
        query: &DecisionQuery,
    ) -> Result<Vec<Decision>, Error> {
        let about = |decision: &&Decision| {
            query
                .object
                .as_ref()
                .is_none_or(|object| decision.action.objects.contains(object))
        };
        self.read(scope, |held| {
            let later = held
                .decisions
                .iter()
                .filter(|decision| decision.seq > query.after);
            later.filter(about).take(query.limit).cloned().collect()
        })
    }

    async fn close(&self) -> Result<(), Error> {
        self.closed.store(true, Ordering::Release);
        Ok(())
    }
}
