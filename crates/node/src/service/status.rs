use std::collections::VecDeque;
use std::sync::PoisonError;
use std::time::Duration;

use aurora_api::site::Error;
use aurora_bus::ConsumerOptions;
use aurora_clock::Timestamp;
use aurora_codes::Code;
use aurora_events::{Error as EventsError, StoreInfo};
use aurora_events_engine::Phase;
use aurora_messages::{
    DiskStatus, EngineStatus, Health, LedgerReport, ListenerStatus, Rates, RoleStatus, RuleCounts,
    SiteStatus,
};
use aurora_model::{Scope, Stream};
use aurora_records::{Collection, Query, Test};
use aurora_telemetry::Metric;

use super::SiteService;
use super::judging::{late_windows, pending};
use crate::roles;
use crate::{Engine, Role};

const MINUTE: Duration = Duration::from_secs(60);

/// The ledger's totals over the last minute.
#[derive(Default)]
pub(super) struct Samples(VecDeque<Sample>);

#[derive(Clone, Copy)]
struct Sample {
    at: Timestamp,
    records: u64,
    events: u64,
    matches: u64,
}

impl SiteService {
    /// Remembers a ledger's totals for the rates.
    pub(super) fn sample(&self, report: &LedgerReport) {
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        samples.0.push_back(Sample {
            at: report.at,
            records: report.total.received,
            events: report.total.events,
            matches: report.matches.matches,
        });
        while samples
            .0
            .front()
            .is_some_and(|oldest| report.at.since(oldest.at) > MINUTE)
        {
            samples.0.pop_front();
        }
    }
}

pub(super) async fn status(site: &SiteService, scope: &Scope) -> SiteStatus {
    let set = site.parts.rules.handle().current();
    let addresses = site
        .addresses
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    SiteStatus {
        site: scope.site,
        name: site.parts.config.site.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        started_at: site.started_at,
        now: site.now(),
        data_dir: site.data_dir.display().to_string(),
        roles: all_roles(site).await,
        listeners: addresses
            .into_iter()
            .map(|(name, address)| ListenerStatus {
                name,
                address: address.to_string(),
            })
            .collect(),
        rates: rates(site, scope).await,
        engine: engine(site, scope).await,
        disk: disk(site),
        rules: RuleCounts {
            loaded: (set.rules().len() + set.correlations().len()) as u64,
            broken: set.problems().len() as u64,
        },
    }
}

async fn all_roles(site: &SiteService) -> Vec<RoleStatus> {
    use aurora_telemetry::Health as Own;
    let mut found = Vec::new();
    for (role, health) in site.parts.health.all() {
        let (health, detail) = match health {
            Own::Starting => (Health::Starting, None),
            Own::Ready => (Health::Ready, None),
            Own::Degraded { reason } => (Health::Degraded, Some(reason)),
            Own::Stopped => (Health::Down, None),
        };
        let waiting = waiting(site, &role).await;
        found.push(RoleStatus {
            role,
            health,
            detail,
            waiting,
        });
    }
    found.extend(elsewhere(site).await);
    if let Some(reason) = lost_windows(site).await {
        for role in found.iter_mut().filter(|role| role.role == "correlate") {
            (role.health, role.detail) = (Health::Degraded, Some(reason.clone()));
        }
    }
    found
}

/// Says which parts of the windows nobody can work on, if there are any. Whoever owns them says so on
/// record.
pub(super) async fn lost_windows(site: &SiteService) -> Option<String> {
    let (records, scope) = (site.parts.adapters.records.as_ref(), &site.parts.scope);
    let lost = match aurora_detect::correlate::lost(records, scope).await {
        Ok(lost) => lost,
        Err(error) => return Some(aurora_tasks::chain(&error)),
    };
    let first = lost.first()?;
    let (code, parts, since) = (Code::WindowsLost, lost.len(), first.since);
    let reason = &first.reason;
    Some(format!(
        "{code}: nobody can work on {parts} parts of the windows, since {since}: {reason}"
    ))
}

