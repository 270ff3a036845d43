//! What the records store says: checkpoints and counters of one moment.
//!
//! A service adds to its counters and moves its checkpoint in one commit, so counters belong to the
//! checkpoints that stood beside them.

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
/// What the slots of all checkpoints begin with.
const CHECKPOINTS: [&str; 4] = [LEDGER, NORMALISE, Holding::SLOTS, STORE];

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

    /// Without the counters that belong to them.
    pub(crate) async fn read(records: &dyn Records, scope: &Scope) -> Result<Self, Error> {
        let mut slots = Vec::new();
        for prefix in CHECKPOINTS {
            slots.extend(records.slots(scope, prefix).await?);
        }
        Self::of(&slots)
    }

    fn of(slots: &[(String, Vec<u8>)]) -> Result<Self, Error> {
        let mut floors = Self::default();
        for (key, value) in slots {
            match key.as_str() {
                LEDGER => floors.received = place::decode(key, value)?,
                EVENTS => floors.events = place::decode(key, value)?,
                DEADLETTER => floors.deadletter = place::decode(key, value)?,
                _ => floors.shard_of(key, value)?,
            }
        }
        Ok(floors)
    }

    fn shard_of(&mut self, key: &str, value: &[u8]) -> Result<(), Error> {
        let of = |prefix| key.strip_prefix(prefix).and_then(|it| it.parse().ok());
        if let Some(shard) = of(NORMALISE) {
            self.shards.insert(shard, place::decode(key, value)?);
        } else if let (Some(shard), Ok(holding)) =
            (of(Holding::SLOTS), serde_json::from_slice(value))
        {
            self.holdings.insert(shard, holding);
        }
        Ok(())
    }
}

impl Reading {
    pub(crate) async fn take(records: &dyn Records, scope: &Scope) -> Result<Self, Error> {
        let moment = records.moment(scope, &CHECKPOINTS, "ledger/").await?;
        Ok(Self {
            floors: Floors::of(&moment.slots)?,
            counters: moment.counters,
        })
    }
}
