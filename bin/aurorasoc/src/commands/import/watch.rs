//! Following an import.

use std::time::Duration;

use aurora_messages::ImportJob;

use crate::app::App;
use crate::interrupt::Interrupt;
use crate::output::{Progress, of, rate};

/// Often enough for a small file, rarely enough for a large one.
const SOON: Duration = Duration::from_millis(5);
const LATER: Duration = Duration::from_millis(150);

/// How a watched import ended.
pub enum Ended {
    Itself(ImportJob),
    /// By Ctrl-C; it can be resumed.
    Interrupted(ImportJob),
}

/// Shows the import's progress until it ends.
pub async fn job(
    app: &App,
    started: ImportJob,
    quiet: bool,
    interrupt: &mut Interrupt,
) -> anyhow::Result<Ended> {
    let name = started.path.rsplit('/').next().unwrap_or_default();
    let progress = Progress::new(name, started.total_bytes, quiet);
    progress.start_at(started.bytes);
    let begun = tokio::time::Instant::now();
    let before = started.records;
    let mut job = started;
    let mut pause = SOON;
    while !job.state.finished() {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = interrupt.came() => {
                return Ok(Ended::Interrupted(cancel(app, &job.id).await?));
            }
        }
        job = app.client.import(&job.id).await?;
        let speed = speed(job.records - before.min(job.records), begun.elapsed());
        progress.at(
            job.bytes,
            &format!("{} ({speed})", of(job.records, "record")),
        );
        pause = (pause * 2).min(LATER);
    }
    Ok(Ended::Itself(job))
}

/// The import may have ended by itself just before.
async fn cancel(app: &App, id: &str) -> Result<ImportJob, aurora_client::Error> {
    match app.client.cancel_import(id).await {
        Err(error) if error.is_not_found() => app.client.import(id).await,
        answered => answered,
    }
}

#[allow(clippy::cast_precision_loss)]
fn speed(records: u64, took: Duration) -> String {
    rate(records as f64 / took.as_secs_f64().max(0.001))
}
