//! Detection engineering, answered by asking the planes. One file a question.

pub(super) mod backtest;
mod explain;
mod health;
mod reload;

use async_trait::async_trait;
use aurora_api::RuleDesk;
use aurora_api::site::{Error, Result};
use aurora_engineering::attack::Attack;
use aurora_engineering::coverage::{Covering, coverage};
use aurora_messages::{
    BacktestJob, BacktestRequest, CoverageQuery, ExplainCorrelation, ExplainRequest,
    RuleHealthQuery, RuleImportReport, RuleReloadReport, RuleRevert, RuleVersionDetail,
    RuleVersionPage, RuleVersionQuery,
};
use aurora_model::engineering::{CorrelationExplanation, Coverage, Explanation, HealthReport};
use aurora_model::{Context, RuleId, Scope};
use aurora_rules::RuleSet;

use super::{SiteService, errors, rules};
use crate::versions;

#[async_trait]
impl RuleDesk for SiteService {
    async fn explain_rule(&self, scope: &Scope, request: &ExplainRequest) -> Result<Explanation> {
        explain::explain(self, scope, request).await
    }

    async fn explain_correlation(
        &self,
        scope: &Scope,
        request: &ExplainCorrelation,
    ) -> Result<CorrelationExplanation> {
        explain::correlation(self, scope, request).await
    }

    async fn start_backtest(
        &self,
        scope: &Scope,
        request: &BacktestRequest,
    ) -> Result<BacktestJob> {
        backtest::start(self, scope, request).await
    }

    async fn backtest(&self, _: &Scope, id: &str) -> Result<BacktestJob> {
        self.backtests.show(id)
    }

    async fn cancel_backtest(&self, _: &Scope, id: &str) -> Result<BacktestJob> {
        self.backtests.cancel(id)
    }

    async fn rule_health(&self, scope: &Scope, query: &RuleHealthQuery) -> Result<HealthReport> {
        health::health(self, scope, query.days()).await
    }

    async fn rule_coverage(&self, _: &Scope, query: &CoverageQuery) -> Result<Coverage> {
        let set = self.parts.rules.handle().current();
        Ok(coverage(&Attack::shipped(), &covering(&set, query)))
    }

    async fn rule_versions(
        &self,
        scope: &Scope,
        rule: Option<&RuleId>,
        query: &RuleVersionQuery,
    ) -> Result<RuleVersionPage> {
        let listed = versions::list(self.records(), scope, rule, query.limit()).await;
        let (versions, total) = listed.map_err(errors::records)?;
        match rule {
            Some(rule) if total == 0 => Err(Error::not_found("rule", rule)),
            _ => Ok(RuleVersionPage { versions, total }),
        }
    }

    async fn rule_version(
        &self,
        scope: &Scope,
        rule: &RuleId,
        version: u32,
    ) -> Result<RuleVersionDetail> {
        let found = versions::get(self.records(), scope, rule, version).await;
        let found = found.map_err(errors::records)?;
        let (version, text) =
            found.ok_or_else(|| Error::not_found("version", format!("{rule}@{version}")))?;
        Ok(RuleVersionDetail { version, text })
    }

    async fn revert_rule(
        &self,
        context: &Context,
        rule: &RuleId,
        revert: &RuleRevert,
    ) -> Result<RuleImportReport> {
        let wanted = self
            .rule_version(&context.scope, rule, revert.version)
            .await?;
        let text = wanted.text.ok_or_else(|| {
            let text = format!("version {} says that the rule went", revert.version);
            Error::invalid(text).fix("name a version with a text; `rules history` lists them")
        })?;
        rules::revert(self, context, rule, text).await
    }

    async fn pending_rules(&self, _: &Scope) -> Result<RuleReloadReport> {
        reload::pending(self)
    }

    async fn reload_rules(&self, context: &Context) -> Result<RuleReloadReport> {
        reload::reload(self, context).await
    }
}

/// The rules in force that the query counts, correlations among them.
fn covering(set: &RuleSet, query: &CoverageQuery) -> Vec<Covering> {
    let severe = |severity| query.level.is_none_or(|least| severity >= least);
    let status = |status: Option<aurora_sigma::Status>| {
        let word = status.map(aurora_sigma::Status::word);
        query
            .status
            .as_deref()
            .is_none_or(|wanted| word == Some(wanted))
    };
    let rules = set.rules().iter();
    let rules = rules
        .filter(|it| severe(it.severity) && status(it.rule.header.status))
        .map(|it| Covering {
            id: it.id.clone(),
            title: it.rule.header.title.clone(),
            severity: it.severity,
            attack: it.attack.clone(),
        });
    let correlations = set.correlations().iter();
    let correlations = correlations
        .filter(|it| severe(it.severity) && status(it.correlation.header.status))
        .map(|it| Covering {
            id: it.id.clone(),
            title: it.correlation.header.title.clone(),
            severity: it.severity,
            attack: it.attack.clone(),
        });
    rules.chain(correlations).collect()
}
