use std::time::Duration;

use aurora_bus::ConsumerOptions;
use aurora_detect::correlate::{self, Correlate};
use aurora_detect::{Detector, Options, Sharing};
use aurora_telemetry::{Health, Metric};

use super::Parts;
use crate::Error;

/// Parts of the events, and of the windows, where processes share a site: as many of them take part at
/// most. A site's for ever, as windows are stored by part.
pub(crate) const EVENT_PARTS: u16 = 16;
pub(crate) const WINDOW_PARTS: u16 = 8;

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
    .with_indicators(parts.indicators.handle())
    .shared(sharing(parts, EVENT_PARTS));
    parts
        .tasks
        .spawn("detect", detector.run(parts.tasks.shutdown()));
    report(parts);
    let health = crate::service::indicators::health(&parts.indicators);
    parts.health.set("indicators", health);
    Ok(())
}

/// Owns windows of correlations.
pub(super) fn start_correlations(parts: &Parts) -> Result<(), Error> {
    let detection = &parts.config.detection;
    let scratch = match &parts.seat {
        Some(seat) => seat.join("windows"),
        None => parts.scratch.join("windows"),
    };
    let options = correlate::Options {
        group_window: Duration::from_secs(detection.group_window_seconds),
        idle: Duration::from_secs(detection.idle_seconds),
        snapshot_every: Duration::from_secs(detection.snapshot_seconds.max(1)),
        rebuild_lost: detection.rebuild_lost_windows,
        ..correlate::Options::new(scratch)
    };
    let stores = &parts.adapters;
    let mut correlate = Correlate::new(
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
    if let Some(seat) = &parts.seat {
        correlate = correlate.shared(sharing(parts, WINDOW_PARTS), seat.clone());
    }
    parts
        .tasks
        .spawn("correlate", correlate.run(parts.tasks.shutdown()));
    Ok(())
}

fn sharing(parts: &Parts, count: u16) -> Sharing {
    let shared = parts.config.bus.is_shared();
    Sharing {
        lease: parts.config.bus.lease(),
        ..Sharing::among(parts.worker.clone(), if shared { count } else { 1 })
    }
}

/// The consumers of events.
pub(crate) fn events(shared: bool) -> impl Iterator<Item = ConsumerOptions> {
    Detector::consumers_of(if shared { EVENT_PARTS } else { 1 })
}

/// The consumers whose acknowledgements say how far correlations have come.
pub(crate) fn working(shared: bool) -> impl Iterator<Item = ConsumerOptions> {
    let parts = Correlate::consumers_of(if shared { WINDOW_PARTS } else { 1 });
    parts.map(|[working, _]| working)
}

/// The consumers of matches, for each part the one that works and the one that holds.
pub(crate) fn windows(shared: bool) -> impl Iterator<Item = ConsumerOptions> {
    Correlate::consumers_of(if shared { WINDOW_PARTS } else { 1 }).flatten()
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
