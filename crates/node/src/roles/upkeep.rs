//! What a site does for itself on a timer: let old events go, and say how the engine is.

use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_events_engine::Phase;
use aurora_model::Severity;
use aurora_store::{Expired, LetterBounds};
use aurora_telemetry::{Health, Metric};
use tracing::{info, warn};

use super::Parts;
use super::retention::{self, DAY};
use crate::{Engine, ourselves};

pub(super) fn start(parts: &Parts) {
    let (expiring, watching) = (parts.clone(), parts.clone());
    parts.tasks.spawn("retention", async move {
        retention::run(expiring).await;
        Ok::<_, aurora_events::Error>(())
    });
    let bounding = parts.clone();
    parts.tasks.spawn("dead-letter-bounds", async move {
        bound_letters(bounding).await;
        Ok::<_, crate::Error>(())
    });
    parts.tasks.spawn("engine-watch", async move {
        watch(watching).await;
        Ok::<_, aurora_events::Error>(())
    });
}

/// Every minute, dead letters that are too old or too many are let go.
async fn bound_letters(parts: Parts) {
    let shutdown = parts.tasks.shutdown();
    let bounds = LetterBounds {
        keep: DAY * parts.config.storage.dead_letter_days.max(1),
        max_bytes: parts.config.storage.dead_letter_bytes,
        scope: parts.scope.clone(),
        records: parts.adapters.records.clone(),
        artifacts: parts.adapters.artifacts.clone(),
        clock: parts.clock.clone(),
    };
    let mut timer = tokio::time::interval(Duration::from_secs(60));
    timer.tick().await;
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = timer.tick() => {}
        }
        match bounds.enforce().await {
            Ok(Expired { letters: 0, .. }) => {}
            Ok(Expired {
                letters,
                bytes,
                full,
            }) => {
                info!(letters, bytes, full, "dead letters were let go");
                if full {
                    say_full(&parts, letters, bytes).await;
                }
            }
            Err(error) => {
                let error = aurora_tasks::chain(&error);
                warn!(
                    error,
                    "dead letters could not be let go; tried again in a minute"
                );
            }
        }
    }
}

/// Once a day: what is lost was given up, but nobody has looked at it.
async fn say_full(parts: &Parts, letters: u64, bytes: u64) {
    let day = i64::try_from(DAY.as_millis()).unwrap_or(i64::MAX);
    let today = parts.clock.now().as_millis().div_euclid(day) * day;
    let about = ourselves::About {
        rule: "dead-letters-full",
        title: "Dead letters were let go early",
        severity: Severity::High,
        subject: "this site".to_owned(),
        detail: format!(
            "{letters} letters of {bytes} bytes went before their time; look at `aurorasoc deadletter \
             list`, or raise `storage.dead_letter_bytes`"
        ),
        since: Timestamp::from_millis(today),
    };
    let told = match parts.bus("notify") {
        Ok(bus) => ourselves::alert(parts, &bus, &about).await,
        Err(error) => Err(error),
    };
    if let Err(error) = told {
        let error = aurora_tasks::chain(&error);
        warn!(error, "an alert about ourselves cannot be opened");
    }
}

async fn watch(parts: Parts) {
    let shutdown = parts.tasks.shutdown();
    let mut timer = tokio::time::interval(Duration::from_secs(1));
    while !shutdown.is_cancelled() {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = timer.tick() => {}
        }
        let Engine::Embedded(handle) = &parts.adapters.engine else {
            parts.health.set("engine", Health::Ready);
            return;
        };
        let status = handle.status();
        let health = match status.phase {
            Phase::Ready => Health::Ready,
            Phase::Starting => Health::Starting,
            Phase::Restarting | Phase::Stopped => {
                let last = status.last_error.unwrap_or_default();
                Health::Degraded {
                    reason: format!("restarting: {last}"),
                }
            }
        };
        parts
            .metrics
            .set(Metric::EngineUp, &[], i64::from(health == Health::Ready));
        let restarts = i64::try_from(status.restarts).unwrap_or(i64::MAX);
        parts.metrics.set(Metric::EngineRestarts, &[], restarts);
        parts.health.set("engine", health);
    }
}
