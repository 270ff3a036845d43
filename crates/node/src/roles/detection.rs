use std::time::Duration;

use aurora_detect::correlate::{self, Correlate};
use aurora_detect::{Detector, Options};
use aurora_telemetry::{Health, Metric};

use super::Parts;
use crate::Error;

/// Evaluates rules and opens alerts.
pub(super) fn start(parts: &Parts) -> Result<(), Error> {
    let window = Duration::from_secs(parts.config.detection.group_window_seconds);
    let detector = Detector::new(
        Options {
            group_window: window,
        },
        parts.scope.clone(),
        parts.bus("detect")?,
        parts.adapters.records.clone(),
        parts.rules.handle(),
        parts.clock.clone(),
        parts.metrics.clone(),
    )
    .with_indicators(parts.indicators.handle());
    parts
        .tasks
        .spawn("detect", detector.run(parts.tasks.shutdown()));
    start_correlations(parts)?;
    report(parts);
    let health = crate::service::indicators::health(&parts.indicators);
    parts.health.set("indicators", health);
    Ok(())
}

fn start_correlations(parts: &Parts) -> Result<(), Error> {
    let detection = &parts.config.detection;
    let options = correlate::Options {
        group_window: Duration::from_secs(detection.group_window_seconds),
        idle: Duration::from_secs(detection.idle_seconds),
        snapshot_every: Duration::from_secs(detection.snapshot_seconds.max(1)),
        ..correlate::Options::new(parts.scratch.join("windows"))
    };
    let stores = &parts.adapters;
    let correlate = Correlate::new(
        options,
        correlate::Parts {
            scope: parts.scope.clone(),
            bus: parts.bus("correlate")?,
            records: stores.records.clone(),
            events: stores.events.clone(),
            artifacts: stores.artifacts.clone(),
            windows: stores.windows.clone(),
            rules: parts.rules.handle(),
            clock: parts.clock.clone(),
            metrics: parts.metrics.clone(),
            health: parts.health.clone(),
        },
    );
    parts
        .tasks
        .spawn("correlate", correlate.run(parts.tasks.shutdown()));
    Ok(())
}

/// Says how many rules are in force; broken ones degrade the role, visibly.
pub(crate) fn report(parts: &Parts) {
    let set = parts.rules.handle().current();
    let (loaded, broken) = (set.rules().len(), set.problems().len());
    parts.metrics.set(
        Metric::RulesLoaded,
        &[],
        i64::try_from(loaded).unwrap_or(i64::MAX),
    );
    parts.metrics.set(
        Metric::RulesBroken,
        &[],
        i64::try_from(broken).unwrap_or(i64::MAX),
    );
    let health = if broken == 0 {
        Health::Ready
    } else {
        let reason = format!("{broken} rules are not in force: see `aurorasoc rules lint`");
        Health::Degraded { reason }
    };
    parts.health.set("detect", health);
}
