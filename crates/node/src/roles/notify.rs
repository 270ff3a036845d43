use std::time::Duration;

use aurora_notify::Notifier;

use super::{Parts, sole};
use crate::Error;

/// Tells people of alerts.
pub(super) fn start(parts: &Parts) -> Result<(), Error> {
    let interval = Duration::from_secs(parts.config.notify.group_seconds);
    let (notify, bus, health) = (
        parts.notify.clone(),
        parts.bus("notify")?,
        parts.health.clone(),
    );
    let pages = parts.config.federation.enabled;
    sole::spawn(parts, "notify", "notify", move |shutdown| {
        let notifier = Notifier::new(notify.clone(), bus.clone(), health.clone(), interval);
        notifier.with_pages(pages).run(shutdown)
    })
}
