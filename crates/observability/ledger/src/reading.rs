//! What the records store says: checkpoints and counters of one moment.
//!
//! A service adds to its counters and moves its checkpoint in one commit, and no checkpoint ever
//! goes back. So counters that were read between two readings of the same checkpoints belong to
//! those checkpoints.

use std::collections::BTreeMap;

use aurora_model::Scope;
use aurora_model::envelope::RawPosition;
use aurora_model::ledger::Holding;
use aurora_records::{Records, place};

use crate::Error;

/// The slot that [`crate::Ledger`] counts up to.
pub(crate) const LEDGER: &str = "ledger/raw";
/// Written by the normaliser, for each raw shard.
const NORMALISE: &str = "normalise/";
/// Written by the event and the dead-letter writer.
const STORE: &str = "store/";
const EVENTS: &str = "store/events";
const DEADLETTER: &str = "store/deadletter";

/// The last sequence that each service has settled and counted; 0 when it has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Floors {
    /// In RAW: up to here it is counted as received.
    pub(crate) received: u64,
    /// In RAW, by shard: up to here it became events, dead letters and counted duplicates.
    pub(crate) shards: BTreeMap<u16, u64>,
    /// By shard: records that wait for others of their event.
    pub(crate) holdings: BTreeMap<u16, Holding>,
    /// In EVENTS: up to here it is counted as stored.
    pub(crate) events: u64,
    /// In DEADLETTER: up to here it is counted as dead-lettered.
    pub(crate) deadletter: u64,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    pub(crate) floors: Floors,
    pub(crate) counters: Vec<(String, u64)>,
}

impl Floors {
    pub(crate) fn shard(&self, shard: u16) -> u64 {
        self.shards.get(&shard).copied().unwrap_or(0)
    }

    /// Whether what was made from there stands for its records.
    pub(crate) fn settled(&self, raw: &RawPosition) -> bool {
        match raw.turn() {
            None => raw.seq <= self.shard(raw.shard),
            Some(turn) => {
                let holding = self.holdings.get(&raw.shard);
                holding.is_some_and(|holding| turn <= holding.turns)
            }
        }
    }

    pub(crate) async fn read(records: &dyn Records, scope: &Scope) -> Result<Self, Error> {
        let mut floors = Self {
            received: place::read(records, scope, LEDGER).await?,
            ..Self::default()
        };
        for (key, value) in records.slots(scope, NORMALISE).await? {
            if let Ok(shard) = key[NORMALISE.len()..].parse() {
                floors.shards.insert(shard, place::decode(&key, &value)?);
            }
        }
        for (key, value) in records.slots(scope, Holding::SLOTS).await? {
            if let (Ok(shard), Ok(holding)) = (
                key[Holding::SLOTS.len()..].parse(),
                serde_json::from_slice(&value),
            ) {
                floors.holdings.insert(shard, holding);
            }
        }
        for (key, value) in records.slots(scope, STORE).await? {
            match key.as_str() {
                EVENTS => floors.events = place::decode(&key, &value)?,
                DEADLETTER => floors.deadletter = place::decode(&key, &value)?,
                _ => {}
            }
        }
        Ok(floors)
    }
}

impl Reading {
    /// `None` when a checkpoint moved meanwhile: try again.
    pub(crate) async fn take(records: &dyn Records, scope: &Scope) -> Result<Option<Self>, Error> {
        let floors = Floors::read(records, scope).await?;
        let counters = records.counters(scope, "ledger/").await?;
        let after = Floors::read(records, scope).await?;
        Ok((floors == after).then_some(Self { floors, counters }))
    }
}
