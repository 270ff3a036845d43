//! An alert about ourselves: a channel that goes on failing.

use aurora_bus::BusHandle;
use aurora_clock::Timestamp;
use aurora_detect::{About, alert_about_ourselves};
use aurora_ids::Derive;
use aurora_model::{Scope, Severity};
use aurora_records::Records;

use crate::Error;

/// Opens the alert, counted like every other, once for a time of failing.
pub(crate) async fn alert(
    scope: &Scope,
    bus: &BusHandle,
    records: &dyn Records,
    channel: &str,
    since: Timestamp,
    reason: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let event = Derive::new("aurora.notify.failing.v1")
        .part(scope.site.0.as_bytes())
        .part(channel)
        .part(since.as_millis().to_le_bytes())
        .finish();
    let about = About {
        event,
        rule: "notification-failing",
        title: format!("Notifications do not go out: {channel}"),
        severity: Severity::High,
        selection: "channel",
        subject: channel,
        detail: reason,
        reason: "a channel goes on failing",
    };
    alert_about_ourselves(scope, bus, records, "notify", &about, now).await
}
