use aurora_messages::{ImportJob, ImportState};
use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Ink, Span, Table, bytes, count, head};
use crate::time;

/// List imports, newest first
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  aurorasoc imports\n  aurorasoc imports --json | jq '.imports[] | select(.state == \"failed\")'"
)]
pub struct Imports {
    #[command(flatten)]
    form: Form,
}

pub async fn run(imports: Imports, app: &mut App) -> anyhow::Result<Exit> {
    let found = app.client.imports().await?;
    if imports.form.json {
        app.screen.json(&found)?;
        return Ok(Exit::Ok);
    }
    if found.imports.is_empty() {
        app.screen.line("Nothing was imported yet.")?;
        return Ok(Exit::Ok);
    }
    let now = app.now();
    let mut table = Table::new(&[
        "id", "state", "records#", "read#", "format", "source", "updated", "file",
    ]);
    for job in &found.imports {
        table.row([
            Span::plain(head(&job.id)),
            state(job.state),
            Span::plain(count(job.records)),
            Span::plain(read(job)),
            Span::maybe(job.format.as_deref()),
            Span::plain(&job.source),
            Span::plain(time::relative(job.updated_at, now)),
            Span::plain(match &job.error {
                Some(error) => format!("{}: {error}", job.path),
                None => job.path.clone(),
            }),
        ]);
    }
    app.screen.table(&table)?;
    Ok(Exit::Ok)
}

fn read(job: &ImportJob) -> String {
    match job.total_bytes {
        0 => bytes(job.bytes),
        total => format!("{}%", job.bytes.min(total) * 100 / total),
    }
}

pub fn state(state: ImportState) -> Span {
    match state {
        ImportState::Queued => Span::dim("queued"),
        ImportState::Running => Span::new("running", Ink::Cyan),
        ImportState::Done => Span::new("done", Ink::Green),
        ImportState::Failed => Span::new("failed", Ink::Red),
        ImportState::Cancelled => Span::new("cancelled", Ink::Yellow),
    }
}
