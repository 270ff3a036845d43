//! Announced inserts: the range of sequences is written down before its rows go in.

use std::sync::Arc;
use std::time::Duration;

use aurora_events::{Events, Row};
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

impl Range {
    fn read(key: &str, bytes: &[u8]) -> Result<Self, Error> {
        let (first, last) = bytes.split_at(bytes.len().min(8));
        Ok(Self {
            first: place::decode(key, first)?,
            last: place::decode(key, last)?,
        })
    }
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
        let found = self.records.slot(&self.scope, &key).await?;
        let range = found.map(|bytes| Range::read(&key, &bytes)).transpose()?;
        Ok(range.filter(|range| range.last > floor))
    }

    /// Writes down that `range` goes in next, on top of the checkpoint `floor`. Refused when another
    /// process inserts by now: its checkpoint has moved, or its announcement stands.
    pub(crate) async fn announce(
        &self,
        context: &Context,
        floor: u64,
        range: Range,
    ) -> Result<(), Error> {
        let mut bytes = range.first.to_le_bytes().to_vec();
        bytes.extend_from_slice(&range.last.to_le_bytes());
        let key = self.intent_slot();
        let known = self.records.slot(&self.scope, &key).await?;
        if let Some(known) = &known {
            let other = Range::read(&key, known)?;
            if other.last > floor && other != range {
                return Err(aurora_records::Error::CheckpointMoved { key }.into());
            }
        }
        let mut change = Change::progress().advance(&key, known, bytes);
        change.slots.push(self.still_at(floor));
        self.records.commit(context, change).await?;
        Ok(())
    }

    /// Changes nothing, and is refused when the checkpoint is elsewhere.
    fn still_at(&self, floor: u64) -> SlotWrite {
        let at = (floor > 0).then(|| floor.to_le_bytes().to_vec());
        SlotWrite {
            key: self.slot.to_owned(),
            expected: Some(at.clone()),
            value: at,
        }
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
            let rows = rows()?;
            if rows.is_empty() {
                return Ok(true);
            }
            match self.events.insert(scope, token, rows).await {
                Ok(_) => return Ok(true),
                Err(error) if error.passes() => {
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
