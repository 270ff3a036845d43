//! An alert about ourselves: opened and counted like every other.

use aurora_bus::BusHandle;
use aurora_clock::Timestamp;
use aurora_detect::alert_about_ourselves;
use aurora_ids::Derive;
use aurora_model::Severity;

use crate::Error;
use crate::roles::Parts;

/// What there is to say.
pub(crate) struct About {
    /// The rule's name behind `aurorasoc:`.
    pub(crate) rule: &'static str,
    pub(crate) title: &'static str,
    pub(crate) severity: Severity,
    /// May hold text from the log.
    pub(crate) subject: String,
    pub(crate) detail: String,
    /// With rule and subject it names the alert: told twice, it is one.
    pub(crate) since: Timestamp,
}

/// Opens the alert through the bus of a role that may publish alerts.
pub(crate) async fn alert(parts: &Parts, bus: &BusHandle, about: &About) -> Result<(), Error> {
    let scope = &parts.scope;
    let event = Derive::new("aurora.ourselves.v1")
        .part(scope.site.0.as_bytes())
        .part(about.rule)
        .part(&about.subject)
        .part(about.since.as_millis().to_le_bytes())
        .finish();
    let told = aurora_detect::About {
        event,
        rule: about.rule,
        title: format!("{}: {}", about.title, about.subject),
        severity: about.severity,
        selection: "site",
        subject: &about.subject,
        detail: &about.detail,
        reason: about.title,
    };
    let records = parts.adapters.records.as_ref();
    alert_about_ourselves(scope, bus, records, "node", &told, parts.clock.now()).await
}
