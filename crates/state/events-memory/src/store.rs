use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use aurora_clock::Timestamp;
use aurora_events::{
    Answer, Error, Events, HuntOptions, Inserted, Row, StoreInfo, TimeRange, Window, answer,
    only_stored,
};
use aurora_hunt::Query;
use aurora_model::{BatchId, EventUid, Scope, SourceName};
use serde_json::{Map, Value};

/// Events in a list. Cheap to make, gone when dropped.
#[derive(Debug, Default)]
pub struct MemoryEvents {
    scopes: Mutex<BTreeMap<Scope, Shelf>>,
    /// Rows that a hunt may choose from.
    most: Option<usize>,
    /// Inserts that will find no memory.
    refused: AtomicUsize,
}

#[derive(Debug, Default)]
struct Shelf {
    rows: Vec<Kept>,
    tokens: BTreeMap<BatchId, HashSet<SourceName>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) source: SourceName,
    pub(crate) received_at: Timestamp,
    pub(crate) uid: String,
    pub(crate) time: Timestamp,
    pub(crate) event: Value,
    bytes: u64,
}

impl MemoryEvents {
    pub fn new() -> Self {
        Self::default()
    }

    /// As an engine that is short of memory: refuses hunts that more than `most` rows answer.
    pub fn scarce(most: usize) -> Self {
        Self {
            most: Some(most),
            ..Self::default()
        }
    }

    /// The next `count` inserts find no memory.
    pub fn refuse_inserts(&self, count: usize) {
        self.refused.store(count, Ordering::SeqCst);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Scope, Shelf>> {
        self.scopes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, scope: &Scope, read: impl FnOnce(&[Kept]) -> T) -> T {
        let scopes = self.lock();
        read(scopes.get(scope).map_or(&[], |shelf| &shelf.rows))
    }

    fn remove(&self, scope: &Scope, gone: impl Fn(&Kept) -> bool) -> u64 {
        let mut scopes = self.lock();
        let Some(shelf) = scopes.get_mut(scope) else {
            return 0;
        };
        let before = shelf.rows.len();
        shelf.rows.retain(|row| !gone(row));
        (before - shelf.rows.len()) as u64
    }
}

fn kept(row: Row) -> Result<Kept, Error> {
    let event = row.item.event().map_err(Error::storage)?;
    Ok(Kept {
        source: row.source,
        received_at: row.received_at,
        uid: row.item.uid.to_string(),
        time: row.item.time,
        event: Value::Object(event),
        bytes: row.item.json.len() as u64,
    })
}

fn selected<'r>(rows: &'r [Kept], query: &Query, range: TimeRange) -> Vec<&'r Kept> {
    let within = |row: &&Kept| range.from <= row.time && row.time < range.until;
    rows.iter()
        .filter(within)
        .filter(|row| query.filter.is_match(*row))
        .collect()
}

#[async_trait]
impl Events for MemoryEvents {
    async fn insert(
        &self,
        scope: &Scope,
        token: BatchId,
        rows: Vec<Row>,
    ) -> Result<Inserted, Error> {
        let fewer = |left: usize| left.checked_sub(1);
        if self
            .refused
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer)
            .is_ok()
        {
            return Err(Error::TooMuchMemory { limit_mb: 0 });
        }
        let count = rows.len() as u64;
        let sources = rows.iter().map(|row| row.source.clone()).collect();
        let rows = rows.into_iter().map(kept).collect::<Result<Vec<_>, _>>()?;
        let mut scopes = self.lock();
        let shelf = scopes.entry(scope.clone()).or_default();
        if shelf.tokens.contains_key(&token) {
            return Ok(Inserted {
                rows: count,
                duplicate: true,
            });
        }
        shelf.tokens.insert(token, sources);
        shelf.rows.extend(rows);
        Ok(Inserted {
            rows: count,
            duplicate: false,
        })
    }

    async fn hunt(
        &self,
        scope: &Scope,
        query: &Query,
        options: &HuntOptions,
    ) -> Result<Answer, Error> {
        only_stored(query)?;
        self.with(scope, |rows| {
            let found = selected(rows, query, options.range);
            match self.most {
                Some(most) if found.len() > most => Err(Error::TooMuchMemory { limit_mb: 0 }),
                _ => Ok(answer(query, options.limit, found)),
            }
        })
    }

    async fn get(
        &self,
        scope: &Scope,
        uids: &[EventUid],
    ) -> Result<Vec<Map<String, Value>>, Error> {
        let uids: HashSet<String> = uids.iter().map(EventUid::to_string).collect();
        Ok(self.with(scope, |rows| {
            let wanted = rows.iter().filter(|row| uids.contains(&row.uid));
            wanted
                .filter_map(|row| row.event.as_object().cloned())
                .collect()
        }))
    }

    async fn histogram(
        &self,
        scope: &Scope,
        query: &Query,
        range: TimeRange,
        bucket: Duration,
    ) -> Result<Vec<Window>, Error> {
        only_stored(query)?;
        let width = i64::try_from(bucket.as_millis()).unwrap_or(i64::MAX).max(1);
        let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
        self.with(scope, |rows| {
            for row in selected(rows, query, range) {
                let start = row.time.as_millis().div_euclid(width).saturating_mul(width);
                *counts.entry(start).or_default() += 1;
            }
        });
        let window = |(start, count)| Window {
            start: Timestamp::from_millis(start),
            count,
        };
        Ok(counts.into_iter().map(window).collect())
    }

    async fn count_by_source(&self, scope: &Scope) -> Result<Vec<(SourceName, u64)>, Error> {
        let mut counts: BTreeMap<SourceName, u64> = BTreeMap::new();
        self.with(scope, |rows| {
            for row in rows {
                *counts.entry(row.source.clone()).or_default() += 1;
            }
        });
        Ok(counts.into_iter().collect())
    }

    async fn info(&self, scope: &Scope) -> Result<StoreInfo, Error> {
        Ok(self.with(scope, |rows| StoreInfo {
            rows: rows.len() as u64,
            bytes: rows.iter().map(|row| row.bytes).sum(),
            oldest: rows.iter().map(|row| row.time).min(),
            newest: rows.iter().map(|row| row.time).max(),
        }))
    }

    async fn expire(&self, scope: &Scope, before: Timestamp) -> Result<u64, Error> {
        Ok(self.remove(scope, |row| row.received_at < before))
    }

    async fn remove_source(&self, scope: &Scope, source: &SourceName) -> Result<u64, Error> {
        let removed = self.remove(scope, |row| row.source == *source);
        // What was removed on purpose may come back, so its batches are forgotten with it.
        if let Some(shelf) = self.lock().get_mut(scope) {
            shelf.tokens.retain(|_, sources| !sources.contains(source));
        }
        Ok(removed)
    }

    async fn close(&self) -> Result<(), Error> {
        Ok(())
    }
}
