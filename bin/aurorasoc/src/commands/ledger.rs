use aurora_messages::LedgerReport;
use aurora_model::ledger::RecordLedger;
use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Ink, Line, Span, Table, count, of};

/// Show both ledgers: what became of every record, and of every match
///
/// received = stored + deduplicated + dropped + dead letters + in flight, each counted on its own;
/// matches = alerts + grouped + suppressed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc ledger\n  \
    aurorasoc ledger --json | jq .total\n\n\
    Exit code 1 when a ledger does not balance, which must not happen: see docs/errors/AUR0012.md.")]
pub struct Ledger {
    #[command(flatten)]
    form: Form,
}

pub async fn run(ledger: Ledger, app: &mut App) -> anyhow::Result<Exit> {
    let report = app.client.ledger().await?;
    let exit = if report.is_off() {
        Exit::Failed
    } else {
        Exit::Ok
    };
    if ledger.form.json {
        app.screen.json(&report)?;
        return Ok(exit);
    }
    let table = records(&report);
    app.screen.table(&table)?;
    app.screen.blank()?;
    let matches = &report.matches;
    let mut table = Table::new(&[
        "matches#",
        "= alerts#",
        "+ grouped#",
        "+ suppressed#",
        "difference#",
    ]);
    table.row([
        Span::plain(count(matches.matches)),
        Span::plain(count(matches.alerts)),
        Span::plain(count(matches.grouped)),
        Span::plain(count(matches.suppressed)),
        difference(report.matches_difference),
    ]);
    app.screen.table(&table)?;
    app.screen.blank()?;
    for lost in report.kernel_drops.iter().filter(|lost| lost.datagrams > 0) {
        let text = format!(
            "{}: the kernel threw away {} datagrams",
            lost.listener,
            count(lost.datagrams)
        );
        app.screen.line(Line::new().ink(Ink::Yellow, text))?;
    }
    if report.pending > 0 {
        let behind = of(report.pending, "batch");
        app.screen
            .line(Line::new().dim(format!("{behind} still to be judged.")))?;
    }
    app.screen.line(if report.balances {
        Line::new().ink(Ink::Green, "Both ledgers balance.")
    } else if !report.consistent {
        let text =
            "The site moved on while its ledgers were read: differences mean nothing, ask again.";
        Line::new().ink(Ink::Yellow, text)
    } else {
        let text =
            "A ledger does not balance: keep the data directory, see docs/errors/AUR0012.md.";
        Line::new().ink(Ink::BoldRed, text)
    })?;
    Ok(exit)
}

fn records(report: &LedgerReport) -> Table {
    let mut table = Table::new(&[
        "source",
        "received#",
        "= stored#",
        "+ duplicates#",
        "+ dropped#",
        "+ dead#",
        "+ in flight#",
        "difference#",
        "events#",
    ]);
    for source in &report.sources {
        table.row(row(
            Span::plain(&source.source),
            &source.records,
            source.difference,
        ));
    }
    if report.sources.len() != 1 {
        table.row(row(
            Span::new("total", Ink::Bold),
            &report.total,
            report.difference,
        ));
    }
    table
}

fn row(name: Span, records: &RecordLedger, rest: i64) -> [Span; 9] {
    let numbers = [
        records.received,
        records.stored,
        records.deduplicated,
        records.dropped,
        records.dead_lettered,
        records.in_flight,
    ];
    let [received, stored, deduplicated, dropped, dead, in_flight] =
        numbers.map(|number| Span::plain(count(number)));
    let events = Span::dim(count(records.events));
    [
        name,
        received,
        stored,
        deduplicated,
        dropped,
        dead,
        in_flight,
        difference(rest),
        events,
    ]
}

fn difference(rest: i64) -> Span {
    if rest == 0 {
        Span::new("0", Ink::Green)
    } else {
        Span::new(rest, Ink::BoldRed)
    }
}
