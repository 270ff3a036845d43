//! Work that one process does at a time: whoever holds its lease. The others stand by.

use std::error::Error as StdError;
use std::sync::Arc;

use aurora_bus::{End, Lanes, Shares};
use aurora_tasks::Shutdown;

use super::Parts;
use crate::Error;

/// Runs a service called `name` of a role. `service` makes it, once each time that its turn comes.
pub(super) fn spawn<S, F, E>(
    parts: &Parts,
    role: &'static str,
    name: &'static str,
    service: S,
) -> Result<(), Error>
where
    S: Fn(Shutdown) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), E>> + Send + 'static,
    E: StdError + From<aurora_bus::Error> + Send + 'static,
{
    let shutdown = parts.tasks.shutdown();
    if !parts.config.bus.is_shared() {
        // The data directory's lock says that nobody else does it.
        parts.tasks.spawn(name, service(shutdown));
        return Ok(());
    }
    let (worker, lease) = (parts.worker.clone(), parts.config.bus.lease());
    let shares = Shares::new(parts.bus(role)?, name, 1, worker, lease);
    let service = Arc::new(service);
    let lanes: Lanes<E> = Lanes::new(shares, move |_, _, stop| {
        let service = service.clone();
        Box::pin(async move {
            match service(stop).await {
                Ok(()) => Ok(End::Stopped),
                Err(error) if is_moved(&error) => Ok(End::Moved),
                Err(error) => Err(error),
            }
        })
    });
    parts.tasks.spawn(name, lanes.run(shutdown));
    Ok(())
}

/// Whether another process did the work meanwhile: the services keep how far they have come in the
/// commit of what they did, and find that it has moved.
fn is_moved(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let moved = matches!(
            error.downcast_ref(),
            Some(aurora_records::Error::CheckpointMoved { .. })
        );
        if moved {
            return true;
        }
        next = error.source();
    }
    false
}
