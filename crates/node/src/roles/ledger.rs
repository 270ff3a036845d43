use aurora_ledger::{Handle, Ledger, Options};

use super::Parts;
use crate::Error;

/// Counts what was received and answers for both ledgers.
pub(super) fn start(parts: &Parts) -> Result<Handle, Error> {
    let ledger = Ledger::new(
        Options::default(),
        parts.scope.clone(),
        parts.bus("ledger")?,
        parts.adapters.records.clone(),
        parts.clock.clone(),
        parts.metrics.clone(),
    );
    let handle = ledger.handle();
    parts
        .tasks
        .spawn("ledger", ledger.run(parts.tasks.shutdown()));
    parts.ready("ledger");
    Ok(handle)
}
