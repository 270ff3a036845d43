use std::sync::Arc;

use aurora_audit_sequencer::{Handle, Keys, Options, Service};
use aurora_disk::RealDisk;
use aurora_secrets::Keyring;

use super::Parts;
use crate::Error;

/// Derives the audit log from the decision records, in the data directory of this process: whoever
/// holds its lock is the only one who writes the log.
pub(crate) fn start(parts: &Parts, keyring: &Keyring) -> Result<Handle, Error> {
    let scope = parts.scope.clone();
    let folder = parts.scratch.join("audit").join(scope.tenant.as_str());
    let disk = RealDisk::new(folder).map_err(Error::Audit)?;
    let service = Service::new(
        Options::default(),
        scope.clone(),
        Arc::new(disk),
        Keys::of(keyring, &scope),
        parts.adapters.records.clone(),
        parts.metrics.clone(),
        parts.health.clone(),
    );
    let handle = service.handle();
    let shutdown = parts.tasks.shutdown();
    parts.tasks.spawn("audit", service.run(shutdown));
    Ok(handle)
}
