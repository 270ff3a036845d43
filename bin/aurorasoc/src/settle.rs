//! Waiting until what came in is accounted for.

use std::time::Duration;

use aurora_messages::LedgerReport;

use crate::app::App;
use crate::interrupt::Interrupt;
use crate::output::{Waiting, count, of};

const SOON: Duration = Duration::from_millis(5);
const LATER: Duration = Duration::from_millis(150);
/// Detection that is further behind than this is told about, not waited for.
const JUDGED_WITHIN: Duration = Duration::from_secs(60);

/// How waiting for the records ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Every record is accounted for and every event judged.
    Yes,
    /// Detection is far behind and goes on by itself.
    Late,
    Interrupted,
}

/// Waits until every record that was received by now is stored, known or dead, and what came of it
/// is judged.
///
/// Other senders may go on meanwhile, so it is not "nothing in flight" that is waited for.
pub async fn settle(app: &App, quiet: bool, interrupt: &mut Interrupt) -> anyhow::Result<Settled> {
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
            return Ok(Settled::Interrupted);
        }
    }
    let deadline = tokio::time::Instant::now() + JUDGED_WITHIN;
    pause = SOON;
    while let behind @ 1.. = app.client.ledger().await?.pending {
        if tokio::time::Instant::now() > deadline {
            return Ok(Settled::Late);
        }
        let behind = of(behind, "batch");
        waiting.says(&format!("{behind} to be judged"));
        if !paused(&mut pause, interrupt).await {
            return Ok(Settled::Interrupted);
        }
    }
    Ok(Settled::Yes)
}

fn accounted(ledger: &LedgerReport) -> u64 {
    let total = &ledger.total;
    total.stored + total.deduplicated + total.dropped + total.dead_lettered
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
