//! Announced inserts: the range of sequences is written down before its rows go in.

use std::sync::Arc;
use std::time::Duration;

use aurora_events::{Error as EventsError, Events, Row};
use aurora_ids::Derive;
use aurora_model::{BatchId, Context, Scope};
use aurora_records::{Change, Records, SlotWrite, place};
use aurora_tasks::Shutdown;
use tracing::warn;

use crate::Error;

/// A range of a stream's sequences, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

/// Checkpoint, intent and inserts of one stream.
#[derive(Clone, Debug)]
pub(crate) struct Inserter {
    pub(crate) events: Arc<dyn Events>,
    pub(crate) records: Arc<dyn Records>,
    /// Whose checkpoint this is: the site's own bookkeeping, whatever tenants the rows are of.
    pub(crate) scope: Scope,
    /// Slot of the checkpoint; the intent's is this plus `/intent`.
    pub(crate) slot: &'static str,
    pub(crate) retry: Duration,
}

impl Inserter {
    pub(crate) async fn floor(&self) -> Result<u64, Error> {
        Ok(place::read(self.records.as_ref(), &self.scope, self.slot).await?)
    }

    /// The range that was announced but is not covered by the checkpoint.
    pub(crate) async fn announced(&self, floor: u64) -> Result<Option<Range>, Error> {
        let key = self.intent_slot();
        let Some(bytes) = self.records.slot(&self.scope, &key).await? else {
            return Ok(None);
        };
        let (first, last) = bytes.split_at(bytes.len().min(8));
        let range = Range {
            first: place::decode(&key, first)?,
            last: place::decode(&key, last)?,
        };
        Ok((range.last > floor).then_some(range))
    }

    pub(crate) async fn announce(&self, context: &Context, range: Range) -> Result<(), Error> {
        let mut bytes = range.first.to_le_bytes().to_vec();
        bytes.extend_from_slice(&range.last.to_le_bytes());
        let change = Change::progress().slot(&self.intent_slot(), bytes);
        self.records.commit(context, change).await?;
        Ok(())
    }

    /// Inserts until it succeeds; `false` when shutdown came first and nothing is known to be in.
    /// `rows` makes the rows, anew for each attempt: a copy for a failure that seldom comes would
    /// double the memory of every insert.
    pub(crate) async fn insert(
        &self,
        scope: &Scope,
        range: Range,
        rows: &(dyn Fn() -> Result<Vec<Row>, Error> + Sync),
        shutdown: &Shutdown,
    ) -> Result<bool, Error> {
        let token = self.token(scope, range);
        loop {
            match self.events.insert(scope, token, rows()?).await {
                Ok(_) => return Ok(true),
                Err(error @ (EventsError::Unavailable(_) | EventsError::Full { .. })) => {
                    warn!(%error, "events wait for the event store");
                }
                Err(error) => return Err(error.into()),
            }
            tokio::select! {
                () = shutdown.cancelled() => return Ok(false),
                () = tokio::time::sleep(self.retry) => {}
            }
        }
    }

    /// Moves the checkpoint over `range`, with whatever else belongs to it.
    pub(crate) async fn settle(
        &self,
        context: &Context,
        floor: u64,
        range: Range,
        mut change: Change,
    ) -> Result<(), Error> {
        change.slots.push(SlotWrite {
            key: self.intent_slot(),
            expected: None,
            value: None,
        });
        let change = change.move_place(self.slot, floor, range.last);
        self.records.commit(context, change).await?;
        Ok(())
    }

    fn token(&self, scope: &Scope, range: Range) -> BatchId {
        let hash = Derive::new("aurora.insert.v1")
            .part(scope.to_string())
            .part(self.slot)
            .number(range.first)
            .number(range.last);
        BatchId(hash.finish())
    }

    fn intent_slot(&self) -> String {
        format!("{}/intent", self.slot)
    }
}
