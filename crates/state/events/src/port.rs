use std::time::Duration;

use async_trait::async_trait;
use aurora_clock::Timestamp;
use aurora_hunt::Query;
use aurora_model::{BatchId, EventItem, EventUid, Scope, SourceName};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Error;

/// One event to keep. The adapter reads what it promotes to columns from the item's attributes.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub source: SourceName,
    pub received_at: Timestamp,
    pub item: EventItem,
}

/// What became of an insert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inserted {
    /// Rows handed over.
    pub rows: u64,
    /// The token was seen before; nothing was stored again. Adapters that cannot tell say `false`.
    pub duplicate: bool,
}

/// Event time, `from..until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeRange {
    pub from: Timestamp,
    pub until: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HuntOptions {
    pub range: TimeRange,
    /// Rows at most; more sets [`Answer::truncated`].
    pub limit: usize,
    pub timeout: Duration,
}

/// What a hunt saw.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// For aggregations, their columns. For events: `time, uid, class_name, event`.
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Value>>,
    /// More matched than were returned.
    pub truncated: bool,
    /// Each field as the user wrote it and the path it was resolved to.
    pub resolved: Vec<(String, String)>,
    /// Rows the engine looked at, where it tells.
    pub scanned: Option<u64>,
    /// What people should know about how the answer came about, such as what was worked out after reading.
    #[serde(default)]
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
}

/// A histogram's bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub start: Timestamp,
    pub count: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoreInfo {
    pub rows: u64,
    pub bytes: u64,
    pub oldest: Option<Timestamp>,
    pub newest: Option<Timestamp>,
}

/// The store of events. Every call names a scope; there is no way to see across scopes.
///
/// An adapter answers queries over what is stored; [`crate::Projecting`] before it serves those that name ECS fields.
#[async_trait]
pub trait Events: Send + Sync + std::fmt::Debug {
    /// Stores `rows` durably. The same `token` within the last 10,000 inserts stores them once,
    /// so that an insert whose answer was lost is repeated without harm.
    ///
    /// # Errors
    /// Those that [`Error::passes`] says are worth trying again, with the same token.
    async fn insert(
        &self,
        scope: &Scope,
        token: BatchId,
        rows: Vec<Row>,
    ) -> Result<Inserted, Error>;

    /// # Errors
    /// See [`Error`]; a query never harms the store.
    async fn hunt(
        &self,
        scope: &Scope,
        query: &Query,
        options: &HuntOptions,
    ) -> Result<Answer, Error>;

    /// Events with these uids, in no particular order; unknown ones are left out.
    ///
    /// # Errors
    /// When the store fails.
    async fn get(&self, scope: &Scope, uids: &[EventUid])
    -> Result<Vec<Map<String, Value>>, Error>;

    /// Counts per bucket over event time, empty buckets left out.
    ///
    /// # Errors
    /// See [`Error`].
    async fn histogram(
        &self,
        scope: &Scope,
        query: &Query,
        range: TimeRange,
        bucket: Duration,
    ) -> Result<Vec<Window>, Error>;

    /// Rows per source, by counting them; the ledger's tests compare with this.
    ///
    /// # Errors
    /// When the store fails.
    async fn count_by_source(&self, scope: &Scope) -> Result<Vec<(SourceName, u64)>, Error>;

    /// # Errors
    /// When the store fails.
    async fn info(&self, scope: &Scope) -> Result<StoreInfo, Error>;

    /// Lets go of events received before `before`. Returns how many rows went.
    ///
    /// # Errors
    /// When the store fails.
    async fn expire(&self, scope: &Scope, before: Timestamp) -> Result<u64, Error>;

    /// Removes every event of one source; the demonstration cleans up with it.
    ///
    /// # Errors
    /// When the store fails.
    async fn remove_source(&self, scope: &Scope, source: &SourceName) -> Result<u64, Error>;

    /// # Errors
    /// When the store fails.
    async fn close(&self) -> Result<(), Error>;
}
