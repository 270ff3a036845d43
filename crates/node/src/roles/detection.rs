use std::time::Duration;

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
    );
    parts
        .tasks
        .spawn("detect", detector.run(parts.tasks.shutdown()));
    report(parts);
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
