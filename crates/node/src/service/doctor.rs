//! Explains what is wrong, a line a check, with the fix.

use aurora_codes::Code;
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
    checks.push(ledger(site, scope).await);
    DoctorReport { checks }
}

fn disk(disk: &aurora_messages::DiskStatus) -> DoctorCheck {
    let detail = format!("{} MB free", disk.free_bytes >> 20);
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

async fn ledger(site: &SiteService, scope: &Scope) -> DoctorCheck {
    match accounts::ledger(site, scope).await {
        Ok(report) if report.balances => {
            let detail = format!(
                "{} records received, all accounted for",
                report.total.received
            );
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
