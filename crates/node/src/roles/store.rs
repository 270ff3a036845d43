use aurora_store::{DeadLetterKeeper, EventWriter, FindingWriter, Options};

use super::{Parts, sole};
use crate::Error;

/// Keeps events, findings and dead letters.
pub(super) fn start(parts: &Parts) -> Result<(), Error> {
    let (of, bus) = (parts.clone(), parts.bus("store")?);
    sole::spawn(parts, "store", "store-events", move |shutdown| {
        let events = EventWriter::new(
            Options::default(),
            of.scope.clone(),
            bus.clone(),
            of.adapters.events.clone(),
            of.adapters.records.clone(),
            of.clock.clone(),
            of.metrics.clone(),
        );
        events.run(shutdown)
    })?;
    let (of, bus) = (parts.clone(), parts.bus("store")?);
    sole::spawn(parts, "store", "store-findings", move |shutdown| {
        let findings = FindingWriter::new(
            Options::default(),
            of.scope.clone(),
            bus.clone(),
            of.adapters.events.clone(),
            of.adapters.records.clone(),
            of.clock.clone(),
        );
        findings.run(shutdown)
    })?;
    let (of, bus) = (parts.clone(), parts.bus("store")?);
    sole::spawn(parts, "store", "store-deadletter", move |shutdown| {
        let dead = DeadLetterKeeper::new(
            of.scope.clone(),
            bus.clone(),
            of.adapters.records.clone(),
            of.adapters.artifacts.clone(),
        );
        dead.run(shutdown)
    })?;
    parts.ready("store");
    Ok(())
}
