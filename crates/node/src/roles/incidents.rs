use aurora_incidents::{EntityService, IncidentService};

use super::Parts;
use crate::Error;

/// Joins alerts to incidents, and keeps who is seen in events.
pub(super) fn start(parts: &Parts) -> Result<(), Error> {
    let options = &parts.config.incidents;
    let incidents = IncidentService::new(
        options.clone(),
        parts.scope.clone(),
        parts.bus("incidents")?,
        parts.adapters.records.clone(),
        parts.clock.clone(),
        parts.metrics.clone(),
    );
    let entities = EntityService::new(
        options.clone(),
        parts.scope.clone(),
        parts.bus("incidents")?,
        parts.adapters.records.clone(),
        parts.clock.clone(),
        parts.metrics.clone(),
    );
    let shutdown = parts.tasks.shutdown();
    parts
        .tasks
        .spawn("incidents", incidents.run(shutdown.clone()));
    parts.tasks.spawn("entities", entities.run(shutdown));
    parts.ready("incidents");
    Ok(())
}
