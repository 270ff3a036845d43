//! Following an import, and what becomes of its records.

use std::time::Duration;

use aurora_messages::{ImportJob, LedgerReport};

use super::interrupt::Interrupt;
use crate::app::App;
use crate::output::{Progress, Waiting, count, of, rate};

/// Often enough for a small file, rarely enough for a large one.
const SOON: Duration = Duration::from_millis(5);
const LATER: Duration = Duration::from_millis(150);
/// Detection that is further behind than this is told about, not waited for.
const JUDGED_WITHIN: Duration = Duration::from_secs(60);

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
                let job = app.client.cancel_import(&job.id).await;
                return Ok(Ended::Interrupted(job?));
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

#[allow(clippy::cast_precision_loss)]
fn speed(records: u64, took: Duration) -> String {
    rate(records as f64 / took.as_secs_f64().max(0.001))
}

/// Waits until every record that was received by now is stored, known or dead, and detection has
/// seen every event. `false` when it was not waited out.
///
/// Other senders may go on meanwhile, so it is not "nothing in flight" that is waited for.
pub async fn settle(app: &App, quiet: bool, interrupt: &mut Interrupt) -> anyhow::Result<bool> {
    let waiting = Waiting::new(quiet);
    let wanted = app.client.ledger().await?.total.received;
    let mut pause = SOON;
    loop {
        let ledger = app.client.ledger().await?;
        let done = accounted(&ledger);
        if done >= wanted || ledger.total.in_flight == 0 {
            break;
        }
        waiting.says(&format!(
            "{} of {} stored",
            count(done),
            of(wanted, "record")
        ));
        if !paused(&mut pause, interrupt).await {
            return Ok(false);
        }
    }
    let deadline = tokio::time::Instant::now() + JUDGED_WITHIN;
    pause = SOON;
    while let Some(behind @ 1..) = detection_behind(app).await? {
        if tokio::time::Instant::now() > deadline {
            return Ok(false);
        }
        waiting.says(&format!("detection has {} to read", of(behind, "batch")));
        if !paused(&mut pause, interrupt).await {
            return Ok(false);
        }
    }
    Ok(true)
}

fn accounted(ledger: &LedgerReport) -> u64 {
    let total = &ledger.total;
    total.stored + total.deduplicated + total.dropped + total.dead_lettered
}

/// Batches of events that detection has not acknowledged; `None` when the site does not say.
async fn detection_behind(app: &App) -> anyhow::Result<Option<u64>> {
    let status = app.client.status().await?;
    let detect = status.roles.into_iter().find(|role| role.role == "detect");
    Ok(detect.and_then(|role| role.waiting))
}

/// `false` after Ctrl-C.
async fn paused(pause: &mut Duration, interrupt: &mut Interrupt) -> bool {
    let slept = tokio::select! {
        () = tokio::time::sleep(*pause) => true,
        () = interrupt.came() => false,
    };
    *pause = (*pause * 2).min(LATER);
    slept
}
