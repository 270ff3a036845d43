//! The two ledgers. Every term is counted on its own; none is ever a remainder of the others.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[cfg(doc)]
use crate::envelope::RawPosition;
use crate::{Shard, SourceName};

/// The persisted terms of the record ledger; `in flight` is walked, not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordTerm {
    Received,
    Stored,
    Deduplicated,
    Dropped,
    DeadLettered,
}

/// The terms of the match ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchTerm {
    Matches,
    Alerts,
    Grouped,
    Suppressed,
}

/// `received = stored + deduplicated + dropped + dead_lettered + in_flight`, in records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordLedger {
    pub received: u64,
    pub stored: u64,
    pub deduplicated: u64,
    pub dropped: u64,
    pub dead_lettered: u64,
    pub in_flight: u64,
    /// Events written for the stored records: the fan-out, reported beside the balance.
    pub events: u64,
}

/// `matches = alerts + grouped + suppressed`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MatchLedger {
    pub matches: u64,
    pub alerts: u64,
    pub grouped: u64,
    pub suppressed: u64,
}

impl RecordTerm {
    pub const ALL: [Self; 5] = [
        Self::Received,
        Self::Stored,
        Self::Deduplicated,
        Self::Dropped,
        Self::DeadLettered,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Stored => "stored",
            Self::Deduplicated => "deduplicated",
            Self::Dropped => "dropped",
            Self::DeadLettered => "dead_lettered",
        }
    }

    /// The name of its persisted counter.
    pub fn counter(self, source: &SourceName) -> String {
        format!("ledger/records/{}/{source}", self.word())
    }
}

impl MatchTerm {
    pub const ALL: [Self; 4] = [Self::Matches, Self::Alerts, Self::Grouped, Self::Suppressed];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Matches => "matches",
            Self::Alerts => "alerts",
            Self::Grouped => "grouped",
            Self::Suppressed => "suppressed",
        }
    }

    pub fn counter(self) -> String {
        format!("ledger/matches/{}", self.word())
    }
}

/// What the normaliser keeps of a raw shard for records that wait for others of their event: they are in flight, although
/// their raw messages are settled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    pub records: BTreeMap<SourceName, u64>,
    /// How often the wait for all of them was over without another message: see [`RawPosition::of_turn`].
    pub turns: u64,
    /// The wait is over, but what they became may not be on the bus.
    pub over: bool,
}

impl Holding {
    /// The slots of all shards begin with it.
    pub const SLOTS: &str = "holding/";

    pub fn slot(shard: Shard) -> String {
        format!("{}{}", Self::SLOTS, shard.number())
    }
}

/// The name of the persisted counter of events stored, which is no term of the balance.
pub fn events_counter(source: &SourceName) -> String {
    format!("ledger/events/stored/{source}")
}

impl RecordLedger {
    /// Received minus everything accounted for; 0 when the ledger balances.
    pub fn difference(&self) -> i128 {
        let settled = [
            self.stored,
            self.deduplicated,
            self.dropped,
            self.dead_lettered,
            self.in_flight,
        ];
        i128::from(self.received) - settled.iter().map(|term| i128::from(*term)).sum::<i128>()
    }

    pub fn balances(&self) -> bool {
        self.difference() == 0
    }

    pub fn add(&mut self, other: &Self) {
        self.received += other.received;
        self.stored += other.stored;
        self.deduplicated += other.deduplicated;
        self.dropped += other.dropped;
        self.dead_lettered += other.dead_lettered;
        self.in_flight += other.in_flight;
        self.events += other.events;
    }
}

impl MatchLedger {
    pub fn difference(&self) -> i128 {
        i128::from(self.matches)
            - i128::from(self.alerts)
            - i128::from(self.grouped)
            - i128::from(self.suppressed)
    }

    pub fn balances(&self) -> bool {
        self.difference() == 0
    }
}
