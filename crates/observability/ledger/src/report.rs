use std::collections::BTreeMap;

use aurora_clock::Timestamp;
use aurora_model::SourceName;
use aurora_model::ledger::{MatchLedger, MatchTerm, RecordLedger, RecordTerm};
use serde::Serialize;

use crate::reading::{Floors, Reading};
use crate::transit::Transit;

/// Both ledgers at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub sources: BTreeMap<SourceName, RecordLedger>,
    /// The sum over the sources.
    pub total: RecordLedger,
    pub matches: MatchLedger,
    pub at: Timestamp,
    /// All figures are of one moment. `false`: the services moved on faster than they could be
    /// read, every time; a difference then means nothing, so ask again.
    pub settled: bool,
}

impl Report {
    /// Every source balances, and so do the matches.
    pub fn balances(&self) -> bool {
        self.matches.balances() && self.sources.values().all(RecordLedger::balances)
    }

    /// Puts counters and what is on its way together.
    ///
    /// A raw message is received when it is on the bus, and in flight until its shard's checkpoint
    /// has passed it. From then on the events and dead letters made from it stand for it, until
    /// the store's checkpoints have passed those. Before that they stand for nothing, as the raw
    /// message does; but those that the store has counted already are no longer in flight. Records that
    /// wait for others of their event are in flight too.
    pub(crate) fn of(reading: &Reading, transit: &Transit, at: Timestamp, settled: bool) -> Self {
        let mut report = Self {
            at,
            settled,
            ..Self::default()
        };
        for (name, count) in &reading.counters {
            report.counter(name, *count);
        }
        report.in_transit(&reading.floors, transit);
        for ledger in report.sources.values() {
            report.total.add(ledger);
        }
        report
    }

    /// Reads back the names that `RecordTerm::counter` and its siblings make.
    fn counter(&mut self, name: &str, count: u64) {
        let Some((kind, rest)) = name.strip_prefix("ledger/").and_then(|n| n.split_once('/'))
        else {
            return;
        };
        if kind == "matches" {
            self.match_counter(rest, count);
            return;
        }
        let Some((word, source)) = rest.split_once('/') else {
            return;
        };
        let ledger = self.source(&SourceName::new(source));
        let term = RecordTerm::ALL.into_iter().find(|term| term.word() == word);
        match (kind, term) {
            ("events", Some(RecordTerm::Stored)) => ledger.events = count,
            ("records", Some(RecordTerm::Received)) => ledger.received = count,
            ("records", Some(RecordTerm::Stored)) => ledger.stored = count,
            ("records", Some(RecordTerm::Deduplicated)) => ledger.deduplicated = count,
            ("records", Some(RecordTerm::Dropped)) => ledger.dropped = count,
            ("records", Some(RecordTerm::DeadLettered)) => ledger.dead_lettered = count,
            _ => {}
        }
    }

    fn match_counter(&mut self, word: &str, count: u64) {
        let term = MatchTerm::ALL.into_iter().find(|term| term.word() == word);
        match term {
            Some(MatchTerm::Matches) => self.matches.matches = count,
            Some(MatchTerm::Alerts) => self.matches.alerts = count,
            Some(MatchTerm::Grouped) => self.matches.grouped = count,
            Some(MatchTerm::Suppressed) => self.matches.suppressed = count,
            None => {}
        }
    }

    fn in_transit(&mut self, floors: &Floors, transit: &Transit) {
        let mut in_flight: BTreeMap<&SourceName, i64> = BTreeMap::new();
        let mut add = |source, records: u64, sign: i64| {
            *in_flight.entry(source).or_default() +=
                sign * i64::try_from(records).unwrap_or(i64::MAX);
        };
        for (floor, seen) in [
            (floors.events, &transit.events),
            (floors.deadletter, &transit.deadletter),
        ] {
            for (seq, entry) in &seen.entries {
                let Some(entry) = entry else { continue };
                let early = entry.raw.is_some_and(|raw| !floors.settled(&raw));
                match (early, *seq <= floor) {
                    // Counted as stored, and again with its raw message or with what waits.
                    (true, true) => add(&entry.source, entry.records, -1),
                    (false, false) => add(&entry.source, entry.records, 1),
                    _ => {}
                }
            }
        }
        for (seq, entry) in &transit.raw.entries {
            let Some(entry) = entry else { continue };
            if *seq > floors.received {
                self.source(&entry.source).received += entry.records;
            }
            if entry.raw.is_none_or(|raw| !floors.settled(&raw)) {
                add(&entry.source, entry.records, 1);
            }
        }
        for (source, records) in floors.holdings.values().flat_map(|held| &held.records) {
            add(source, *records, 1);
        }
        for (source, records) in in_flight {
            self.source(source).in_flight = u64::try_from(records).unwrap_or(0);
        }
    }

    fn source(&mut self, source: &SourceName) -> &mut RecordLedger {
        self.sources.entry(source.clone()).or_default()
    }
}
