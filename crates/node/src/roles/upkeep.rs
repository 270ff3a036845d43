//! What a site does for itself on a timer: let old events go, and say how the engine is.

use std::time::Duration;

use aurora_events_engine::Phase;
use aurora_telemetry::{Health, Metric};
use tracing::{info, warn};

use super::Parts;
use crate::Engine;

const DAY: Duration = Duration::from_secs(24 * 3600);

pub(super) fn start(parts: &Parts) {
    let (expiring, watching) = (parts.clone(), parts.clone());
    parts.tasks.spawn("retention", async move {
        expire(expiring).await;
        Ok::<_, aurora_events::Error>(())
    });
    parts.tasks.spawn("engine-watch", async move {
        watch(watching).await;
        Ok::<_, aurora_events::Error>(())
    });
}

/// Every hour, events received longer ago than retention allows are let go.
async fn expire(parts: Parts) {
    let shutdown = parts.tasks.shutdown();
    let keep = DAY * parts.config.events.retention_days.max(1);
    let mut timer = tokio::time::interval(Duration::from_secs(3600));
    timer.tick().await;
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = timer.tick() => {}
        }
        let before = parts.clock.now().minus(keep);
        match parts.adapters.events.expire(&parts.scope, before).await {
            Ok(0) => {}
            Ok(rows) => info!(rows, %before, "old events were let go"),
            Err(error) => warn!(%error, "old events could not be let go; tried again in an hour"),
        }
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
