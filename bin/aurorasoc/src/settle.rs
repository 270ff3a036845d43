//! Waiting until what came in is accounted for.

use std::time::Duration;

use aurora_messages::{LedgerReport, Progress};

use crate::app::App;
use crate::interrupt::Interrupt;
use crate::output::{Waiting, count, of};

const SOON: Duration = Duration::from_millis(5);
const LATER: Duration = Duration::from_millis(150);
/// Detection that is further behind than this is told about, not waited for.
const JUDGED_WITHIN: Duration = Duration::from_secs(60);
/// So often what was published by then has to be judged: events, what came of them, and what came of that.
const STEPS: usize = 3;

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
    let mut now = app.client.ledger().await?;
    for _ in 0..STEPS {
        let asked = now.clone();
        pause = SOON;
        while now.pending > 0 && !is_judged(&asked, &now) {
            if tokio::time::Instant::now() > deadline {
                return Ok(Settled::Late);
            }
            let behind = of(now.pending, "batch");
            waiting.says(&format!("{behind} to be judged"));
            if !paused(&mut pause, interrupt).await {
                return Ok(Settled::Interrupted);
            }
            now = app.client.ledger().await?;
        }
    }
    Ok(Settled::Yes)
}

/// Whether all that was published when `asked` is judged now.
fn is_judged(asked: &LedgerReport, now: &LedgerReport) -> bool {
    let through = |then: &Progress| {
        let same = now.progress.iter().find(|it| it.stream == then.stream);
        same.is_some_and(|it| it.judged >= then.published)
    };
    !asked.progress.is_empty() && asked.progress.iter().all(through)
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A report of so many messages published and judged, of events and of matches.
    fn report(events: (u64, u64), matches: (u64, u64)) -> LedgerReport {
        let of = |stream: &str, (published, judged)| Progress {
            stream: stream.to_owned(),
            published,
            judged,
        };
        let at = aurora_clock::Timestamp::from_millis(0);
        let empty = LedgerReport::of(at, [], aurora_model::ledger::MatchLedger::default(), vec![]);
        LedgerReport {
            pending: 1,
            progress: vec![of("events", events), of("matches", matches)],
            ..empty
        }
    }

    #[test]
    fn what_comes_later_is_not_waited_for() {
        let asked = report((10, 4), (3, 3));
        let cases = [
            (report((10, 9), (3, 3)), false),
            (report((500, 10), (3, 3)), true),
            (report((500, 10), (80, 2)), false),
            (report((500, 400), (80, 3)), true),
        ];
        for (now, is) in cases {
            assert_eq!(is_judged(&asked, &now), is, "{:?}", now.progress);
        }
        // An earlier release does not say.
        let silent = LedgerReport {
            progress: Vec::new(),
            ..asked.clone()
        };
        assert!(!is_judged(&silent, &silent) && !is_judged(&asked, &silent));
    }
}
