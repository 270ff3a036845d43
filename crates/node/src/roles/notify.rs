use std::time::Duration;

use aurora_notify::Notifier;

use super::Parts;
use crate::Error;

/// Tells people of alerts.
pub(super) fn start(parts: &Parts) -> Result<(), Error> {
    let interval = Duration::from_secs(parts.config.notify.group_seconds);
    let (bus, health) = (parts.bus("notify")?, parts.health.clone());
    let notifier = Notifier::new(parts.notify.clone(), bus, health, interval);
    parts
        .tasks
        .spawn("notify", notifier.run(parts.tasks.shutdown()));
    Ok(())
}
