mod local;

use aurora_client::Error as Client;
use aurora_messages::{CheckOutcome, DoctorReport};
use clap::Args;

use crate::app::App;
use crate::args::{Form, Ports};
use crate::exit::Exit;
use crate::instance;
use crate::output::{Line, Span, Table, outcome};

/// Examine the site, running or not, and name the fix of what is wrong
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc doctor\n  \
    aurorasoc doctor --json | jq '.checks[] | select(.outcome != \"ok\")'\n\n\
    Exit code 1 when a check failed.")]
pub struct Doctor {
    #[command(flatten)]
    ports: Ports,
    #[command(flatten)]
    form: Form,
}

pub async fn run(doctor: Doctor, app: &mut App) -> anyhow::Result<Exit> {
    let settings = app.settings.site(&doctor.ports);
    let mut report = DoctorReport {
        checks: vec![local::config(&settings)],
    };
    let config = settings.unwrap_or_default();
    let unreachable = !instance::has_room_for_sockets(&app.settings.data_dir);
    match app.client.doctor().await {
        Ok(running) => report.checks.extend(running.checks),
        Err(error) if unreachable || matches!(error, Client::NotRunning { .. }) => {
            report
                .checks
                .extend(local::without_site(&app.settings.data_dir, &config));
        }
        Err(error) => report.checks.push(local::unreachable(&error)),
    }
    let failed = report
        .checks
        .iter()
        .any(|check| check.outcome == CheckOutcome::Failure);
    let exit = if failed { Exit::Failed } else { Exit::Ok };
    if doctor.form.json {
        app.screen.json(&report)?;
        return Ok(exit);
    }
    let mut table = Table::new(&["check", "outcome", "seen"]);
    for check in &report.checks {
        table.row([
            Span::plain(&check.name),
            outcome(check.outcome),
            Span::plain(&check.detail),
        ]);
    }
    app.screen.table(&table)?;
    for check in report
        .checks
        .iter()
        .filter(|check| check.outcome != CheckOutcome::Ok)
    {
        let Some(fix) = &check.fix else { continue };
        let line = Line::new().bold(format!("{}: ", check.name)).plain(fix);
        app.screen.line(match &check.code {
            Some(code) => line.dim(format!("  {code}, docs/errors/{code}.md")),
            None => line,
        })?;
    }
    Ok(exit)
}
