use aurora_store::{DeadLetterKeeper, EventWriter, FindingWriter, Options};

use super::Parts;
use crate::Error;

/// Keeps events, findings and dead letters.
pub(super) fn start(parts: &Parts) -> Result<(), Error> {
    let (options, stores, shutdown) = (Options::default(), &parts.adapters, parts.tasks.shutdown());
    let events = EventWriter::new(
        options,
        parts.scope.clone(),
        parts.bus("store")?,
        stores.events.clone(),
        stores.records.clone(),
        parts.clock.clone(),
        parts.metrics.clone(),
    );
    let findings = FindingWriter::new(
        options,
        parts.scope.clone(),
        parts.bus("store")?,
        stores.events.clone(),
        stores.records.clone(),
        parts.clock.clone(),
    );
    let dead = DeadLetterKeeper::new(
        parts.scope.clone(),
        parts.bus("store")?,
        stores.records.clone(),
        stores.artifacts.clone(),
    );
    parts
        .tasks
        .spawn("store-events", events.run(shutdown.clone()));
    parts
        .tasks
        .spawn("store-findings", findings.run(shutdown.clone()));
    parts.tasks.spawn("store-deadletter", dead.run(shutdown));
    parts.ready("store");
    Ok(())
}
