use aurora_freshness::{Kind, Notice, Service};
use aurora_model::Severity;
use tracing::error;

use super::Parts;
use crate::{Error, ourselves};

/// Keeps account of how fresh feeds are, and opens an alert when one went silent or fails.
pub(super) fn start(parts: &Parts) -> Result<(), Error> {
    let (service, mut notices) = Service::new(
        parts.config.freshness.clone(),
        parts.scope.clone(),
        // It reads what the ledger reads.
        parts.bus("ledger")?,
        parts.adapters.records.clone(),
        parts.clock.clone(),
        parts.freshness.clone(),
    );
    let shutdown = parts.tasks.shutdown();
    parts.tasks.spawn("freshness", service.run(shutdown));
    let (bus, telling) = (parts.bus("notify")?, parts.clone());
    parts.tasks.spawn("freshness-alerts", async move {
        while let Some(notice) = notices.recv().await {
            let told = ourselves::alert(&telling, &bus, &about(notice)).await;
            // The notice stands in the log as well; the site works on.
            if let Err(failed) = told {
                let error = aurora_tasks::chain(&failed);
                error!(error, "an alert about ourselves cannot be opened");
            }
        }
        Ok::<_, Error>(())
    });
    parts.ready("freshness");
    Ok(())
}

fn about(notice: Notice) -> ourselves::About {
    let (rule, title, severity) = match notice.kind {
        Kind::WentSilent => ("source-silent", "A source went silent", Severity::Medium),
        Kind::DeadLetters => ("dead-letters", "Many records are given up", Severity::High),
    };
    ourselves::About {
        rule,
        title,
        severity,
        subject: notice.subject,
        detail: notice.detail,
        since: notice.since,
    }
}
