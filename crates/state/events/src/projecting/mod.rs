//! Hunts that name ECS fields, answered by a store of OCSF events.
//!
//! What can be turned round goes into the store's own query. The rest is worked out from the events that the store
//! finds: the newest first, a page at a time, up to a bound. An answer says so, and a bound that was reached is never
//! silent.

mod document;
mod examine;
mod grouped;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aurora_clock::Timestamp;
use aurora_hunt::{Field, Filter, Output, Query};
use aurora_model::{BatchId, EventUid, Scope, SourceName};
use serde_json::{Map, Value};

use crate::answer::{columns, resolved};
use crate::{Answer, Error, Events, HuntOptions, Inserted, Row, StoreInfo, TimeRange, Window};
use examine::Examination;

/// A store that also understands ECS names. Nothing ECS is kept.
#[derive(Clone, Debug)]
pub struct Projecting {
    store: Arc<dyn Events>,
}

impl Projecting {
    pub fn new(store: Arc<dyn Events>) -> Self {
        Self { store }
    }
}

/// Refuses a query that only [`Projecting`] can answer.
///
/// # Errors
/// [`Error::Unanswerable`], naming the field.
pub fn only_stored(query: &Query) -> Result<(), Error> {
    match query.fields().into_iter().find(|field| is_ecs(field)) {
        None => Ok(()),
        Some(field) => Err(Error::Unanswerable(format!(
            "`{}` is a field of ECS, and this store was asked without its projection",
            field.written
        ))),
    }
}

fn is_ecs(field: &Field) -> bool {
    field.ecs().is_some()
}

/// The fields of the answer and of its order, as opposed to those of the filter.
fn shown(query: &Query) -> Vec<Field> {
    let plain = Query {
        filter: Filter::All,
        ..query.clone()
    };
    plain.fields().into_iter().cloned().collect()
}

/// `field` or `field, field`, as written, in backquotes.
fn named<'f>(fields: impl Iterator<Item = &'f Field>) -> String {
    let mut names: Vec<String> = fields.map(|field| format!("`{}`", field.written)).collect();
    names.dedup();
    names.join(", ")
}

#[async_trait]
impl Events for Projecting {
    async fn hunt(
        &self,
        scope: &Scope,
        query: &Query,
        options: &HuntOptions,
    ) -> Result<Answer, Error> {
        if only_stored(query).is_ok() {
            return self.store.hunt(scope, query, options).await;
        }
        let pushed = query.filter.pushed();
        let shows_ecs = shown(query).iter().any(is_ecs);
        let answer = match (&query.output, pushed.after) {
            (_, None) if !shows_ecs => {
                let stored = Query {
                    filter: pushed.filter,
                    ..query.clone()
                };
                self.store.hunt(scope, &stored, options).await?
            }
            (Output::Count { by }, None) => {
                let whole = grouped::Grouped {
                    store: &*self.store,
                    scope,
                    options,
                    by,
                };
                whole.answer(query, pushed.filter).await?
            }
            (_, after) => {
                let examination = Examination::new(query, pushed.filter, after);
                let found = examination.run(&*self.store, scope, options).await?;
                found.answer(query, options.limit)
            }
        };
        Ok(Answer {
            columns: columns(query),
            resolved: resolved(query),
            ..answer
        })
    }

    async fn histogram(
        &self,
        scope: &Scope,
        query: &Query,
        range: TimeRange,
        bucket: Duration,
    ) -> Result<Vec<Window>, Error> {
        let pushed = query.filter.pushed();
        let stored = Query {
            filter: pushed.filter.clone(),
            output: Output::Events,
            sort: Vec::new(),
            limit: None,
        };
        let Some(after) = pushed.after else {
            return self.store.histogram(scope, &stored, range, bucket).await;
        };
        let all = Query {
            filter: query.filter.clone(),
            output: Output::Count { by: Vec::new() },
            ..stored
        };
        let options = HuntOptions {
            range,
            limit: 1,
            timeout: Duration::from_secs(30),
        };
        let examination = Examination::new(&all, pushed.filter, Some(after));
        let found = examination.run(&*self.store, scope, &options).await?;
        if !found.is_complete() {
            return Err(Error::Unanswerable(format!(
                "a histogram of what is worked out after reading covers {} events at most: narrow its time range or add a filter",
                examine::EVENTS
            )));
        }
        Ok(found.histogram(bucket))
    }

    async fn insert(
        &self,
        scope: &Scope,
        token: BatchId,
        rows: Vec<Row>,
    ) -> Result<Inserted, Error> {
        self.store.insert(scope, token, rows).await
    }

    async fn get(
        &self,
        scope: &Scope,
        uids: &[EventUid],
    ) -> Result<Vec<Map<String, Value>>, Error> {
        self.store.get(scope, uids).await
    }

    async fn count_by_source(&self, scope: &Scope) -> Result<Vec<(SourceName, u64)>, Error> {
        self.store.count_by_source(scope).await
    }

    async fn info(&self, scope: &Scope) -> Result<StoreInfo, Error> {
        self.store.info(scope).await
    }

    async fn expire(&self, scope: &Scope, before: Timestamp) -> Result<u64, Error> {
        self.store.expire(scope, before).await
    }

    async fn remove_source(&self, scope: &Scope, source: &SourceName) -> Result<u64, Error> {
        self.store.remove_source(scope, source).await
    }

    async fn close(&self) -> Result<(), Error> {
        self.store.close().await
    }
}
