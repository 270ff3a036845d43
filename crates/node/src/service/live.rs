//! Keeps watchers of the console up to date, from what the stores say: it works the same whoever
//! changed an alert, and on whichever machine.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aurora_messages::{
    AlertChange, AlertRow, IncidentChange, IncidentRow, LedgerReport, LiveEvent,
};
use aurora_model::{AlertId, IncidentId, ledger::MatchLedger};
use aurora_records::{Collection, Query, Test};
use tracing::warn;

use super::{SiteService, accounts, alerts, incidents};

const EVERY: Duration = Duration::from_millis(500);
const LEDGER_EVERY: u32 = 4;
/// Changes read at a time.
const CHANGES: usize = 1000;

pub(super) fn start(site: Arc<SiteService>) {
    let tasks = site.parts.tasks.clone();
    tasks.spawn("live", async move {
        watch(&site).await;
        Ok::<_, std::io::Error>(())
    });
}

/// What watchers were told last.
#[derive(Default)]
struct Told {
    /// Everything changed before this was told.
    until: i64,
    /// Versions told of alerts changed at `until` or later.
    versions: HashMap<AlertId, u64>,
    /// The same of incidents.
    incidents_until: i64,
    incidents: HashMap<IncidentId, u64>,
    ledger: Option<LedgerReport>,
}

async fn watch(site: &SiteService) {
    let shutdown = site.parts.tasks.shutdown();
    let mut timer = tokio::time::interval(EVERY);
    timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut told = Told {
        until: site.started_at.as_millis(),
        incidents_until: site.started_at.as_millis(),
        ..Told::default()
    };
    let mut turn = 0_u32;
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = timer.tick() => {}
        }
        if let Err(error) = tell_alerts(site, &mut told).await {
            warn!(%error, "watchers could not be told of alerts; tried again");
        }
        if let Err(error) = tell_incidents(site, &mut told).await {
            warn!(%error, "watchers could not be told of incidents; tried again");
        }
        if turn.is_multiple_of(LEDGER_EVERY) {
            tell_ledger(site, &mut told).await;
        }
        turn = turn.wrapping_add(1);
    }
}

async fn tell_alerts(site: &SiteService, told: &mut Told) -> Result<(), aurora_records::Error> {
    loop {
        let query = Query::of(Collection::Alerts)
            .with("updated_at", Test::AtLeast(told.until))
            .oldest("updated_at")
            .limit(CHANGES);
        let page = site.records().list(&site.parts.scope, &query).await?;
        let full = page.documents.len() == CHANGES;
        let mut latest = told.until;
        let mut news = 0;
        for document in page.documents {
            let version = document.version;
            let Some(alert) = alerts::read(document) else {
                continue;
            };
            latest = latest.max(alert.updated_at.as_millis());
            let known = told.versions.insert(alert.id, version);
            if known == Some(version) {
                continue;
            }
            news += 1;
            let created = known.is_none() && alert.created_at == alert.updated_at;
            let alert = AlertRow::from(&alert);
            site.feed
                .publish(&LiveEvent::Alert(AlertChange { created, alert }));
        }
        if latest > told.until {
            told.until = latest;
        }
        if told.versions.len() > 10 * CHANGES {
            told.versions.clear();
        }
        if !full || news == 0 {
            return Ok(());
        }
    }
}

async fn tell_incidents(site: &SiteService, told: &mut Told) -> Result<(), aurora_records::Error> {
    loop {
        let query = Query::of(Collection::Incidents)
            .with("updated_at", Test::AtLeast(told.incidents_until))
            .oldest("updated_at")
            .limit(CHANGES);
        let page = site.records().list(&site.parts.scope, &query).await?;
        let full = page.documents.len() == CHANGES;
        let mut news = 0;
        for document in page.documents {
            let version = document.version;
            let Some(incident) = incidents::read(document) else {
                continue;
            };
            told.incidents_until = told.incidents_until.max(incident.updated_at.as_millis());
            let known = told.incidents.insert(incident.id, version);
            if known == Some(version) {
                continue;
            }
            news += 1;
            let created = known.is_none() && incident.created_at == incident.updated_at;
            let incident = IncidentRow::from(&incident);
            site.feed
                .publish(&LiveEvent::Incident(IncidentChange { created, incident }));
        }
        if told.incidents.len() > 10 * CHANGES {
            told.incidents.clear();
        }
        if !full || news == 0 {
            return Ok(());
        }
    }
}

async fn tell_ledger(site: &SiteService, told: &mut Told) {
    let Ok(report) = accounts::ledger(site, &site.parts.scope).await else {
        return;
    };
    site.sample(&report);
    let same = |old: &LedgerReport, matches: &MatchLedger| {
        old.total == report.total && old.matches == *matches
    };
    if told
        .ledger
        .as_ref()
        .is_some_and(|old| same(old, &report.matches))
    {
        return;
    }
    site.feed.publish(&LiveEvent::Ledger(report.clone()));
    told.ledger = Some(report);
}
