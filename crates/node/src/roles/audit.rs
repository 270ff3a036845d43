use std::sync::Arc;

use aurora_audit_sequencer::{Handle, Keys, Options, Service};
use aurora_audit_witness::Service as Witnesses;
use aurora_disk::RealDisk;
use aurora_secrets::Keyring;

use super::Parts;
use crate::Error;

/// Derives the audit log from the decision records, in the data directory of this process: whoever
/// holds its lock is the only one who writes the log.
pub(crate) fn start(parts: &Parts, keyring: &Keyring) -> Result<Handle, Error> {
    let scope = parts.scope.clone();
    let folder = parts.scratch.join("audit").join(scope.tenant.as_str());
    let disk = Arc::new(RealDisk::new(folder).map_err(Error::Audit)?);
    let keys = Keys::of(keyring, &scope);
    let log = keys.verifier().expect("the origin of a scope names a key");
    let service = Service::new(
        Options::default(),
        scope.clone(),
        disk.clone(),
        keys,
        parts.adapters.records.clone(),
        parts.metrics.clone(),
        parts.health.clone(),
    );
    let handle = service.handle();
    let shutdown = parts.tasks.shutdown();
    parts.tasks.spawn("audit", service.run(shutdown.clone()));
    let asked = &parts.config.audit;
    if !asked.witnesses.is_empty() {
        let (head, metrics, health) = (handle.clone(), parts.metrics.clone(), parts.health.clone());
        let witnesses = Witnesses::new(asked, disk, log, head, metrics, health)?;
        parts.tasks.spawn("audit-witnesses", async move {
            witnesses.run(shutdown).await;
            Ok::<_, Error>(())
        });
    }
    Ok(handle)
}
