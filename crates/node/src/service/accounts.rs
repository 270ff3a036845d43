use std::net::SocketAddr;

use async_trait::async_trait;
use aurora_api::AuditDesk;
use aurora_api::site::{Error, Result};
use aurora_messages::{DecisionEntry, DecisionLog, DecisionQuery, KernelDrops, LedgerReport};
use aurora_model::{Action, Context, Scope};
use aurora_records::Change;

use super::judging::Judging;
use super::{SiteService, errors};

pub(super) async fn ledger(site: &SiteService, scope: &Scope) -> Result<LedgerReport> {
    let judging = Judging::look(site).await?;
    let report = site.ledger.report(scope).await.map_err(Error::internal)?;
    let (pending, progress) = judging.end(site).await?;
    let drops = kernel_drops(site);
    Ok(LedgerReport {
        pending,
        progress,
        consistent: report.settled,
        ..LedgerReport::of(report.at, report.sources, report.matches, drops)
    })
}

fn kernel_drops(site: &SiteService) -> Vec<KernelDrops> {
    let shown = |(address, drops): &(SocketAddr, aurora_listeners::syslog::KernelDrops)| {
        let listener = format!("syslog udp {address}");
        KernelDrops {
            listener,
            datagrams: drops.datagrams(),
        }
    };
    site.listeners.kernel_drops.iter().map(shown).collect()
}

pub(super) async fn decisions(
    site: &SiteService,
    scope: &Scope,
    query: &DecisionQuery,
) -> Result<DecisionLog> {
    let search = aurora_records::DecisionQuery {
        after: query.after,
        object: query.object.clone(),
        limit: query.limit(),
    };
    let found = site
        .records()
        .decisions(scope, &search)
        .await
        .map_err(errors::records)?;
    Ok(DecisionLog {
        decisions: found.into_iter().map(DecisionEntry::from).collect(),
    })
}

#[async_trait]
impl AuditDesk for SiteService {
    /// The log follows the decision; nobody else writes it.
    async fn erase_audit(&self, context: &Context, numbers: &[u64]) -> Result<()> {
        let newest = self
            .trust
            .audited
            .head()
            .map_or(0, |head| head.checkpoint.size);
        if let Some(number) = numbers.iter().find(|it| !(1..=newest).contains(*it)) {
            let text =
                format!("there is no decision {number} in the audit log, which has {newest}");
            return Err(Error::invalid(text).fix("`aurorasoc decisions` lists them"));
        }
        let objects: Vec<String> = numbers.iter().map(u64::to_string).collect();
        let decided = Change::decided(Action::on(aurora_audit::record::ERASE, objects));
        let committed = self.records().commit(context, decided).await;
        committed.map(drop).map_err(errors::records)
    }
}

/// The decision is on record before anything stops.
pub(super) async fn shut_down(site: &SiteService, context: &Context) -> Result<()> {
    let action = Action::on("site.shut_down", [site.parts.scope.site.to_string()]);
    site.records()
        .commit(context, Change::decided(action))
        .await
        .map_err(errors::records)?;
    site.parts.tasks.shutdown().cancel();
    Ok(())
}
