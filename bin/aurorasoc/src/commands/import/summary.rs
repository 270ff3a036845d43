//! What an import came to.

use std::time::Duration;

use aurora_messages::{ImportJob, ImportState, LedgerReport};
use serde::Serialize;

use crate::app::App;
use crate::commands::status;
use crate::exit::Exit;
use crate::output::{Ink, Line, count, of, rate};

/// Differences of the ledgers over the import, so other senders' records are in them too.
#[derive(Debug, Serialize)]
pub struct Summary {
    pub imports: Vec<ImportJob>,
    /// Records of these files that earlier runs handed over.
    pub earlier: u64,
    pub records: u64,
    pub events: u64,
    pub deduplicated: u64,
    pub dead_letters: u64,
    pub in_flight: u64,
    pub matches: u64,
    pub alerts: u64,
    pub grouped: u64,
    pub suppressed: u64,
    pub balances: bool,
    /// Whether `balances` is said of one moment.
    pub consistent: bool,
    /// Every record is accounted for and every event judged.
    pub settled: bool,
    #[serde(skip)]
    pub waited: bool,
    pub interrupted: bool,
    pub seconds: f64,
}

impl Summary {
    pub fn of(before: &LedgerReport, after: &LedgerReport, took: Duration) -> Self {
        let records = |of: fn(&LedgerReport) -> u64| of(after).saturating_sub(of(before));
        Self {
            imports: Vec::new(),
            earlier: 0,
            records: records(|ledger| ledger.total.received),
            events: records(|ledger| ledger.total.events),
            deduplicated: records(|ledger| ledger.total.deduplicated),
            dead_letters: records(|ledger| ledger.total.dead_lettered),
            in_flight: after.total.in_flight,
            matches: records(|ledger| ledger.matches.matches),
            alerts: records(|ledger| ledger.matches.alerts),
            grouped: records(|ledger| ledger.matches.grouped),
            suppressed: records(|ledger| ledger.matches.suppressed),
            balances: after.balances,
            consistent: after.consistent,
            settled: false,
            waited: true,
            interrupted: false,
            seconds: took.as_secs_f64(),
        }
    }

    pub fn exit(&self) -> Exit {
        if self.interrupted {
            return Exit::Interrupted;
        }
        let failed = self
            .imports
            .iter()
            .any(|job| job.state != ImportState::Done);
        if failed || (self.settled && self.consistent && !self.balances) {
            return Exit::Failed;
        }
        if self.dead_letters > 0 {
            Exit::Partly
        } else {
            Exit::Ok
        }
    }

    #[allow(clippy::cast_precision_loss)]
    pub fn show(&self, app: &mut App) -> anyhow::Result<()> {
        let speed = rate(self.records as f64 / self.seconds.max(0.001));
        let (files, records) = (
            of(self.imports.len() as u64, "file"),
            of(self.records, "record"),
        );
        app.screen.line(Line::new().bold(format!(
            "{files}, {records} in {:.1} s ({speed})",
            self.seconds
        )))?;
        if self.records == 0 && self.earlier > 0 && !self.interrupted {
            let text = format!(
                "imported before ({}); --restart reads it again",
                of(self.earlier, "record")
            );
            app.screen.line(Line::new().label("  known").plain(text))?;
        }
        app.screen
            .line(Line::new().label("  events").plain(count(self.events)))?;
        if self.deduplicated > 0 {
            app.screen.line(
                Line::new()
                    .label("  duplicates")
                    .plain(count(self.deduplicated)),
            )?;
        }
        self.show_dead(app)?;
        let matches = format!(
            "{}: {}, {} grouped, {} suppressed",
            of(self.matches, "match"),
            of(self.alerts, "new alert"),
            count(self.grouped),
            count(self.suppressed)
        );
        app.screen
            .line(Line::new().label("  detection").plain(matches))?;
        self.show_ledger(app)?;
        if self.interrupted {
            let text = "Interrupted. Nothing read so far is lost; the same command resumes.";
            app.screen.line(Line::new().ink(Ink::Yellow, text))?;
        } else if self.alerts > 0 {
            let alerts = app.command("alerts");
            app.screen
                .line(Line::new().plain("See ").bold(alerts).plain("."))?;
        }
        Ok(())
    }

    fn show_dead(&self, app: &mut App) -> std::io::Result<()> {
        if self.dead_letters == 0 {
            return Ok(());
        }
        let list = app.command("deadletter list");
        let line = Line::new()
            .label("  dead letters")
            .ink(Ink::Yellow, count(self.dead_letters));
        app.screen.line(line.dim(format!("  see `{list}`")))
    }

    fn show_ledger(&self, app: &mut App) -> std::io::Result<()> {
        let balance = status::balance(self.balances, self.consistent);
        let line = Line::new().label("  ledger").span(balance);
        app.screen.line(match (self.settled, self.waited) {
            (true, _) => line.plain(", every record is accounted for"),
            (false, true) => line.plain(format!(
                ", {} still on the way",
                of(self.in_flight, "record")
            )),
            (false, false) => line.plain(format!(
                ", {} on the way, not waited for",
                of(self.in_flight, "record")
            )),
        })
    }
}
