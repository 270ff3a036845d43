//! Explains what is wrong, a line a check, with the fix.

use std::time::Duration;

use aurora_codes::Code;
use aurora_events::{HuntOptions, TimeRange};
use aurora_messages::{CheckOutcome, DoctorCheck, DoctorReport, Health};
use aurora_model::Scope;

use super::{SiteService, accounts, status};

pub(super) async fn examine(site: &SiteService, scope: &Scope) -> DoctorReport {
    let status = status::status(site, scope).await;
    let mut checks = vec![
        disk(&status.disk),
        engine(&status.engine),
        rules(&status.rules),
    ];
    for role in &status.roles {
        if role.health != Health::Ready {
            let detail = format!(
                "{}: {}",
                role.role,
                role.detail.as_deref().unwrap_or("starting")
            );
            checks.push(found("role", CheckOutcome::Warning, detail, None));
        }
    }
    checks.push(clocks(site, scope).await);
    checks.push(correlations(site, scope).await);
    checks.push(windows(site).await);
    checks.push(ledger(site, scope).await);
    checks.extend(super::trust::examine(site, scope).await);
    DoctorReport { checks }
}

fn disk(disk: &aurora_messages::DiskStatus) -> DoctorCheck {
    let (free, reserve) = (disk.free_bytes >> 20, disk.reserve_bytes >> 20);
    let detail = format!("{free} MiB free, {reserve} MiB of it kept in reserve");
    if disk.free_bytes > disk.reserve_bytes {
        return found("disk", CheckOutcome::Ok, detail, None);
    }
    found("disk", CheckOutcome::Failure, detail, Some(Code::DiskFull))
}

fn engine(engine: &aurora_messages::EngineStatus) -> DoctorCheck {
    let detail = format!(
        "{}, {} rows, {} restarts",
        engine.engine, engine.rows, engine.restarts
    );
    if engine.health == Health::Ready {
        return found("event engine", CheckOutcome::Ok, detail, None);
    }
    let detail = format!(
        "{detail}: {}",
        engine.detail.as_deref().unwrap_or("starting")
    );
    found(
        "event engine",
        CheckOutcome::Warning,
        detail,
        Some(Code::EngineDown),
    )
}

fn rules(rules: &aurora_messages::RuleCounts) -> DoctorCheck {
    let detail = format!("{} in force, {} broken", rules.loaded, rules.broken);
    if rules.broken == 0 {
        return found("rules", CheckOutcome::Ok, detail, None);
    }
    found(
        "rules",
        CheckOutcome::Warning,
        detail,
        Some(Code::RulesBroken),
    )
}

/// Bounds that correlations reached within a day: what they count there is an estimate.
async fn correlations(site: &SiteService, scope: &Scope) -> DoctorCheck {
    let since = site.now().minus(Duration::from_secs(24 * 3600));
    let query = aurora_records::Query::of(aurora_records::Collection::RuleBounds)
        .with("at", aurora_records::Test::AtLeast(since.as_millis()))
        .newest("at")
        .limit(1);
    let page = site.parts.adapters.records.list(scope, &query).await;
    let (outcome, detail) = match page {
        Err(error) => (CheckOutcome::Warning, error.to_string()),
        Ok(page) => match page.documents.first() {
            None => (CheckOutcome::Ok, "no bound was reached today".to_owned()),
            Some(newest) => {
                let text = |name: &str| newest.body[name].as_str().unwrap_or_default().to_owned();
                let (title, bound) = (text("title"), text("bound"));
                let detail = format!(
                    "{} bounds were reached today, the newest by `{title}`: {} {bound}",
                    page.total, newest.body["limit"]
                );
                (CheckOutcome::Warning, detail)
            }
        },
    };
    found("correlations", outcome, detail, None)
}

async fn windows(site: &SiteService) -> DoctorCheck {
    match status::lost_windows(site).await {
        None => {
            let detail = "no snapshot of windows is lost".to_owned();
            found("windows", CheckOutcome::Ok, detail, None)
        }
        Some(lost) => found(
            "windows",
            CheckOutcome::Failure,
            lost,
            Some(Code::WindowsLost),
        ),
    }
}

/// A sender's clock may run this far ahead of ours before somebody should know.
const AHEAD: Duration = Duration::from_secs(24 * 3600);
/// Further than any clock goes.
const FAR: Duration = Duration::from_secs(1000 * 365 * 24 * 3600);

async fn clocks(site: &SiteService, scope: &Scope) -> DoctorCheck {
    match newest_ahead(site, scope).await {
        Ok(None) => found(
            "clocks",
            CheckOutcome::Ok,
            "no event is dated in the future".to_owned(),
            None,
        ),
        Ok(Some(detail)) => found(
            "clocks",
            CheckOutcome::Warning,
            detail,
            Some(Code::ClockAhead),
        ),
        Err(error) => found(
            "clocks",
            CheckOutcome::Warning,
            error.to_string(),
            Some(Code::EngineDown),
        ),
    }
}

/// How many events are dated later than tomorrow, up to when, and from which hosts.
async fn newest_ahead(
    site: &SiteService,
    scope: &Scope,
) -> Result<Option<String>, aurora_events::Error> {
    let from = site.now().plus(AHEAD);
    let newest = site.store_info(scope).await?.newest;
    let Some(newest) = newest.filter(|newest| *newest > from) else {
        return Ok(None);
    };
    let until = site.now().plus(FAR);
    let options = HuntOptions {
        range: TimeRange { from, until },
        limit: 3,
        timeout: Duration::from_secs(10),
    };
    let query = aurora_hunt::parse("* | top 3 device.hostname").expect("our own query is right");
    let hosts = site.events().hunt(scope, &query, &options).await?.rows;
    let hosts: Vec<String> = hosts
        .iter()
        .filter_map(|row| Some(row.first()?.as_str()?.to_owned()))
        .collect();
    let hosts = if hosts.is_empty() {
        "hosts without a name".to_owned()
    } else {
        hosts.join(", ")
    };
    Ok(Some(format!("events are dated up to {newest}: {hosts}")))
}

async fn ledger(site: &SiteService, scope: &Scope) -> DoctorCheck {
    match accounts::ledger(site, scope).await {
        Ok(report) if !report.is_off() => {
            let says = match report.consistent {
                true => "all accounted for",
                false => "read while more came",
            };
            let detail = format!("{} records received, {says}", report.total.received);
            found("ledger", CheckOutcome::Ok, detail, None)
        }
        Ok(report) => {
            let detail = format!(
                "records differ by {}, matches by {}",
                report.difference, report.matches_difference
            );
            found(
                "ledger",
                CheckOutcome::Failure,
                detail,
                Some(Code::LedgerUnbalanced),
            )
        }
        Err(error) => found("ledger", CheckOutcome::Failure, error.to_string(), None),
    }
}

fn found(name: &str, outcome: CheckOutcome, detail: String, code: Option<Code>) -> DoctorCheck {
    DoctorCheck {
        name: name.to_owned(),
        outcome,
        detail,
        fix: code.map(|code| code.fix().to_owned()),
        code: code.map(|code| code.to_string()),
    }
}
