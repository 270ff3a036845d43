use aurora_clock::Timestamp;
use aurora_model::SourceName;
use aurora_model::ledger::{MatchLedger, RecordLedger};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Both ledgers. Every term is counted on its own; `difference` is what is left unexplained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LedgerReport {
    #[schema(value_type = i64)]
    pub at: Timestamp,
    /// Both ledgers balance, for every source. `false` counts only in a report that is consistent.
    pub balances: bool,
    /// All figures are of one moment. `false`: every time, the site moved on while it was read; a difference
    /// then means nothing, so ask again.
    #[serde(default = "always")]
    pub consistent: bool,
    pub total: RecordLedger,
    /// `received` minus every other term.
    pub difference: i64,
    pub sources: Vec<SourceLedger>,
    pub matches: MatchLedger,
    /// `matches` minus every other term.
    pub matches_difference: i64,
    /// Messages that detection, correlations and the store of findings had not worked off, and windows
    /// that are to be judged again. With nothing here and nothing in flight, all that the records received
    /// so far bring about is in `matches`, in the queue and in the event store.
    #[serde(default)]
    pub pending: u64,
    /// How far they are on each stream, for whoever waits for what came in by now while more comes in.
    #[serde(default)]
    pub progress: Vec<Progress>,
    /// Datagrams the kernel threw away before we saw them, so that no sender is told otherwise.
    pub kernel_drops: Vec<KernelDrops>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SourceLedger {
    #[schema(value_type = String)]
    pub source: SourceName,
    pub records: RecordLedger,
    pub difference: i64,
}

/// How far those are who judge what stands on a stream of the bus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Progress {
    /// `events`, `matches` or `alerts`.
    pub stream: String,
    /// Number of its newest message, 0 before the first.
    pub published: u64,
    /// Every message up to here was worked off by all of them.
    pub judged: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KernelDrops {
    /// `syslog udp 127.0.0.1:1514`.
    pub listener: String,
    pub datagrams: u64,
}

impl LedgerReport {
    /// Every record is accounted for, and nothing is left to be done about it.
    pub fn settled(&self) -> bool {
        self.consistent && self.balances && self.total.in_flight == 0 && self.pending == 0
    }

    /// Something is missing, or there twice: it must not happen.
    pub fn is_off(&self) -> bool {
        self.consistent && !self.balances
    }

    /// Adds the sources up and works out every difference.
    pub fn of(
        at: Timestamp,
        sources: impl IntoIterator<Item = (SourceName, RecordLedger)>,
        matches: MatchLedger,
        kernel_drops: Vec<KernelDrops>,
    ) -> Self {
        let mut total = RecordLedger::default();
        let sources: Vec<SourceLedger> = sources
            .into_iter()
            .map(|(source, records)| {
                total.add(&records);
                SourceLedger {
                    source,
                    difference: clamp(records.difference()),
                    records,
                }
            })
            .collect();
        let balances = matches.balances() && sources.iter().all(|source| source.difference == 0);
        Self {
            at,
            balances,
            consistent: true,
            difference: clamp(total.difference()),
            total,
            sources,
            matches_difference: clamp(matches.difference()),
            matches,
            pending: 0,
            progress: Vec::new(),
            kernel_drops,
        }
    }
}

/// What an earlier release left out.
const fn always() -> bool {
    true
}

fn clamp(difference: i128) -> i64 {
    i64::try_from(difference).unwrap_or(if difference < 0 { i64::MIN } else { i64::MAX })
}
