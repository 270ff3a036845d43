use aurora_ledger::{Handle, Ledger, Options};

use super::{Parts, sole};
use crate::Error;

/// Counts what was received.
pub(super) fn start(parts: &Parts) -> Result<(), Error> {
    let (made, bus) = (parts.clone(), parts.bus("ledger")?);
    sole::spawn(parts, "ledger", "ledger", move |shutdown| {
        ledger(&made, bus.clone()).run(shutdown)
    })?;
    parts.ready("ledger");
    Ok(())
}

/// Answers for both ledgers, wherever they are counted.
pub(super) fn handle(parts: &Parts) -> Result<Handle, Error> {
    Ok(ledger(parts, parts.bus("ledger")?).handle())
}

fn ledger(parts: &Parts, bus: aurora_bus::BusHandle) -> Ledger {
    Ledger::new(
        Options::default(),
        parts.scope.clone(),
        bus,
        parts.adapters.records.clone(),
        parts.clock.clone(),
        parts.metrics.clone(),
    )
}