/// Roles that other processes have, if any has them.
async fn elsewhere(site: &SiteService) -> Vec<RoleStatus> {
    let others = Role::all();
    let others = others.difference(&site.parts.roles).copied();
    let mut found = Vec::new();
    for (role, user) in others.filter_map(|role| Some((role, role.user()?))) {
        let leases = roles::leases(role, user);
        let held = site.parts.adapters.bus.holders(&leases).await;
        let free = held.map_or(leases.len(), |held| {
            held.iter().filter(|holder| holder.is_none()).count()
        });
        let health = match free {
            0 => Health::Ready,
            free if free < leases.len() => Health::Degraded,
            _ => Health::Down,
        };
        let detail = if free == 0 {
            "in another process".to_owned()
        } else {
            let all = leases.len();
            format!("{free} of {all} parts have no process: `aurorasoc serve --roles` starts one")
        };
        found.push(RoleStatus {
            role: user.to_owned(),
            health,
            detail: Some(detail),
            waiting: waiting(site, user).await,
        });
    }
    found
}

/// An engine that hangs is found out by its watchdog some seconds later; those who ask how the site
/// is do not wait for that.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// Whoever watches the site asks how it is several times a second, and a store counts its rows for
/// that: an answer serves for this long, and longer where it is dear.
const FRESH: Duration = Duration::from_secs(1);
/// The most of its time that a store spends on being asked, as a part of one.
const SHARE: u32 = 20;
/// Never longer, so that a store that no longer answers is told soon.
const STALE: Duration = Duration::from_secs(5);

/// What the event store said of itself.
#[derive(Clone)]
pub(super) struct Stored {
    scope: Scope,
    info: StoreInfo,
    until: Duration,
}

impl SiteService {
    /// About now: see [`FRESH`].
    pub(super) async fn store_info(&self, scope: &Scope) -> Result<StoreInfo, EventsError> {
        // Who waits for another one's answer waits no longer than for his own.
        let asked = tokio::time::timeout(ANSWERS_WITHIN, self.known_or_asked(scope)).await;
        asked.unwrap_or_else(|_| {
            let seconds = ANSWERS_WITHIN.as_secs();
            let text = format!("it did not answer within {seconds} s");
            Err(EventsError::Unavailable(text))
        })
    }

    async fn known_or_asked(&self, scope: &Scope) -> Result<StoreInfo, EventsError> {
        let mut stored = self.stored.lock().await;
        let asked_at = self.parts.clock.elapsed();
        let known = stored.as_ref().filter(|it| it.scope == *scope);
        if let Some(known) = known.filter(|it| asked_at < it.until) {
            return Ok(known.info.clone());
        }
        let info = self.events().info(scope).await?;
        let answered_at = self.parts.clock.elapsed();
        let took = answered_at.saturating_sub(asked_at);
        *stored = Some(Stored {
            scope: scope.clone(),
            info: info.clone(),
            until: answered_at + (took * SHARE).clamp(FRESH, STALE),
        });
        Ok(info)
    }
}

/// What waits for the role on the bus: the sum over shards, else what waits for its slowest consumer;
/// for correlations also the windows that are to be judged again. What cannot be counted is left out.
async fn waiting(site: &SiteService, role: &str) -> Option<u64> {
    let shared = site.parts.config.bus.is_shared();
    let most: Vec<ConsumerOptions> = match role {
        "normalise" => {
            let consumers = aurora_normalise::Normaliser::consumers();
            return Some(pending(site, consumers).await.unwrap_or_default());
        }
        "detect" => {
            let consumers = roles::events(shared);
            return Some(pending(site, consumers).await.unwrap_or_default());
        }
        "store" => vec![
            aurora_store::EventWriter::consumer(),
            aurora_store::FindingWriter::consumer(),
            aurora_store::DeadLetterKeeper::consumer(),
        ],
        "correlate" => roles::working(shared).collect(),
        "incidents" => vec![aurora_incidents::EntityService::consumer()],
        _ => return None,
    };
    let mut waiting = 0;
    for consumer in most {
        let of_one = pending(site, std::iter::once(consumer)).await;
        waiting = waiting.max(of_one.unwrap_or_default());
    }
    if role == "correlate" {
        waiting = waiting.max(late_windows(site).await.unwrap_or_default());
    }
    Some(waiting)
}

