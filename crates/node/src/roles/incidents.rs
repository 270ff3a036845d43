use aurora_incidents::{EntityService, IncidentService};

use super::{Parts, sole};
use crate::Error;

/// Joins alerts to incidents, and keeps who is seen in events.
pub(super) fn start(parts: &Parts) -> Result<(), Error> {
    let (of, bus) = (parts.clone(), parts.bus("incidents")?);
    sole::spawn(parts, "incidents", "incidents", move |shutdown| {
        let service = IncidentService::new(
            of.config.incidents.clone(),
            of.scope.clone(),
            bus.clone(),
            of.adapters.records.clone(),
            of.clock.clone(),
            of.metrics.clone(),
        );
        service.run(shutdown)
    })?;
    let (of, bus) = (parts.clone(), parts.bus("incidents")?);
    sole::spawn(parts, "incidents", "entities", move |shutdown| {
        let service = EntityService::new(
            of.config.incidents.clone(),
            of.scope.clone(),
            bus.clone(),
            of.adapters.records.clone(),
            of.clock.clone(),
            of.metrics.clone(),
        );
        service.run(shutdown)
    })?;
    parts.ready("incidents");
    Ok(())
}