#[allow(clippy::cast_precision_loss)]
async fn rates(site: &SiteService, scope: &Scope) -> Rates {
    let hour = site.now().minus(Duration::from_secs(3600));
    let query = Query::of(Collection::Alerts)
        .with("created_at", Test::AtLeast(hour.as_millis()))
        .limit(0);
    let alerts = site
        .records()
        .list(scope, &query)
        .await
        .map_or(0, |page| page.total);
    let samples = site.samples.lock().unwrap_or_else(PoisonError::into_inner);
    let (Some(first), Some(last)) = (samples.0.front(), samples.0.back()) else {
        return Rates {
            alerts_last_hour: alerts,
            ..Rates::default()
        };
    };
    let seconds = last.at.since(first.at).as_secs_f64().max(1.0);
    let rate = |new: u64, old: u64| new.saturating_sub(old) as f64 / seconds;
    Rates {
        records_per_second: rate(last.records, first.records),
        events_per_second: rate(last.events, first.events),
        matches_per_second: rate(last.matches, first.matches),
        alerts_last_hour: alerts,
    }
}

async fn engine(site: &SiteService, scope: &Scope) -> EngineStatus {
    let info = site.store_info(scope).await;
    let (rows, bytes) = info.as_ref().map_or((0, 0), |info| (info.rows, info.bytes));
    let (engine, mut health, restarts, mut detail) = match &site.parts.adapters.engine {
        Engine::Memory => ("memory".to_owned(), Health::Ready, 0, None),
        Engine::Server(address) => (format!("clickhouse at {address}"), Health::Ready, 0, None),
        Engine::Embedded(handle) => {
            let status = handle.status();
            let health = match status.phase {
                Phase::Ready => Health::Ready,
                Phase::Starting => Health::Starting,
                Phase::Restarting => Health::Degraded,
                Phase::Stopped => Health::Down,
            };
            (
                "embedded".to_owned(),
                health,
                status.restarts,
                status.last_error,
            )
        }
    };
    if let (Err(error), Health::Ready) = (&info, health) {
        health = Health::Degraded;
        detail = Some(aurora_tasks::chain(error));
    }
    EngineStatus {
        health,
        detail,
        engine,
        rows,
        bytes,
        restarts,
    }
}

fn disk(site: &SiteService) -> DiskStatus {
    let stat = rustix::fs::statvfs(&site.data_dir);
    let (free, used) = stat.map_or((0, 0), |stat| {
        let used = stat.f_blocks.saturating_sub(stat.f_bfree);
        (stat.f_bavail * stat.f_frsize, used * stat.f_frsize)
    });
    DiskStatus {
        free_bytes: free,
        reserve_bytes: site.parts.config.storage.reserve_bytes,
        used_bytes: used,
    }
}

/// The registry's text, with both ledgers and the bus as they are now.
pub(super) async fn metrics(site: &SiteService) -> Result<String, Error> {
    let metrics = &site.parts.metrics;
    site.ledger.show(metrics).await.map_err(Error::internal)?;
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    for stream in Stream::ALL {
        if let Ok(info) = site.parts.adapters.bus.stream(stream).await {
            metrics.set(Metric::BusBytes, &[stream.name()], whole(info.bytes));
        }
    }
    let active = super::suppressions::active(site, &site.parts.scope).await?;
    metrics.set(Metric::SuppressionsActive, &[], whole(active.len() as u64));
    for (role, health) in site.parts.health.all() {
        let ready = match health {
            aurora_telemetry::Health::Ready => 2,
            aurora_telemetry::Health::Degraded { .. } => 1,
            aurora_telemetry::Health::Starting | aurora_telemetry::Health::Stopped => 0,
        };
        metrics.set(Metric::RoleReady, &[&role], ready);
    }
    for (name, ends) in super::trust::certificates(site) {
        let seconds = (ends.as_millis() - site.now().as_millis()) / 1000;
        metrics.set(Metric::CertificateSeconds, &[&name], seconds);
    }
    let enrolled = site.trust.edges.roll().count();
    metrics.set(Metric::EdgesEnrolled, &[], whole(enrolled as u64));
    super::federation::measure(site);
    Ok(metrics.render())
}
